"""Losses that are reckoned by hand, and what holds of every loss of every world."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.simulation.outcome import Outcome
from ops.simulation.play import Player
from ops.simulation.scenario import Kind, scenarios
from ops.simulation.timing import AGGREGATION, ALIAS_TTL, HORIZON, NOTICE
from ops.simulation.world import Room, World
from tests.ops.simulation.toy import BALANCER, FAILURES, INTERVAL, fleet, world

DETECTED = INTERVAL * FAILURES + AGGREGATION.value
"""Seconds until a cell's check has failed."""
RAMP = ALIAS_TTL.value / 2
"""A cache that expires at an evenly spread moment goes on asking half a TTL on average."""


def played(of: World, name: str) -> Outcome:
    player = Player(of)
    return player.play(next(one for one in scenarios(of) if one.name == name))


def test_one_of_two_cells_fails_half_of_all_until_its_check_has_failed_and_caches_expired():
    lost = played(world(fleet(2), least=200), "cell:use1-a")
    assert lost.failed == pytest.approx(1000 / 2 * (DETECTED + RAMP))
    assert lost.error_minutes == pytest.approx((DETECTED + RAMP) / 2 / 60)
    assert lost.moved == DETECTED + ALIAS_TTL.value
    assert lost.carried


def test_a_cell_fails_its_own_weight_of_all():
    of = world(fleet(2), least=200, weights={"use1-a": 30, "use1-b": 90})
    assert played(of, "cell:use1-a").error_minutes == pytest.approx((DETECTED + RAMP) / 4 / 60)


def test_limits_that_do_not_suffice_leave_an_overload_for_good():
    """1000/s, three cells, 15 pods each: 600/s at the utmost in two of them, 300/s at their target."""
    lost = played(world(fleet(3), least=15, most=15), "cell:use1-a")
    assert lost.overload == pytest.approx(1000 - 2 * 15 * 20)
    assert lost.capacity == pytest.approx(2 * 15 * 10 / 1000)
    assert lost.short
    assert not lost.carried


def test_what_ran_sheds_until_autoscalers_have_followed():
    """Two cells of unequal weight: the lighter one ran 25 pods, which serve 500/s, and is sent all 1,000/s."""
    of = world(fleet(2), weights={"use1-a": 150, "use1-b": 50})
    lost = played(of, "cell:use1-a")
    assert lost.moments[-2].flow.shed == pytest.approx(500)
    assert lost.moments[-1].flow.shed == 0
    assert lost.carried


def test_a_region_that_leaves_its_market_sends_everybody_to_the_other():
    """Threshold 2 of 2: one lost cell takes the healthy one along."""
    of = world(fleet(2, regions=2), least=300, threshold=2)
    player = Player(of)
    scenario = next(iter(scenarios(of)))
    assert player.play(scenario).moments[-1].flow.served == pytest.approx(2000)
    assert player.served(scenario, at=1000).keys() == {"us-west-2"}
    stays = Player(world(fleet(2, regions=2), least=300, threshold=1))
    assert stays.served(scenario, at=1000).keys() == {"us-east-1", "us-west-2"}


def test_a_lost_zone_fails_its_share_until_load_balancers_leave_it_out():
    lost = played(world(fleet(2), least=200), "zone:use1-az1")
    assert lost.failed == pytest.approx(1000 / 3 * (BALANCER + RAMP))
    assert lost.moved == BALANCER + ALIAS_TTL.value


def test_a_lost_region_without_another_answers_nobody_for_good():
    lost = played(world(fleet(2), least=200), "region:us-east-1")
    assert lost.moved == float("inf")
    assert lost.overload == pytest.approx(1000)
    assert lost.error_minutes == pytest.approx(HORIZON.value / 60)


@pytest.mark.parametrize(("burst", "served"), [(0, 0), (25, 1000), (50, 2000), (200, 4000)])
def test_without_any_spot_the_burst_pools_serve_what_they_hold(burst, served):
    """4,000/s in two cells; a pod serves 20/s at the utmost."""
    of = world(fleet(2, rps=4000), spot=True, burst=Room(burst * 1000, burst * (1 << 30), burst))
    lost = played(of, "drought:us-east-1:0")
    assert lost.moments[0].ends == NOTICE.value
    assert lost.moments[-1].flow.served == pytest.approx(served)
    assert lost.carried is (burst == 200)


def test_half_of_spot_serves_all_of_the_peak_at_the_utmost_and_is_still_too_little():
    """A pod has half of its processor to spare at its target: the half that stays serves everything, without reserve."""
    lost = played(world(fleet(2, rps=4000), spot=True), "drought:us-east-1:50")
    assert lost.overload == 0
    assert lost.short


