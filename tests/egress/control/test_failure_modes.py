"""Every failure mode of the egress, by its name, and what must happen. Whole ticks, in a time of their own."""

import json
from itertools import pairwise

import pytest

from hypercell.egress.runtime import events
from hypercell.egress.runtime.settings import Settings
from tests.egress.control.test_events import IN_ALARM, SPOT, STATE, TERMINATING, handle
from tests.egress.control.world import NAT, World, refused

GIVEN_UP = {"InstanceId": "i-1", "HealthStatus": "Unhealthy", "ShouldRespectGracePeriod": False}
BOTH_GONE = {"a": "gateway", "b": "gateway"}
BOTH_THERE = {"a": "instance", "b": "instance"}


def fails(world, what, at):
    world.at(at, lambda: setattr(world, what, False))


def moved_at(world):
    """Seconds at which the first route was replaced; runs one tick."""
    times = []
    record = world.call

    def call(name, **arguments):
        if name == "replace_route":
            times.append(world.now)
        record(name, **arguments)

    world.call = call
    world.tick()
    return times[0] if times else None


@pytest.mark.parametrize("moment", [5.0, 5.1, 5.5, 5.9, 5.999])
def test_instance_hang_or_kernel_panic_or_dead_card(moment):
    """F1: away within two bad rounds of a second each, and the round that was under way."""
    world = World()
    fails(world, "instance", moment)
    assert moved_at(world) - moment <= 3.1
    assert world.ways() == BOTH_GONE
    world.tick()
    assert world.called("set_instance_health") == [GIVEN_UP]


@pytest.mark.parametrize("event", [STATE, SPOT])
def test_host_or_instance_terminated_by_aws(event):
    """F4 on the event; F1 is the backstop when no event comes."""
    world = World()
    handle(world, event)
    assert world.ways() == BOTH_GONE
    silent = World()
    fails(silent, "instance", 5)
    silent.instances = []
    silent.tick()
    assert silent.ways() == BOTH_GONE


def test_planned_rotation():
    """To the gateway before the end, the hook answered; back only to a new instance that is proven."""
    world = World()
    handle(world, TERMINATING)
    assert world.ways() == BOTH_GONE
    assert len(world.called("complete_lifecycle_action")) == 1
    world.instances = [{"InstanceId": "i-2", "LifecycleState": "Pending:Wait"}]
    world.instance = False
    world.tick(2)
    world.instances[0]["LifecycleState"] = "InService"
    world.instance = True
    started = world.now
    while world.ways() == BOTH_GONE:
        world.tick()
    assert world.now - started >= 120
    assert world.now < started + 600


def test_zone_loss():
    """The probers are silent as well: nothing is concluded, nothing moves, and it is counted."""
    world = World()
    world.instance = world.gateway = refused("ServiceException", "Invoke")
    world.tick(3)
    assert world.ways() == BOTH_THERE
    assert world.called("replace_route") == []
    assert world.counted("ProberUnknown") == world.counted("Rounds") > 100


def test_saturation_in_bytes_or_packets():
    """F5: the probe stays green, the alarm does not; one shard, two minutes, the next."""
    world = World()
    world.alarm = "ALARM"
    handle(world, IN_ALARM)
    assert sorted(world.ways().values()) == ["gateway", "instance"]
    world.tick(1)
    assert sorted(world.ways().values()) == ["gateway", "instance"]
    world.tick(2)
    assert world.ways() == BOTH_GONE


def test_saturation_does_not_flap():
    """A shed shard comes back after half an hour at the earliest, and only to room."""
    world = World()
    world.alarm = "ALARM"
    handle(world, IN_ALARM)
    world.alarm = "OK"
    limit = world.controller().config.limit
    world.bytes = {"instance": 0.7 * limit, "gateway": 0.2 * limit}
    world.tick(45)
    assert "gateway" in world.ways().values()
    world.bytes = {"instance": 0.5 * limit, "gateway": 0.1 * limit}
    world.tick(3)
    assert world.ways() == BOTH_THERE


def test_saturation_with_the_alarm_alone():
    world = World()
    world.alarm = "ALARM"
    world.tick(4, shed=False)
    assert world.ways() == BOTH_THERE


