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
                PLACEMENTS,
                "slipstream: [a, b, c",
                "placements.us-east-1.slipstream: 2 of 3 cells serve slipstream; with us-east-1/b, us-east-1/c lost nothing is left, and policies.survive.cells is 2; place it in a cell that serves",
            ),
        ],
        id="so many of its cells drain that the rest may be lost",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "max_nodes: 150", "max_nodes: 60"),
        ],
        [
            (
                FLEET,
                "cell_defaults: {capa",
                "cell_defaults.max_nodes: 60 nodes hold 820 processors, and eu-west-1/c needs 1,020 when eu-west-1/a and eu-west-1/b are lost; raise max_nodes, or spread the services over more cells (slipstream is the largest, with cells: 3)",
            ),
        ],
        id="a cell is too small for its services with two others lost",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "max_nodes: 150", "max_nodes: 60"),
            (SERVICES, "in: {eu-west-1: {rps: 32000}}", "in: {eu-west-1: {rps: 640000}}"),
        ],
        [
            (
                FLEET,
                "cell_defaults: {capa",
                "cell_defaults.max_nodes: 60 nodes hold 820 processors, and eu-west-1/c needs 2,236 when eu-west-1/a and eu-west-1/b are lost; raise max_nodes, or spread the services over more cells (sessions is the largest, with cells: 5)",
            ),
        ],
        id="a cell is too small for its largest service",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "c: {slot: 2}", "c: {slot: 2, max_nodes: 10}"),
        ],
        [
            (
                FLEET,
                "c: {slot: 2, max_nod",
                "regions.us-east-1.cells.c.max_nodes: 10 nodes hold 100 processors, and us-east-1/c needs 627 when a region of the market is lost; raise max_nodes, or spread the services over more cells (itinerary-construction is the largest, with cells: 5)",
            ),
        ],
        id="a cell's own size is too small",
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
                "policies.spot.share: 0.9 of peak compute is to run on Spot, and system nodes and gateways of 6 cells are 12.8% of it; use 0.87, or fewer cells",
            ),
        ],
        id="system nodes and gateways are more than Spot leaves",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
