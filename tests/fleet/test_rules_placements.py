"""Every service lives where it says it does, in cells that stand."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (PLACEMENTS, "eu-central-1:", "eu-central-2:"),
        ],
        [
            (
                PLACEMENTS,
                "us-east-1:",
                "placements.eu-central-1: is missing, and 7 services run there; write the cells of each, like sessions: [a, b, c]",
            ),
            (
                PLACEMENTS,
                "eu-central-2:",
                "placements.eu-central-2: eu-central-2 is no region of this fleet; did you mean eu-central-1?",
            ),
        ],
        id="a region is none of the fleet's",
    ),
    pytest.param(
        "hypergrowth",
        [
            (PLACEMENTS, "  sessions: [a, b, c, d, e]\n", "  sesions: [a, b, c, d, e]\n"),
        ],
        [
            (
                PLACEMENTS,
                "us-east-1:",
                "placements.us-east-1.sessions: is missing; write the cells it lives in, like sessions: [a, b, c]",
            ),
            (
                PLACEMENTS,
                "sesions: [a, b, c, d",
                "placements.us-east-1.sesions: sesions is no service of this fleet; remove it, or add it to services/",
            ),
        ],
        id="a service is none of the fleet's",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "  sessions:\n", "  sessions:\n    regions: []\n"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [z]",
                "placements.us-east-1.sessions: sessions does not run in us-east-1; its `regions` say where",
            ),
            (
                SERVICES,
                "regions: []",
                "services.sessions.regions: is empty; name the service's regions, or leave it out for all of them",
            ),
        ],
        id="a service is where it does not run",
    ),
    pytest.param(
        "hypergrowth",
        [
            (PLACEMENTS, "[a, b, c, d, e]", "[a, b, c, d, g]"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [a, b, c, ",
                "placements.us-east-1.sessions[4]: g is no cell of us-east-1; use one of a, b, c, d, e, f",
            ),
        ],
        id="a cell is none of the region's",
    ),
    pytest.param(
        "hypergrowth",
        [
            (PLACEMENTS, "[a, b, c, d, e]", "[a, b, c, d, d]"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [a, b, c, ",
                "placements.us-east-1.sessions[4]: d stands twice; a service is once in a cell",
            ),
        ],
        id="a cell stands twice",
    ),
    pytest.param(
        "growth",
        [
            (PLACEMENTS, "  egressor: [a, b, c]\n", "  egressor: [a, b, c, z]\n"),
            (FLEET, "state: draining", "state: active"),
        ],
        [
            (
                PLACEMENTS,
                "egressor: [a, b, c, ",
                "placements.us-east-1.egressor: 4 listed, and egressor asks for 3 cells; list as many, or change `cells`",
            ),
        ],
        id="a successor is listed beside a cell that still serves",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "z: {slot: 7}", "z: {slot: 7, state: planned}\n      a: {slot: 0}"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [z]",
                "placements.us-east-1.sessions[0]: z is planned and runs nothing; use a cell that stands",
            ),
            (
                PLACEMENTS,
                "flights-pricing: [z]",
                "placements.us-east-1.flights-pricing[0]: z is planned and runs nothing; use a cell that stands",
            ),
        ],
        id="a cell is only planned",
    ),
    pytest.param(
        "hypergrowth",
        [
            (PLACEMENTS, "[a, b, c, d, e]", "[a, b, c, d]"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [a, b, c, ",
                "placements.us-east-1.sessions: 4 listed, and sessions asks for 5 cells; list as many, or change `cells`",
            ),
        ],
        id="a service is in fewer cells than it asks for",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