def test_losing_two_cells_of_two_regions_is_losing_each():
    of = world(fleet(2, regions=2), least=300)
    player = Player(of)
    by_name = {one.name: player.play(one) for one in scenarios(of)}
    both = by_name["pair:use1-a+usw2-a"]
    assert both.failed == pytest.approx(by_name["cell:use1-a"].failed + by_name["cell:usw2-a"].failed)
    # The same again, played as a whole and not put together.
    whole = player.as_a_whole(both.scenario)
    assert both.failed == pytest.approx(whole.failed)
    assert both.moved == whole.moved


@settings(max_examples=40, deadline=None)
@given(
    cells=st.integers(1, 4),
    regions=st.integers(1, 2),
    rps=st.integers(1, 5000),
    least=st.integers(0, 60),
    more=st.integers(0, 200),
    threshold=st.integers(1, 4),
    weights=st.lists(st.integers(0, 255), min_size=8, max_size=8),
    spot=st.booleans(),
)
def test_traffic_is_conserved_in_every_moment_of_every_loss(cells, regions, rps, least, more, threshold, weights, spot):
    of_fleet = fleet(cells, regions=regions, rps=rps)
    given_weights = {cell.name: weight for cell, weight in zip(of_fleet.cells, weights, strict=False)}
    of = world(
        of_fleet,
        least=least,
        most=max(1, least + more),
        spot=spot,
        threshold=min(threshold, cells),
        weights=given_weights,
    )
    player = Player(of)
    for scenario in scenarios(of):
        lost = player.play(scenario)
        assert lost.moments[0].begins == 0
        assert lost.moments[-1].ends == HORIZON.value
        for before, after in zip(lost.moments, lost.moments[1:], strict=False):
            assert before.ends == after.begins
        for moment in lost.moments:
            flow = moment.flow
            assert flow.asked == pytest.approx(rps * regions)
            assert flow.served + flow.shed + flow.void == pytest.approx(flow.asked)
            assert min(flow.served, flow.shed, flow.void) > -1e-6


def test_every_kind_of_loss_is_played_and_each_once():
    of = world(fleet(3, regions=2), spot=True)
    names = [one.name for one in scenarios(of)]
    assert len(names) == len(set(names))
    counted = {kind: sum(name.startswith(f"{kind}:") for name in names) for kind in Kind}
    expected = {
        Kind.CELL: 6,
        Kind.PAIR: 15,
        Kind.ZONE: 6,
        Kind.DROUGHT: 6,
        Kind.REGION: 2,
        Kind.DATABASE: 0,
        Kind.DRY: 6,
    }
    assert counted == expected


def test_viewers_who_end_in_a_market_without_their_data_are_not_carried():
    """The only cell of a market is lost: Route 53 sends its viewers to the next market, whose cells answer them."""
    of = fleet(1, regions=2, markets=("us", "eu"))
    lost = played(world(of, least=300), "cell:use1-a")
    assert lost.overload == 0
    assert lost.short == ("viewers of us-east-1 are sent to market eu, which does not hold their data",)
    assert not lost.carried


def test_a_cell_that_drains_is_one_of_the_losses_that_were_promised():
    of = world(fleet(3, survive={"cells": 2}), least=300)
    promised = {one.name for one in scenarios(of) if one.promised}
    assert "pair:use1-a+use1-b" in promised
    (name, region), *_ = of.regions.items()
    draining = replace(of, regions={name: replace(region, cells=region.cells[:2], out=1)})
    assert {one.name for one in scenarios(draining) if one.promised} == promised - {
        one.name for one in scenarios(of) if one.kind is Kind.PAIR or "use1-c" in one.cells
    }


def test_a_lost_database_fails_a_regions_users_of_it_until_somebody_drains_the_region():
    """No health check asks a database: Route 53 goes on sending half of all to where it is lost."""
    of = world(fleet(2, regions=2, database="bookings"), least=300)
    lost = played(of, "database:us-east-1")
    assert lost.overload == pytest.approx(1000)
    assert lost.error_minutes == pytest.approx(HORIZON.value / 60 / 2)
    assert len(lost.moments) == 1
    assert not lost.scenario.promised


@pytest.mark.parametrize(("burst", "carried"), [(0, False), (49, False), (50, True)])
def test_without_spot_the_burst_pool_holds_what_a_lost_cell_leaves(burst, carried):
    """1,000/s in two cells of 50 pods: the other one needs 50 more, and its own nodes of Spot go on."""
    of = world(fleet(2), spot=True, burst=Room(burst * 1000, burst * (1 << 30), burst))
    dry = played(of, "no-spot:use1-a")
    assert dry.scenario.promised
    assert dry.overload == 0
    assert dry.carried is carried
    assert played(of, "cell:use1-a").carried
