"""When a region leaves its market."""

import pytest

from fleet import traffic
from fleet.region import Region


def test_a_region_stays_while_its_healthy_cells_carry_half_of_its_peak(fleet):
    region = next(iter(fleet.regions.values()))
    survive = fleet.policies.survive
    cells = len(region.standing_cells)
    assert survive.regions > 0
    full = cells - survive.cells
    stays = traffic.threshold(region)
    assert stays / full >= traffic.SHARE > (stays - 1) / full


def test_a_region_never_leaves_because_of_losses_the_fleet_declared_harmless(fleet_of):
    for name in ("day-one", "growth", "hypergrowth"):
        fleet = fleet_of(name)
        for region in fleet.regions.values():
            left = len(traffic.reporting_cells(region)) - fleet.policies.survive.cells
            assert 1 <= traffic.threshold(region) <= left


def test_a_fleet_that_may_lose_no_region_keeps_each_until_its_last_cell(fleet_of):
    fleet = fleet_of("growth")
    assert fleet.policies.survive.regions == 0
    assert {traffic.threshold(region) for region in fleet.regions.values()} == {1}


def test_a_cell_without_weight_has_no_say(fleet_of):
    region = fleet_of("growth").regions["us-east-1"]
    idle = [cell for cell in region.standing_cells if cell.effective_weight == 0]
    assert idle
    assert not set(idle) & set(traffic.reporting_cells(region))


@pytest.mark.parametrize("name", ["day-one"])
def test_a_region_whose_cells_all_drain_still_reports(fleet_of, name):
    fleet = fleet_of(name)
    drained = fleet.model_copy(deep=True)
    region: Region = next(iter(drained.regions.values()))
    for cell in region.cells.values():
        object.__setattr__(cell, "state", "draining")
    drained.model_post_init(None)
    assert traffic.reporting_cells(region) == region.standing_cells
    assert traffic.threshold(region) == 1
