"""Slots are addresses: one holder each."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "slot: 4\n    account: euc1", "slot: 1\n    account: euc1"),
        ],
        [
            (
                FLEET,
                "slot: 1\n    account: euc1",
                "regions.eu-central-1.slot: 1 is us-east-1's address slot; use a free one, e.g. 4",
            ),
        ],
        id="two regions share a slot",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "c: {slot: 2}", "c: {slot: 1}"),
        ],
        [
            (
                FLEET,
                "c: {slot: 1}",
                "regions.us-east-1.cells.c.slot: 1 is the address slot of cell b; use a free one of 2, 6, 7",
            ),
        ],
        id="two cells share a slot",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "    cells:\n      z: {slot: 7}", "    cells: {}\n#"),
        ],
        [
            (FLEET, "cells: {}", "regions.us-east-1.cells: is empty; a region has at least one cell"),
        ],
        id="a region has no cell",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
