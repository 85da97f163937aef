"""Addresses are arithmetic on slots."""

from itertools import combinations
from pathlib import Path

import pytest

from fleet import addressing
from fleet.load import load

FLEET = load(Path(__file__).parents[2] / "blueprints" / "hypergrowth")


@pytest.mark.parametrize("region", FLEET.regions.values(), ids=lambda region: region.name)
def test_no_two_subnets_of_a_region_overlap_and_all_lie_in_its_block(region):
    networks = addressing.every_network(region)
    for (one, a), (other, b) in combinations(networks.items(), 2):
        assert not a.overlaps(b), f"{one} {a} overlaps {other} {b}"
    assert all(network.subnet_of(addressing.region_block(region)) for network in networks.values())
