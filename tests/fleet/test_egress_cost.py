"""What the two ways out of a zone cost: by hand, at the point where they cost the same, and for the talk's three petabytes."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import egress, egress_cost, prices
from fleet.cost import estimate, total
from fleet.load import load
from fleet.prices import PRICES, price
from hypercell.egress.runtime.settings import Settings

FLEET = "fleet.yaml"
ZONE = "use1-az1"
# One zone of each family.
ZONES = {"c8gn": ZONE, "c7gn": "euw2-az4", "c6gn": "caw1-az3", "c8g": "euc2-az2"}
PAIRS = [(ZONES[family], size) for family, sizes in egress.SUSTAINED.items() for size in sizes]


def usd(name):
    return price(name).usd


def test_the_controller_is_one_long_call_and_two_short_ones_a_second_for_each_zone():
    minutes = 730 * 60
    seconds = minutes * 65
    watching = seconds * 0.25 * 0.0000133334
    probing = 2 * seconds * (0.02 * 0.125 * 0.0000133334 + 0.20 / 1e6)
    starting = minutes * (0.20 + 1.00) / 1e6
    assert egress_cost.controller() == pytest.approx(watching + probing + starting)
    assert 8 < egress_cost.controller() < 13


def test_a_call_of_the_controller_is_paid_for_as_long_as_it_watches():
    assert Settings().length_seconds == egress_cost.TICK_SECONDS
    assert Settings().cadence_seconds == 1


def test_a_managed_zone_costs_its_gateway_its_address_and_every_byte():
    # 730 hours of gateway and of address, 1,000 GB.
    assert egress_cost.managed(1000, billed=1) == pytest.approx(730 * 0.045 + 730 * 0.005 + 1000 * 0.045)
    assert egress_cost.managed(1000, billed=0) == pytest.approx(730 * 0.045 + 1000 * 0.045)


def test_a_zone_with_an_instance_costs_both_machines_both_addresses_the_controller_and_a_share_of_bytes():
    machines = 730 * 0.045 + 730 * 0.1185 + egress_cost.controller()
    addresses = 2 * 730 * 0.005
    own = egress_cost.instances(ZONE, "large", 1000, billed=0, gateway_share=0)
    assert own == pytest.approx(machines)
    amazons = egress_cost.instances(ZONE, "large", 1000, billed=1, gateway_share=0.02)
    assert amazons == pytest.approx(machines + addresses + 20 * 0.045)


def test_one_byte_in_a_hundred_stays_on_the_gateway_when_nothing_else_is_said():
    none = egress_cost.instances(ZONE, "large", 1000, billed=0, gateway_share=0)
    assert egress_cost.instances(ZONE, "large", 1000, billed=0) == pytest.approx(none + 10 * 0.045)


def test_an_instance_pays_from_its_own_cost_over_the_price_of_a_byte():
    even = egress_cost.break_even(ZONE, "8xlarge", billed=0, gateway_share=0)
    assert even == pytest.approx((730 * 1.896 + egress_cost.controller()) / 0.045)


@pytest.mark.parametrize(("zone", "size"), PAIRS)
@given(share=st.floats(0, 0.99), billed=st.integers(0, 8))
def test_at_the_break_even_both_ways_cost_the_same_and_on_either_side_one_is_cheaper(zone, size, share, billed):
    even = egress_cost.break_even(zone, size, billed=billed, gateway_share=share)

    def saved(gigabytes):
        instances = egress_cost.instances(zone, size, gigabytes, billed=billed, gateway_share=share)
        return egress_cost.managed(gigabytes, billed=billed) - instances

    assert saved(even) == pytest.approx(0, abs=1e-6 * egress_cost.managed(even, billed=billed))
    assert saved(0.9 * even) < 0 < saved(1.1 * even)


@given(less=st.floats(0, 1e7), more=st.floats(0, 1e7), share=st.floats(0, 0.99))
def test_more_traffic_costs_no_less_and_saves_no_less(less, more, share):
    less, more = sorted((less, more))
    paid = [
        (
            egress_cost.managed(traffic, billed=1),
            egress_cost.instances(ZONE, "large", traffic, billed=1, gateway_share=share),
        )
        for traffic in (less, more)
    ]
    (managed, instances), (managed_more, instances_more) = paid
    assert managed <= managed_more
    assert instances <= instances_more
    assert managed - instances <= managed_more - instances_more + 1e-6


@pytest.mark.parametrize("share", [1, 1.5, -0.1])
def test_with_every_byte_on_the_gateway_no_traffic_pays(share, fleet_of):
    with pytest.raises(ValueError, match="leaves nothing to save; it is from 0 to below 1"):
        egress_cost.ways_out(fleet_of("growth"), gateway_share=share)


def test_a_minute_failed_over_costs_the_bytes_of_a_minute():
    # 10 Gbps are 75 GB a minute.
    assert egress_cost.minute(10e9) == pytest.approx(75 * 0.045)


@pytest.mark.parametrize(
    ("zone", "gbps", "size"),
    [
        (ZONE, 1, "medium"),
        (ZONE, 3.125, "medium"),
        (ZONE, 4, "large"),
        (ZONE, 6, "8xlarge"),
        (ZONE, 150, "24xlarge"),
        (ZONE, 151, None),
        ("caw1-az3", 4, "xlarge"),
        ("euc2-az2", 4, "4xlarge"),
    ],
)
def test_the_cheapest_size_that_carries_a_peak_is_that_of_the_zones_own_family(zone, gbps, size):
    assert egress_cost.cheapest(zone, gbps * 1e9) == size


@given(zone=st.sampled_from(sorted(ZONES.values())), bandwidth=st.floats(0, 3e11))
def test_no_other_size_that_carries_it_costs_less(zone, bandwidth):
    chosen = egress_cost.cheapest(zone, bandwidth)
    able = [size for size in egress.SIZES if egress.offered(zone, size) and egress.sustained(zone, size) >= bandwidth]
    assert (chosen is None) == (not able)
    if chosen:
        assert usd(egress.instance_type(zone, chosen)) == min(usd(egress.instance_type(zone, size)) for size in able)


PETABYTES = [
    (FLEET, "size: large, peak: 4Gbps, monthly: 250TB", "size: 8xlarge, peak: 10Gbps, monthly: 1PB"),
]


def test_three_petabytes_over_three_zones_cost_a_gateway_thirty_times_what_instances_cost(edited):
    """The claim: 135,000 USD of bytes against 4,250 USD of instances with their gateways kept hot."""
    fleet = load(edited("hypergrowth", PETABYTES))
    zones = [one for one in egress_cost.ways_out(fleet, gateway_share=0) if one.region == "us-east-1"]
    assert len(zones) == 3
    assert sum(one.traffic for one in zones) == 3e6
    bytes_alone = sum(one.managed for one in zones) - 3 * 730 * usd("nat-gateway")
    assert bytes_alone == pytest.approx(135_000, rel=0.001)
    machines = sum(one.instances - egress_cost.controller() for one in zones)
    assert machines == pytest.approx(4_250, rel=0.01)
    # With everything that is known, and one byte in a hundred on the gateway, it is still more than twenty times.
    for one in egress_cost.ways_out(fleet)[:3]:
        assert 20 < one.ratio < 30
        assert 43_000 < one.saved < 43_300


@pytest.mark.parametrize("name", ["growth", "hypergrowth"])
def test_what_is_saved_is_what_the_estimate_would_be_higher_by_with_gateways_alone(edited, fleet_of, name):
    """Two computations that share nothing but prices: the lines of the estimate, and the formulas here."""
    fleet = fleet_of(name)
    edits = [(FLEET, "path: instances", "path: managed")] * len(fleet.regions)
    alone = load(edited(name, edits))
    difference = total(estimate(alone)) - total(estimate(fleet))
    assert difference > 1000
    assert egress_cost.saved(egress_cost.ways_out(fleet)) == pytest.approx(difference)
    assert egress_cost.saved(egress_cost.ways_out(alone)) == 0
    assert egress_cost.possible(egress_cost.ways_out(alone)) >= difference


def test_a_zone_is_judged_by_its_own_family_and_addresses(fleet_of):
    for region in fleet_of("hypergrowth").regions.values():
        for one in (one for one in egress_cost.ways_out(fleet_of("hypergrowth")) if one.region == region.name):
            assert one.managed == egress_cost.managed(250_000, billed=0)
            assert one.instance_type == f"{egress.family(one.zone)}.large"
    assert egress_cost.ways_out(fleet_of("day-one"))[0].managed == egress_cost.managed(500, billed=1)


def test_a_managed_region_is_compared_with_the_cheapest_size_that_carries_it(edited):
    folder = edited("day-one", [(FLEET, "path: managed, monthly: 500GB", "path: managed, peak: 4Gbps, monthly: 90TB")])
    one = egress_cost.ways_out(load(folder))[0]
    assert (one.path, one.size, one.cheapest) == ("managed", "large", "large")
    assert one.saved == pytest.approx(0.99 * 90_000 * 0.045 - 730 * (0.1185 + 0.005) - egress_cost.controller())


def test_without_a_peak_the_mean_decides_what_is_large_enough(edited):
    # 2 PB a month are 6.1 Gbps, were every second alike.
    folder = edited("day-one", [(FLEET, "monthly: 500GB", "monthly: 2PB")])
    assert egress_cost.ways_out(load(folder))[0].cheapest == "8xlarge"


def test_nothing_is_said_of_money_where_no_traffic_is_declared(edited):
    for one in egress_cost.ways_out(load(edited("day-one", [(FLEET, ", monthly: 500GB", "")]))):
        assert (one.traffic, one.managed, one.instances, one.saved, one.ratio) == (None,) * 5
        assert one.break_even > 0


def test_a_size_without_a_price_has_no_cost_and_no_break_even(monkeypatch):
    monkeypatch.setattr(prices, "PRICES", {name: one for name, one in PRICES.items() if name != "c8gn.medium"})
    found = {size.size: size for size in egress_cost.sizes(ZONE, billed=0)}
    assert (found["medium"].monthly, found["medium"].break_even) == (None, None)
    assert found["large"].monthly > 0
    assert egress_cost.cheapest(ZONE, 1e9) == "large"


def test_every_size_of_every_family_can_be_judged():
    for family, zone in ZONES.items():
        assert egress.family(zone) == family
        for size in egress_cost.sizes(zone, billed=1):
            assert size.monthly > 0
            assert size.break_even > 0


def test_what_is_found_is_plain_data(fleet_of):
    assert dataclasses.asdict(egress_cost.ways_out(fleet_of("growth"))[0])["sizes"][0]["size"] == "medium"
