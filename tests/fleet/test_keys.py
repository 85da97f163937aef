"""Fields and keys as people misspell them: told in the words of the fleet."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "day-one",
        [
            (FLEET, "    market: us\n", "    markt: us\n"),
        ],
        [
            (FLEET, "us-east-1:", "regions.us-east-1.market: is missing; add it (Regions that share data)"),
            (FLEET, "markt: us", "regions.us-east-1.markt: unknown field; did you mean market?"),
        ],
        id="a field is misspelt",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "stage: production", "stage: production\nxyz: 1"),
        ],
        [
            (
                FLEET,
                "xyz: 1",
                "xyz: unknown field; known here: fleet, stage, domain, accounts, teams, policies, releases, release, cell_defaults, regions, removed, databases, edge, streams, partners, rollout, quotas",
            ),
        ],
        id="a field is near nothing known",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  platform: {", "  Platform Team: {"),
        ],
        [
            (
                FLEET,
                "Platform Team: {onca",
                "teams.Platform Team: 'Platform Team' is no name to use here; use a name of lower case letters, digits and single dashes",
            ),
        ],
        id="a key is no name",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  us-east-1:\n    slot", "  virginia:\n    slot"),
        ],
        [
            (FLEET, "virginia:", "regions.virginia: 'virginia' is no name to use here; use a region like us-east-1"),
        ],
        id="a key is no region",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  platform: {", "  7: {"),
        ],
        [
            (FLEET, "7: {oncall: platform@s", "teams.7: 7 is no text; quote it"),
        ],
        id="a key is a number",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  platform: {", "  the-platform-team-that-everybody-loves-to-call-at-night: {"),
        ],
        [
            (
                FLEET,
                "the-platform-team-th",
                "teams.the-platform-team-that-everybody-loves-to-call-at-night: 'the-platform-team-that-everybody-loves-to-call-at-night' is too long for a name; use at most 40 characters",
            ),
        ],
        id="a key is too long",
    ),
    pytest.param(
        "day-one",
        [
            ("services/flights.yaml", "  sessions:\n", "  sessions-of-everybody-who-ever-came-by-at-all:\n"),
        ],
        [
            (
                "services/flights.yaml",
                "sessions-of-everybod",
                "services.sessions-of-everybody-who-ever-came-by-at-all: 'sessions-of-everybody-who-ever-came-by-at-all' is too long for a name; use at most 40 characters",
            ),
        ],
        id="a service's name is too long, and it is said once",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "      1: {regions: [us-east-1]}", "      1: {region: [us-east-1]}"),
        ],
        [
            (
                FLEET,
                "1: {region: [us-east",
                "databases.bookings-us.generations.1.region: unknown field; did you mean regions?",
            ),
            (
                FLEET,
                "1: {region: [us-east",
                "databases.bookings-us.generations.1.regions: is missing; add it (One region, or exactly two peers)",
            ),
        ],
        id="a field of a numbered key",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "      1: {regions", "      12: {regions"),
        ],
        [
            (
                FLEET,
                "12: {regions: [us-ea",
                "databases.bookings-us.generations.12: 12 is more than 9; use another number",
            ),
        ],
        id="a number that is a key is out of range",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "      1: {regions", "      one: {regions"),
        ],
        [
            (
                FLEET,
                "one: {regions: [us-e",
                "databases.bookings-us.generations.one: 'one' is no whole number; number the keys here",
            ),
        ],
        id="a key that should be a number is none",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "in: {eu-west-1", "in: {ireland"),
        ],
        [
            (
                SERVICES,
                "demand: {rps: 16000,",
                "services.sessions.demand.in.ireland: 'ireland' is no name to use here; use a region like us-east-1",
            ),
        ],
        id="a demand is in a place that is no region",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
