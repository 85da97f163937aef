"""Shards that the controller leaves alone: what is written, what it means, and that the controller obeys."""

from __future__ import annotations

import pytest

from hypercell.egress.runtime.zone import Way
from ops.egress import freezing
from ops.egress.places import Unusable
from tests.egress.control.world import refused
from tests.ops.egress import zones
from tests.ops.egress.worlds import NOW, Zone
from tests.ops.egress.zones import BAD, seen, shard

HOUR = 3600


def freeze(*some, forced=False, seconds=2 * HOUR):
    return freezing.freeze(some, zones.NOW, seconds=seconds, forced=forced)


def write(zone, found):
    return [(one.done, one.says) for one in freezing.write(found, zone.by_region(), NOW)]


def test_the_plan_says_plainly_what_a_freeze_means():
    found = freeze(seen(shard()))
    assert found.lines[0].does == "frozen until 18:00 UTC"
    said = " ".join(found.says)
    assert "no failover, no shedding, no way back" in said
    assert "a frozen shard on an instance that ends has no way out until the next one is up" in said
    assert "an instance that hangs is not replaced" in said


def test_a_longer_freeze_replaces_a_shorter_one_and_the_same_one_is_left():
    assert freeze(seen(shard(manual=zones.NOW + HOUR))).lines[0].does == "frozen until 18:00 UTC, not until 17:00 UTC"
    assert not freeze(seen(shard(manual=zones.NOW + 2 * HOUR - 30))).todo


def test_shards_on_an_instance_that_does_not_carry_are_not_frozen_there_unless_forced():
    bad = seen(shard(), instance=BAD)
    assert freeze(bad).refused == ("use1-az1: its instance does not carry a probe, and its shards would stay on it",)
    assert freeze(bad, forced=True).refused == ()
    assert freeze(seen(shard(way=Way.GATEWAY), instance=BAD)).refused == ()


def test_a_freeze_has_an_end():
    with pytest.raises(Unusable, match="--for: 8 d is more than 7 d"):
        freeze(seen(shard()), seconds=8 * 86400)


def test_a_frozen_shard_is_left_alone_until_it_is_thawed():
    zone = Zone()
    assert (
        write(zone, freezing.freeze([zone.seen()], NOW, seconds=HOUR, forced=False))
        == [(True, "done, leads to the instance")] * 2
    )
    zone.instance = False
    zone.tick()
    assert zone.ways() == {"a": "instance", "b": "instance"}
    assert [done for done, _ in write(zone, freezing.thaw([zone.seen()], NOW))] == [True, True]
    assert not freezing.thaw([zone.seen()], NOW).todo
    zone.tick()
    assert zone.ways() == {"a": "gateway", "b": "gateway"}


def test_a_freeze_that_was_refused_is_said_and_a_second_run_writes_it():
    zone = Zone()
    found = freezing.freeze([zone.seen()], NOW, seconds=HOUR, forced=False)
    zone.failing = {"create_tags": refused("UnauthorizedOperation", "CreateTags")}
    for done, says in write(zone, found):
        assert not done
        assert says.startswith("not written: tag: An error occurred (UnauthorizedOperation)")
    zone.failing = {}
    assert [done for done, _ in write(zone, found)] == [True, True]
