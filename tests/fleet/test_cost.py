"""The estimate: complete, and moved by what moves a bill."""

import pytest

from fleet.cost import estimate, total
from fleet.prices import PRICES


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_every_line_is_its_count_at_its_price(fleet_of, name):
    for line in estimate(fleet_of(name)):
        assert line.count > 0
        assert line.monthly / (line.count * PRICES[line.price].usd) in (pytest.approx(1), pytest.approx(730))


def test_each_stage_costs_more_than_the_one_before(fleet_of):
    day_one, growth, hypergrowth = (total(estimate(fleet_of(n))) for n in ("day-one", "growth", "hypergrowth"))
    assert day_one < growth < hypergrowth


def test_managed_egress_pays_for_its_bytes_and_own_instances_do_not(fleet_of):
    def whats(name):
        return {line.what for line in estimate(fleet_of(name))}

    assert "bytes through NAT gateways" in whats("day-one")
    assert "NAT instances" not in whats("day-one")
    assert "bytes through NAT gateways" not in whats("hypergrowth")
    assert "NAT instances" in whats("hypergrowth")


def test_addresses_of_an_own_range_are_free(fleet_of):
    lines = [line for line in estimate(fleet_of("hypergrowth")) if line.what == "public addresses"]
    assert not lines


def test_every_price_says_where_it_comes_from_and_when():
    for name, price in PRICES.items():
        assert price.source, name
        assert price.day[:2] == "20", name
