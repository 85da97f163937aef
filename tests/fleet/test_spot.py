"""The table of Spot types is what EC2's catalogue gives, and it is as wide as the platform claims."""

from __future__ import annotations

import pytest

from fleet import spot
from local.catalogue import TABLE, table


def test_the_committed_table_is_the_catalogue_of_the_pinned_moto():
    assert TABLE.read_text(encoding="utf-8") == table(), "run `python -m local.catalogue`"


def test_every_region_reaches_the_types_the_policy_asks_for_and_every_zone_enough(fleet_of):
    for stage in ("growth", "hypergrowth"):
        fleet = fleet_of(stage)
        for region in fleet.regions.values():
            assert len(spot.reachable(region.zones)) >= fleet.policies.spot.types
            assert all(len(spot.types(zone)) >= spot.FEWEST_IN_ZONE for zone in region.zones)


def test_both_architectures_are_offered_and_each_alone_is_fewer():
    both, arm, intel = (spot.types("use1-az1", only) for only in (("arm64", "amd64"), ("arm64",), ("amd64",)))
    assert both == arm | intel
    assert not arm & intel
    assert arm
    assert intel


def test_a_zone_nobody_knows_offers_nothing():
    assert spot.types("use1-az3") == frozenset()
    assert spot.types("mars1-az1") == frozenset()


@pytest.mark.parametrize(
    ("category", "generation", "cpus", "hypervisor", "admitted"),
    [
        ("c", 7, 4, "nitro", True),
        ("r", 5, 48, "nitro", True),
        ("t", 5, 8, "nitro", False),
        ("m", 4, 8, "nitro", False),
        ("m", 7, 2, "nitro", False),
        ("m", 7, 64, "nitro", False),
        ("m", 5, 8, "xen", False),
    ],
)
def test_pools_take_new_middle_sized_compute_general_and_memory_types(category, generation, cpus, hypervisor, admitted):
    assert spot.admits(category, generation, cpus, hypervisor) is admitted


def test_no_metal_graphics_or_burstable_type_is_in_the_table():
    names = {name for zone in ("use1-az1", "usw2-az1", "euw1-az1", "euc1-az1") for name in spot.types(zone)}
    assert not [name for name in names if "metal" in name or name[0] not in spot.CATEGORIES]