def test_connection_allowance_of_the_security_group():
    """The same alarm as bandwidth: AWS dropped packets for a limit."""
    from hypercell.egress.instance import metrics

    assert "ConnectionsExceeded" in metrics.CARD.values()
    grown = {"ConnectionsExceeded": 3}
    assert metrics.metrics(grown, 0.0, None, 0)["AllowanceExceeded"] == 3


def test_source_ports_exhausted(synthesized):
    """InsertFailed is one of the two alarms by which the controller sheds; it finds them by name."""
    for template in synthesized("egress").values():
        resources = [r["Properties"] for r in template["Resources"].values()]
        raised = {one["AlarmName"] for one in resources if one.get("MetricName") == "InsertFailed"}
        ticks = [one["Environment"]["Variables"] for one in resources if one.get("Handler") == "runtime.handler.tick"]
        zones = json.loads(ticks[0]["ZONES"]) if ticks else {}
        assert raised == {name for zone in zones.values() for name in zone["alarms"] if name.endswith("insert-failed")}
        assert len(raised) == len(zones) > 0


def test_bad_image_or_user_data():
    """A new instance that never answers gets no traffic, however long its group calls it fit."""
    world = World(way="gateway")
    world.instance = False
    world.instances = [{"InstanceId": "i-9", "LifecycleState": "InService"}]
    world.tick(10)
    assert world.ways() == BOTH_GONE


def test_interface_in_use_on_relaunch():
    """Auto Scaling tries again; meanwhile there is no instance, and the gateway carries."""
    world = World()
    handle(world, TERMINATING)
    world.instances, world.instance = [], False
    world.tick(10)
    assert world.ways() == BOTH_GONE
    assert world.called("set_instance_health") == []


def test_gateway_broken():
    """F1 refuses to swap onto a gateway that is known to be dead, and counts it before it is needed."""
    world = World()
    world.gateway = False
    world.tick()
    assert world.counted("GatewayProbeFailed") > 30
    world.instance = False
    world.tick()
    assert world.called("replace_route") == []
    assert world.ways() == BOTH_THERE


def test_gateway_breaks_while_it_carries():
    """B2: back to an instance that works, whatever the hold says."""
    world = World(way="gateway")
    for tags in world.tags.values():
        tags["nat:hold"] = f"{world.time() + 3600:.0f}"
    fails(world, "gateway", 10)
    world.tick()
    assert world.ways() == BOTH_THERE


def test_controller_throttled_or_a_tick_late():
    """No tick for minutes: the routes stay; the next tick finds what is wrong within its first rounds."""
    world = World()
    world.pass_time(600)
    world.instance = False
    assert moved_at(world) is not None
    assert world.ways() == BOTH_GONE


def test_api_throttled_or_down():
    """It keeps trying each round, says so, and is done in the round in which AWS answers again."""
    world = World()
    world.failing["replace_route"] = refused("RequestLimitExceeded")
    fails(world, "instance", 5)
    world.at(30, world.failing.clear)
    world.tick()
    assert world.ways() == BOTH_GONE
    assert world.counted("RouteErrors") >= 10
    assert world.counted("Throttled") >= 10
    assert world.counted("Failovers") == 2
    # Refused calls are no failovers: the wait afterwards is the first one's.
    assert {len(tags["nat:failovers"].split()) for tags in world.tags.values()} == {1}


def test_partial_swap():
    """One table moved, one refused: the next round moves the other."""
    world = World()
    fails(world, "instance", 5)
    call, refusals = world.call, []

    def one_refused(name, **arguments):
        if name == "replace_route" and arguments["table"] == "rtb-a" and len(refusals) < 5:
            refusals.append(world.ways())
            raise refused("InternalError")
        call(name, **arguments)

    world.call = one_refused
    world.tick()
    assert {"a": "instance", "b": "gateway"} in refusals
    assert world.ways() == BOTH_GONE


def test_route_already_swapped():
    """Reality is adopted: what leads to the gateway already is not moved again."""
    world = World()
    world.routes["rtb-a"] = World.leading("gateway")
    fails(world, "instance", 5)
    world.tick()
    assert {call["table"] for call in world.called("replace_route")} == {"rtb-b"}


