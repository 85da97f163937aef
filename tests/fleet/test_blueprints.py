"""The three blueprints are one company's fleet: each is the previous one, grown."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fleet import phases

STAGES = ("day-one", "growth", "hypergrowth")
STEPS = tuple(pairwise(STAGES))


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_regions_keep_their_slots_and_zones_keep_their_places(fleet_of, earlier, later):
    for name, region in fleet_of(earlier).regions.items():
        grown = fleet_of(later).regions[name]
        assert (grown.slot, grown.market) == (region.slot, region.market)
        assert grown.zones[: len(region.zones)] == region.zones


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_cells_keep_their_slots_or_leave_a_tombstone(fleet_of, earlier, later):
    grown = fleet_of(later)
    for region in fleet_of(earlier).regions.values():
        for key, cell in region.cells.items():
            tombstone = grown.removed.get(f"{region.name}/{key}")
            slot = tombstone.slot if tombstone else grown.regions[region.name].cells[key].slot
            assert slot == cell.slot


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_generations_of_a_database_only_grow_and_none_changes_its_regions(fleet_of, earlier, later):
    for name, database in fleet_of(earlier).databases.items():
        grown = fleet_of(later).databases[name]
        assert max(grown.generations) >= max(database.generations)
        for number, generation in grown.generations.items():
            assert number not in database.generations or generation.regions == database.generations[number].regions


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_services_hosts_and_teams_keep_their_names(fleet_of, earlier, later):
    before, after = fleet_of(earlier), fleet_of(later)
    assert before.name == after.name
    assert before.domain == after.domain
    assert before.services.keys() <= after.services.keys()
    assert before.edge.hosts.keys() <= after.edge.hosts.keys()
    assert before.teams.keys() <= after.teams.keys()
    assert before.edge.control_region == after.edge.control_region


@pytest.mark.parametrize(("earlier", "later"), STEPS)
def test_nothing_moves_from_account_to_account(fleet_of, earlier, later):
    before, after = fleet_of(earlier).accounts, fleet_of(later).accounts
    assert {alias: after.get(alias) for alias in before} == before


def test_day_one_is_one_region_with_one_automatic_cell(fleet_of):
    fleet = fleet_of("day-one")
    assert [cell.capacity for cell in fleet.cells] == ["auto-mode"]
    region = fleet.cells[0].region
    assert (region.mesh, region.endpoints, region.egress.path) == ("none", "gateway", "managed")


def test_growth_retires_the_automatic_cell_and_has_three_cells_that_serve_in_each_region(fleet_of):
    fleet = fleet_of("growth")
    serving = [cell for cell in fleet.cells if cell.effective_weight]
    assert [cell.name for cell in serving] == [f"{code}-{key}" for code in ("use1", "usw2") for key in "abc"]
    assert [cell.name for cell in fleet.cells if cell.state == "draining"] == ["use1-z"]


def test_hypergrowth_is_what_the_talk_showed(fleet_of):
    fleet = fleet_of("hypergrowth")
    serving = [cell for cell in fleet.cells if cell.effective_weight]
    assert len(fleet.regions) == 4
    assert len(fleet.markets) == 2
    assert sum(len(region.zones) for region in fleet.regions.values()) == 12
    assert len(serving) == 24
    assert all(database.serving.paired for database in fleet.databases.values())


@pytest.mark.parametrize("stage", STAGES)
def test_no_stack_is_planned_twice(fleet_of, stage):
    planned = [plan.name for plan in phases.every_stack(fleet_of(stage))]
    assert len(set(planned)) == len(planned)
