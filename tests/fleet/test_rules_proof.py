"""The fleet carries its peak in every loss that it promises to survive, and the loss in which it does not is named."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "growth",
        [
            (FLEET, "cells: 1, zones: 1, regions: 0", "cells: 1, zones: 1, regions: 1"),
            (SERVICES, "  egressor:\n", "  egressor:\n    regions: [us-east-1]\n"),
            (SERVICES, "calls: [egressor]", "calls: [{service: egressor, degrades: true}]"),
            (
                PLACEMENTS,
                "us-west-2:\n  sessions: [a, b, c]\n  flights-pricing: [a, b, c]\n  quote-retrieval: [a, b, c]\n  egressor: [a, b, c]\n",
                "us-west-2:\n  sessions: [a, b, c]\n  flights-pricing: [a, b, c]\n  quote-retrieval: [a, b, c]\n",
            ),
        ],
        [
            (
                SERVICES,
                "    regions: [us-east-1]",
                "warning: services.egressor.regions: egressor runs in no other region of market us, and is gone when us-east-1 is; run it in another one, or promise no region in policies.survive",
            ),
        ],
        id="a service goes with its only region",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "max_nodes: 20}    # day", "max_nodes: 9}    # day"),
        ],
        [
            (
                FLEET,
                "max_nodes: 9}    # day",
                "regions.us-east-1.cells.z.max_nodes: 9 nodes are too few for the pools of us-east-1/z, whose least sizes are 13; raise max_nodes",
            ),
        ],
        id="a cell has fewer nodes than its pools need at least",
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
                "cell_defaults.max_nodes: the pools of 60 nodes hold 561 processors of services, and eu-west-1/c needs 1,020 when eu-west-1/a and eu-west-1/b are lost; raise max_nodes, or spread the services over more cells (slipstream is the largest, with cells: 3)",
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
                "cell_defaults.max_nodes: the pools of 60 nodes hold 360 processors of services, and eu-west-1/c needs 2,236 when eu-west-1/a and eu-west-1/b are lost; raise max_nodes, or spread the services over more cells (sessions is the largest, with cells: 5)",
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
                "regions.us-east-1.cells.c.max_nodes: the pools of 10 nodes hold 100 processors of services, and us-east-1/c needs 627 when us-west-2 is lost; raise max_nodes, or spread the services over more cells (itinerary-construction is the largest, with cells: 5)",
            ),
        ],
        id="a cell's own size is too small",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
