"""Peak is carried with what may be lost, and Spot carries most of it."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "growth",
        [
            (FLEET, "cells: 1, zones: 1", "cells: 1, zones: 2"),
        ],
        [
            (
                FLEET,
                "survive: {cells: 1, ",
                "policies.survive.zones: 2 is more than this platform plans for; use 0 to 1",
            ),
        ],
        id="more may be lost than anybody plans for",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "survive: {cells: 0", "survive: {cells: 1"),
        ],
        [
            (
                SERVICES,
                "cells: 1",
                "services.sessions.cells: 1 cell(s) all go when policies.survive.cells (1) are lost; use at least 2 (running pods 2.00 times the peak, limits 2.00)",
            ),
            (
                SERVICES,
                "cells: 1\n    routes: [api.skyline.example/flights]",
                "services.flights-pricing.cells: 1 cell(s) all go when policies.survive.cells (1) are lost; use at least 2 (running pods 2.00 times the peak, limits 2.00)",
            ),
        ],
        id="every cell of a service may be lost",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "cells: 1", "cells: 2"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [z]",
                "placements.us-east-1.sessions: 1 listed, and sessions asks for 2 cells; list as many, or change `cells`",
            ),
            (
                SERVICES,
                "cells: 2",
                "services.sessions.cells: 2 cells are asked for, and us-east-1 has 1 that serve; use at most 1",
            ),
        ],
        id="a service asks for more cells than there are",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                FLEET,
                '      a: {slot: 0}\n      b: {slot: 1, release: "2026-12"}',
                '      a: {slot: 0, state: draining}\n      b: {slot: 1, release: "2026-12"}',
            ),
        ],
        [
            (
                FLEET,
                '      b: {slot: 1, release: "2026-12"}',
                "warning: regions.us-east-1.cells.b: limits of gateways of us-east-1/b carry 10,000 of 10,400 requests a second when us-west-2 is lost; weigh cells alike, and bring back those that are out (4 more are short, too)",
            ),
            (
                PLACEMENTS,
                "sessions: [a, b, c, ",
                "warning: placements.us-east-1.sessions: limits of pods of sessions carry 25,600 of 32,000 requests a second when us-west-2 is lost: 4 of its cells are left, with 64 pods each; place it in more cells that serve (4 more are short, too)",
            ),
            (
                PLACEMENTS,
                "slipstream: [a, b, c",
                "placements.us-east-1.slipstream: 2 of 3 cells serve slipstream; with us-east-1/b, us-east-1/c lost nothing is left, and policies.survive.cells is 2; place it in a cell that serves",
            ),
        ],
        id="so many of its cells drain that the rest may be lost",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "share: 0.8", "share: 0.9"),
        ],
        [
            (
                FLEET,
                "spot: {share: 0.9, t",
                "policies.spot.share: 0.9 of peak compute is to run on Spot, and system nodes and gateways of 6 cells are 16.6% of it; use 0.83, or fewer cells",
            ),
        ],
        id="system nodes and gateways are more than Spot leaves",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
