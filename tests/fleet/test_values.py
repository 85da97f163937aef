"""Values as people write them: told in the words of the fleet."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "day-one",
        [
            (FLEET, "stage: production", "stage: prodution"),
        ],
        [
            (
                FLEET,
                "stage: prodution",
                "stage: 'prodution' is not one of [production, staging, development]; did you mean production?",
            ),
        ],
        id="a word is not one of those allowed",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "stage: production", "stage: qa"),
        ],
        [
            (FLEET, "stage: qa", "stage: 'qa' is not one of [production, staging, development]"),
        ],
        id="a word is near none of those allowed",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, 'data: "222222222222"', "data: 222222222222"),
        ],
        [
            (FLEET, "data: 222222222222", "accounts.data: 222222222222 is no text; quote it"),
        ],
        id="an account id is a number",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, 'data: "222222222222"', 'data: "2222"'),
        ],
        [
            (FLEET, 'data: "2222"', "accounts.data: '2222' is not an account id of 12 digits"),
        ],
        id="an account id is too short",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, 'kubernetes: "1.35"', "kubernetes: 1.35"),
        ],
        [
            (
                FLEET,
                "kubernetes: 1.35",
                'releases.2026-11.kubernetes: 1.35 is no text; quote it (Kubernetes minor version, quoted: "1.35")',
            ),
        ],
        id="a version is a number",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "stage: production", "stage: {name: production}"),
        ],
        [
            (FLEET, "stage: {name: produc", "stage: a mapping is not one of [production, staging, development]"),
        ],
        id="a word is a mapping",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "secrets: [partner-keys]", "secrets: [the-keys-of-all-partners-and-of-nobody-else]"),
        ],
        [
            (
                SERVICES,
                "secrets: [the-keys-o",
                "services.flights-pricing.secrets[0]: 'the-keys-of-all-partners-and-of-nobody-else' is too long; use at most 40 characters",
            ),
        ],
        id="a name in a list is too long",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "z: {slot: 7}", "z: {slot: 9}"),
        ],
        [
            (
                FLEET,
                "z: {slot: 9}        ",
                "regions.us-east-1.cells.z.slot: 9 is more than 7 (Address slot in the region (0-7): stable for ever, reused only after a tombstone)",
            ),
        ],
        id="a number is too large",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "budget: 900", "budget: 0"),
        ],
        [
            (
                FLEET,
                "platform: {oncall: p",
                "teams.platform.budget: 0 is less than 1 (USD a month; AWS Budgets warns at 80 % and 100 %)",
            ),
        ],
        id="a number is too small",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "z: {slot: 7}", 'z: {slot: "7"}'),
        ],
        [
            (
                FLEET,
                'z: {slot: "7"}      ',
                "regions.us-east-1.cells.z.slot: '7' should be a whole number (Address slot in the region (0-7): stable for ever, reused only after a tombstone)",
            ),
        ],
        id="a number is quoted",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "z: {slot: 7}", "z: {slot: 7.5}"),
        ],
        [
            (
                FLEET,
                "z: {slot: 7.5}      ",
                "regions.us-east-1.cells.z.slot: 7.5 should be a whole number (Address slot in the region (0-7): stable for ever, reused only after a tombstone)",
            ),
        ],
        id="a number is no whole one",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "weight: 100}", "weight: heavy}"),
        ],
        [
            (
                FLEET,
                "cell_defaults: {capa",
                "cell_defaults.weight: 'heavy' should be a whole number (Route 53 weight of the cell in its region)",
            ),
        ],
        id="a number is a word",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "monthly: 500GB", "monthly: 500"),
        ],
        [
            (
                FLEET,
                "egress: {path: manag",
                "regions.us-east-1.egress.monthly: 500 is not a size; write it like 300B or 250TB",
            ),
        ],
        id="a size has no unit",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "peak: 2k/s", "peak: 2k"),
        ],
        [
            (FLEET, "searches: {tier: sil", "streams.searches.peak: '2k' is not a rate; write it like 200k/s"),
        ],
        id="a rate has no unit",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "bake: 30m", "bake: 30"),
        ],
        [
            (FLEET, "rollout: {first: us-", "rollout.bake: 30 is not a duration; write it like 30m or 7d"),
        ],
        id="a duration has no unit",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "cpu: 250m", "cpu: 1"),
        ],
        [
            (
                SERVICES,
                "demand: {rps: 40, pe",
                "services.sessions.demand.cpu: 1 is not a number of processors; write it like 500m or '2'",
            ),
        ],
        id="processors are a number",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "zones: [use1-az1, use1-az2, use1-az4]", "zones: use1-az1"),
        ],
        [
            (
                FLEET,
                "zones: use1-az1",
                "regions.us-east-1.zones: 'use1-az1' should be a list (Availability zones by ID (use1-az1), 3 or 4)",
            ),
        ],
        id="a list is a word",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "    access: {path: ssm}\n", "    access: [ssm]\n"),
        ],
        [
            (FLEET, "access: [ssm]", "regions.us-east-1.access: a list should be a mapping of fields"),
        ],
        id="a mapping is a list",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "    egress: {path: managed, monthly: 500GB}\n", "    egress:\n"),
        ],
        [
            (FLEET, "egress:", "regions.us-east-1.egress: is empty; write its value or remove the field"),
        ],
        id="a mapping is empty",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "calls: [flights-pricing]", "calls: [{service: flights-pricing, degrades: yes}]"),
        ],
        [
            (
                SERVICES,
                "calls: [{service: fl",
                "services.sessions.calls[0].degrades: 'yes' should be true or false (The caller answers without it: a tier-0 service may then call a lower tier)",
            ),
        ],
        id="yes is a word",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "calls: [flights-pricing]", "calls: [7]"),
        ],
        [
            (SERVICES, "calls: [7]", "services.sessions.calls[0]: 7 should be a mapping of fields"),
        ],
        id="a call is a number",
    ),
    pytest.param(
        "day-one",
        [
            (
                FLEET,
                "stage: production",
                "stage: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            ),
        ],
        [
            (
                FLEET,
                "stage: xxxxxxxxxxxxx",
                "stage: 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… is not one of [production, staging, development]",
            ),
        ],
        id="a value is very long",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
