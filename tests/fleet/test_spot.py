"""What a cell's Spot pools reach: counted twice, and wide enough in every region and zone."""

from __future__ import annotations

import re

import pytest

from fleet import nodepools, spot
from local import catalogue


def by_hand(zone):
    """The types of a zone by their names and EC2's own description, without one of Karpenter's labels."""
    facts = catalogue.catalogue()
    return {
        name
        for name in catalogue.offerings().get(zone, ())
        if re.match(r"[cmr][5-9]", name)
        and not facts[name]["BareMetal"]
        and "GpuInfo" not in facts[name]
        and 4 <= facts[name]["VCpuInfo"]["DefaultVCpus"] <= 48
        and facts[name].get("Hypervisor") == "nitro"
        and "spot" in facts[name]["SupportedUsageClasses"]
    }


@pytest.fixture
def spotted(fleet_of):
    return [cell for stage in ("growth", "hypergrowth") for cell in fleet_of(stage).cells if spot.counted(cell)]


def test_the_spot_pool_reaches_what_a_count_by_hand_finds(spotted):
    for cell in {cell.region.name: cell for cell in spotted}.values():
        for zone in cell.region.zones:
            assert spot.types(cell, zone) == by_hand(zone)


def test_every_region_reaches_the_types_the_policy_asks_for_and_every_zone_enough(spotted):
    assert len({cell.region.name for cell in spotted}) == 4
    for cell in spotted:
        assert len(spot.reachable(cell)) >= max(250, cell.fleet.policies.spot.types)
        assert all(len(spot.types(cell, zone)) >= spot.FEWEST_IN_ZONE for zone in cell.region.zones)


def test_what_is_left_to_one_architecture_can_still_be_moved_to_cheaper_spot(spotted):
    for cell in spotted:
        for zone in cell.region.zones:
            both, arm, intel = (spot.types(cell, zone, architectures=a) for a in (None, ("arm64",), ("amd64",)))
            assert both == arm | intel
            assert not arm & intel
            assert min(len(arm), len(intel)) >= spot.FEWEST_TO_MOVE


def test_the_memory_pool_is_a_part_of_the_wide_one_and_no_narrow_one(spotted):
    for cell in spotted:
        memory = spot.reachable(cell, name="spot-memory")
        assert memory < spot.reachable(cell)
        assert {name[0] for name in memory} == {"r"}
        assert len(memory) > spot.MOST_IN_REQUEST


def test_a_spot_pool_is_a_type_in_a_zone_so_that_cells_of_two_regions_share_none(fleet):
    first, sibling, far = (fleet.cell(name) for name in ("use1-a", "use1-b", "usw2-a"))
    assert len(spot.pools(first)) == sum(len(spot.types(first, zone)) for zone in first.region.zones)
    assert spot.pools(first) == spot.pools(sibling)
    assert not spot.pools(first) & spot.pools(far)


def test_a_zone_that_hosts_no_cell_is_reached_by_none(fleet):
    assert spot.types(fleet.cell("use1-a"), "use1-az3") == frozenset()
    assert spot.types(fleet.cell("use1-a"), "use1-az5") == frozenset(), "the pool is told its zones"


def test_auto_mode_and_a_fleet_without_spot_are_not_counted(fleet_of):
    assert not any(spot.counted(cell) for cell in fleet_of("day-one").cells)
    assert not spot.counted(fleet_of("growth").cell("use1-z"))


def test_on_demand_pools_buy_on_demand_and_spot_pools_spot(fleet_of):
    for stage in ("day-one", "growth", "hypergrowth"):
        for cell in fleet_of(stage).cells:
            bought = {one.name: one.bought for one in nodepools.pools(cell)}
            assert {name for name, kind in bought.items() if kind == "spot"} <= {"spot", "spot-memory"}
            assert (set(bought) == {"general"}) is (cell.fleet.policies.spot.share == 0)
