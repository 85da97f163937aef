"""What would be done to shards, and what speaks against it: tables of decisions."""

from __future__ import annotations

import pytest

from hypercell.egress.runtime.zone import Machine, Way
from ops.egress import plan
from ops.egress.places import Unusable
from tests.ops.egress.zones import BAD, NOW, UNKNOWN, seen, shard

G, HOUR = Way.GATEWAY, 3600


def failover(*zones, forced=False, seconds=HOUR):
    return plan.failover(zones, NOW, seconds=seconds, who="ada", forced=forced)


def failback(*zones, forced=False):
    return plan.failback(zones, NOW, who="ada", forced=forced)


def does(found):
    return [line.does for line in found.lines]


def test_shards_on_the_instance_are_led_to_the_gateway_and_held_there():
    found = failover(seen(shard("a"), shard("b")))
    assert does(found) == ["moves, and stays until 17:00 UTC"] * 2
    assert {(line.move.reason, line.move.hold) for line in found.todo} == {("by hand: ada", NOW + HOUR)}
    assert found.refused == ()
    assert any("120 good rounds" in note for note in found.says)


@pytest.mark.parametrize(
    ("one", "said", "acts"),
    [
        (shard(way=G), "is there already, and stays until 17:00 UTC", True),
        (shard(way=G, hold=NOW + HOUR - 30), "is there already, until 16:59 UTC", False),
        (shard(way=G, hold=NOW + 2 * HOUR), "is there already, until 18:00 UTC", False),
        (shard(way=Way.MISSING), "moves, and stays until 17:00 UTC", True),
        (shard(way=Way.FOREIGN), "stays: it leads to neither way, somebody's own route; --force takes it", False),
        (
            shard(manual=NOW + 60),
            "stays: frozen until 16:01 UTC; thaw it (hypercell nat freeze --off), or --force",
            False,
        ),
    ],
)
def test_each_shard_is_told_why_it_moves_or_not(one, said, acts):
    found = failover(seen(one))
    assert does(found) == [said]
    assert bool(found.todo) is acts


@pytest.mark.parametrize("one", [shard(way=Way.FOREIGN), shard(manual=NOW + 60)])
def test_force_takes_what_is_somebodys_own(one):
    assert failover(seen(one), forced=True).todo


@pytest.mark.parametrize(("gateway", "said"), [(BAD, "bad, bad, bad"), (UNKNOWN, "unknown, unknown, unknown")])
def test_a_gateway_that_is_not_proven_is_refused_unless_forced_and_then_it_is_written(gateway, said):
    zone = seen(shard(), gateway=gateway)
    assert failover(zone).refused == (f"use1-az1: its gateway is not proven: the probe said {said}",)
    forced = failover(zone, forced=True)
    assert forced.refused == ()
    assert forced.against == failover(zone).refused
    assert forced.todo[0].move.reason == "by hand: ada - forced"
    assert any("freeze them to keep them" in note for note in forced.says)


def test_one_bad_look_of_three_is_enough_to_refuse():
    zone = seen(shard())
    rounds = (*zone.rounds[:2], seen(shard(), gateway=BAD).rounds[0])
    shaky = type(zone)(zone.place, zone.zone, rounds)
    assert failover(shaky).refused == ("use1-az1: its gateway is not proven: the probe said ok, ok, bad",)


def test_nobody_looked_is_no_proof():
    assert failover(seen(shard(), instance=None)).refused
    assert failback(seen(shard(way=G), instance=None)).refused


def test_a_gateway_that_is_gone_is_not_even_forced():
    found = failover(seen(shard(), gateway_state="deleted"), forced=True)
    assert found.refused == ("use1-az1: its gateway is deleted",)


def test_a_zone_whose_shards_are_all_there_needs_no_proof():
    assert failover(seen(shard(way=G), gateway=BAD)).refused == ()


def test_a_hold_longer_than_the_controller_keeps_one_is_told_of_freeze():
    with pytest.raises(Unusable, match=r"--for: 8 h is more than 6 h.*hypercell nat freeze"):
        failover(seen(shard()), seconds=8 * HOUR)


def test_a_zone_that_cannot_be_read_stops_everything():
    dark = type(seen())(seen().place, None, faults=("use1-az1: describe route tables: slow down",))
    for decide in (failover, failback):
        with pytest.raises(Unusable, match="cannot be read, so nothing is changed: use1-az1: describe"):
            decide(seen(shard()), dark)


def test_shards_on_the_gateway_are_led_back_and_their_hold_ends():
    found = failback(seen(shard("a", G, hold=NOW + 600), shard("b", G)))
    assert does(found) == ["moves, and its hold until 16:10 UTC ends", "moves"]
    assert {line.move.machine for line in found.todo} == {"i-1"}


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (shard(), "is there already"),
        (shard(way=Way.MISSING), "is not on the gateway: fail over first (hypercell nat failover)"),
        (shard(way=G, doomed="i-1"), "stays: i-1 is going, and gets no traffic"),
        (
            shard(way=G, manual=NOW + 60),
            "stays: frozen until 16:01 UTC; thaw it (hypercell nat freeze --off), or --force",
        ),
    ],
)
def test_each_shard_is_told_why_it_stays(one, said):
    found = failback(seen(one))
    assert does(found) == [said]
    assert not found.todo


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"instance": BAD}, "its instance is not proven: the probe said bad, bad, bad"),
        ({"instance": UNKNOWN}, "its instance is not proven: the probe said unknown, unknown, unknown"),
        ({"saturated": True}, "its instance is full, an alarm says"),
        ({"saturated": None}, "nobody knows whether its instance is full: its alarms could not be read"),
    ],
)
def test_an_instance_that_is_not_proven_or_full_is_refused_unless_forced(state, said):
    zone = seen(shard(way=G), **state)
    assert failback(zone).refused == (f"use1-az1: {said}",)
    assert failback(zone, forced=True).refused == ()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"machine": None}, "its group has no instance"),
        ({"machine": None, "faults": ("describe group: slow down",)}, "nobody could read its group"),
        ({"machine": Machine("i-1", "Pending:Wait")}, "its instance i-1 is Pending:Wait, not InService"),
    ],
)
def test_there_is_no_way_back_to_an_instance_that_does_not_serve_not_even_by_force(state, said):
    assert failback(seen(shard(way=G), **state), forced=True).refused == (f"use1-az1: {said}",)


def test_who_it_was_is_written_in_characters_that_a_tag_takes():
    assert plan.by_hand("Zoë <root>", forced=False) == "by hand: Zo---root-"
    assert len(plan.by_hand("x" * 500, forced=True)) < 256


def test_only_zones_in_which_something_moves_need_a_proof():
    other = seen(shard(zone="use1-az2", cell="a"), zone="use1-az2", gateway=BAD)
    found = failover(seen(shard(way=G, hold=NOW + 2 * HOUR)), other)
    assert found.refused == ("use1-az2: its gateway is not proven: the probe said bad, bad, bad",)