def test_route_swapped_by_hand_and_frozen():
    """`nat:manual` holds the controller off, in both directions, until its time is over."""
    world = World()
    for tags in world.tags.values():
        tags["nat:manual"] = f"{world.time() + 110:.0f}"
    world.instance = False
    world.tick()
    assert world.calls == []
    world.tick(2)
    assert world.ways() == BOTH_GONE


def test_two_controllers_race():
    """Shown for every order of calls in `test_interleavings.py`; here two ticks see the same failure."""
    world = World()
    fails(world, "instance", 5)
    first, second = world.controller(Settings(length_seconds=20)), world.controller(Settings(length_seconds=20))
    from hypercell.egress.runtime import tick

    tick.run(first, world.probing(), world)
    tick.run(second, world.probing(), world)
    assert world.ways() == BOTH_GONE
    assert len(world.called("replace_route")) == 2


def test_flapping():
    """An instance that comes and goes: every return waits longer, and most of the time the gateway carries."""
    world = World()
    swaps = []
    for _ in range(180):
        # It dies ten seconds after traffic has come back to it, and is well again a minute later.
        if "instance" in world.ways().values():
            fails(world, "instance", world.now + 10)
            world.at(world.now + 70, lambda: setattr(world, "instance", True))
            swaps.append(world.now)
        world.tick()
    gaps = [later - earlier for earlier, later in pairwise(swaps)]
    assert len(swaps) < 12
    assert gaps == sorted(gaps) or max(gaps) > 3600


def test_partner_or_target_outage():
    """F2: both ways fail, because what they lead to is down: no call at all."""
    world = World()
    fails(world, "instance", 5)
    fails(world, "gateway", 5)
    world.tick(5)
    assert world.calls == []
    assert world.counted("BothPathsDown") > 200


def test_long_lived_flows_after_a_swap(fleet):
    """The ruleset answers them with a reset (measured on a kernel in the kernel suite)."""
    from hypercell.egress import user_data

    rules = user_data.ruleset(fleet.regions["us-east-1"])
    forward = rules[rules.index("chain forward") :]
    assert forward.index("reject with tcp reset") < forward.index("established,related accept")


def test_elastic_address_missing(synthesized, fleet):
    """No address ever falls back to Amazon's: each names the pool, or the deployment fails."""
    for template in synthesized("egress").values():
        addresses = [r for r in template["Resources"].values() if r["Type"] == "AWS::EC2::EIP"]
        assert addresses
        assert all(address["Properties"]["PublicIpv4Pool"].startswith("ipv4pool-ec2-") for address in addresses)


def test_kernel_connection_table_full(synthesized):
    """Unanswered flows that the kernel throws out of a full table are published as they happen, and ring."""
    from hypercell.egress.instance import metrics

    def counted(thrown_out):
        table = metrics.table(f"entries insert_failed drop early_drop\n00040000 00000000 00000000 {thrown_out:08x}\n")
        return metrics.counters({}, table, received=0, sent=0, resets=0)

    growth = metrics.since(counted(7), counted(7 + 121_000))
    assert metrics.metrics(growth, 100.0, None, 0)["EarlyDropped"] == 121_000
    for template in synthesized("egress").values():
        alarms = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
        zones = [r for r in template["Resources"].values() if r["Type"] == "AWS::AutoScaling::AutoScalingGroup"]
        ringing = [alarm for alarm in alarms if alarm.get("MetricName") == "EarlyDropped"]
        assert len(ringing) == len(zones) > 0
        assert {(alarm["Threshold"], alarm["ComparisonOperator"]) for alarm in ringing} == {(0, "GreaterThanThreshold")}


def test_event_that_fails_is_tried_again_and_the_tick_is_the_backstop():
    world = World()
    world.failing["replace_route"] = refused("InternalError")
    with pytest.raises(events.Unfinished):
        handle(world, TERMINATING)
    world.instances[0]["LifecycleState"] = "Terminating:Wait"
    world.failing.clear()
    world.tick()
    assert world.ways() == BOTH_GONE
    assert all(route == {"NatGatewayId": NAT} for route in world.routes.values())
