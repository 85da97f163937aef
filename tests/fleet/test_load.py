"""Where a mistake stands, how it is spelled, and what the command line may override."""

from __future__ import annotations

import pytest

from fleet.load import load
from fleet.problem import FleetInvalid, Problem, spell


def test_a_field_is_spelled_as_people_find_it():
    assert spell(("regions", "us-east-1", "zones", 2)) == "regions.us-east-1.zones[2]"


def test_a_number_that_is_a_key_is_no_place_in_a_list():
    tree = {"databases": {"a": {"generations": {1: {"regions": ["us-east-1"]}}}}}
    assert spell(("databases", "a", "generations", 1, "regions", 0), tree) == "databases.a.generations.1.regions[0]"
    assert spell(("databases", "a", "generations", 2), tree) == "databases.a.generations.2"


def test_a_key_cannot_paint_the_terminal():
    assert spell(("\x1b[31mred\n",)) == r"'\x1b[31mred\n'"


def test_mistakes_are_sorted_by_file_and_line():
    late, early, other = Problem("b", 9, "x", "m"), Problem("b", 2, "y", "m"), Problem("a", 30, "z", "m")
    assert FleetInvalid([late, early, other]).problems == (other, early, late)


@pytest.mark.parametrize("stage", ["growth", "hypergrowth"])
def test_pending_overrides_every_generation_and_nothing_else(edited, stage):
    folder = edited(stage, [])
    fleet, first = load(folder), load(folder, peering="pending")
    every = [g for database in first.databases.values() for g in database.generations.values()]
    assert {generation.peering for generation in every} == {"pending"}
    assert any(g.peering == "linked" for database in fleet.databases.values() for g in database.generations.values())
    assert first.model_dump(exclude={"databases"}) == fleet.model_dump(exclude={"databases"})


def test_an_override_of_a_misshapen_file_leaves_the_mistakes_to_be_told(edited):
    folder = edited("day-one", [("fleet.yaml", "      1: {regions: [us-east-1]}", "      1: us-east-1")])
    with pytest.raises(FleetInvalid, match=r"generations\.1: 'us-east-1' should be a mapping of fields"):
        load(folder, peering="pending")
