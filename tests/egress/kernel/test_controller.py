"""The real controller against a local AWS whose routes the kernel follows. Times are printed, and none is asserted."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from benchmarks.egress.controlling import Controlling, rotation, saturation
from benchmarks.egress.zone import PROBER
from benchmarks.lab.laboratory import wait_until
from benchmarks.lab.network import PUBLIC
from hypercell.egress.runtime.settings import Settings

# The controller's own numbers, shortened where what is tested does not depend on how long they are.
SETTINGS = Settings(
    length_seconds=600,
    cadence_seconds=0.2,
    reread_rounds=2,
    proof_rounds=5,
    probation_seconds=1,
    urgent_rounds=2,
    hold_seconds=1,
)


@pytest.fixture(scope="module")
def around(built):
    return built.aws(), built.probers(PROBER)


@pytest.fixture
def aws(lab, around, zone):
    """The local AWS: nothing is written on its tables but what CloudFormation wrote, no alarm."""
    aws, _ = around
    aws.forget()
    for alarm in zone.alarms:
        aws.set_alarm(alarm, "OK")
    return aws


@pytest.fixture
def lead(lab, aws, zone):
    """`lead("instance")`: all shards, seen by the kernel too."""

    def move(path):
        aws.move(path)
        seen = wait_until(lambda: {lab.call(shard, timeout=1).get("seen_as") for shard in zone.cells} == {PUBLIC[path]})
        assert seen, "the kernel does not follow the route tables"
        aws.route_calls.clear()

    return move


@pytest.fixture
def controlling(aws, around, zone):
    return Controlling(zone, aws, around[1], SETTINGS)


def all_on(aws, path):
    return lambda: set(aws.paths().values()) == {path}


@pytest.mark.parametrize("ends", ["dies", "hangs"])
def test_new_connections_work_again_after_the_instance(lab, aws, lead, controlling, shard, ends):
    lead("instance")
    with controlling.ticking(), lab.load(shard) as records:
        time.sleep(0.5)
        death = time.monotonic()
        lab.network.die() if ends == "dies" else lab.network.hang()
        assert wait_until(all_on(aws, "gateway"))
        time.sleep(0.5)
    (record,) = records
    outage = record.outage(death)
    assert record.failed > 0, "nothing was lost: the instance did not carry the load"
    assert outage is not None
    assert record.attempts[-1].seen_as == PUBLIC["gateway"]
    print(f"outage when the instance {ends}: {outage:.2f} s, the kernel had routes {max(aws.delays()):.3f} s after EC2")


def test_a_planned_rotation_loses_no_new_connection(lab, aws, lead, controlling, shard, zone):
    lead("instance")
    with lab.load(shard) as records:
        time.sleep(0.5)
        controlling.event(rotation(zone, aws.instance))
        time.sleep(0.5)
    (record,) = records
    assert {one.seen_as for one in record.attempts if one.seen_as} == set(PUBLIC.values())
    assert record.failed == 0
    assert aws.paths() == dict.fromkeys(zone.cells, "gateway")
    assert aws.autoscaling.completed[-1]["LifecycleActionResult"] == "CONTINUE"


def test_an_instance_that_was_rotated_away_gets_nothing_back(lab, aws, lead, controlling, zone):
    lead("instance")
    controlling.event(rotation(zone, aws.instance))
    aws.route_calls.clear()
    with controlling.ticking():
        time.sleep(2.5)  # the hold is over, and the instance is proven twice
    assert aws.route_calls == []


def test_nothing_moves_while_both_ways_are_down(lab, aws, lead, controlling, zone):
    lead("instance")
    lab.network.cut_off()
    with controlling.ticking():
        assert wait_until(lambda: controlling.counted("BothPathsDown") > SETTINGS.bad_rounds)
    assert aws.route_calls == []


def test_nothing_moves_to_a_gateway_that_is_dead(lab, aws, lead, controlling):
    lead("instance")
    lab.network.die("gateway")
    with controlling.ticking():
        assert wait_until(lambda: controlling.counted("GatewayProbeFailed") >= SETTINGS.bad_rounds)
    assert aws.route_calls == []


def test_shards_return_without_a_wait_when_the_gateway_dies_under_them(lab, aws, around, lead, shard, zone):
    lead("gateway")
    # Proof takes longer than the test waits.
    with Controlling(zone, aws, around[1], replace(SETTINGS, proof_rounds=1000)).ticking():
        lab.network.die("gateway")
        assert wait_until(all_on(aws, "instance"))
    assert lab.call(shard)["seen_as"] == PUBLIC["instance"]


def test_a_healed_instance_is_proven_and_carries_again(lab, aws, lead, controlling, shard, zone):
    lead("instance")
    lab.network.die()
    with controlling.ticking():
        assert wait_until(all_on(aws, "gateway"))
        lab.network.heal()
        with lab.load(shard) as records:
            assert wait_until(all_on(aws, "instance"), 20)
            time.sleep(0.5)
    (record,) = records
    assert record.attempts[0].seen_as == PUBLIC["gateway"]
    assert record.attempts[-1].seen_as == PUBLIC["instance"]
    # Once one had failed, and was not explained; in 27 runs on two busy processors none did.
    assert record.failed == 0, record
    moved = [asked["RouteTableId"] for _, _, asked in aws.route_calls if "NetworkInterfaceId" in asked]
    assert sorted(moved) == sorted(aws.tables.values()), "one after the other, and each once"


def test_a_saturated_instance_answers_every_probe_and_one_shard_is_shed(lab, aws, lead, controlling, zone):
    lead("instance")
    lab.network.shape("20mbit")
    first, second = zone.cells
    with controlling.ticking():
        with lab.pouring(first), lab.pouring(second):
            time.sleep(2)
        assert lab.network.dropped() > 0, "the instance was not at its limit"
        assert aws.route_calls == []
        # The instance's own counters raise the alarm in AWS; a virtual card has none.
        aws.set_alarm(zone.alarms[0], "ALARM")
        controlling.event(saturation(zone.alarms[0]))
        # The ticks see the same alarm, and shed no second one.
        time.sleep(2)
    assert controlling.counted("InstanceProbeFailed") == 0
    assert sorted(aws.paths().values()) == ["gateway", "instance"]
    assert {lab.call(shard)["seen_as"] for shard in zone.cells} == set(PUBLIC.values())
