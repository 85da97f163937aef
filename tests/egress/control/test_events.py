"""What EventBridge tells the controller, in EventBridge's own shapes."""

import pytest

from hypercell.egress.runtime import events
from hypercell.egress.runtime.events import Going, Saturated, said
from tests.egress.control.world import ALARM, GROUP, World, refused

TERMINATING = {
    "source": "aws.autoscaling",
    "detail-type": "EC2 Instance-terminate Lifecycle Action",
    "detail": {
        "LifecycleActionToken": "87654321-4321-4321-4321-210987654321",
        "AutoScalingGroupName": GROUP,
        "LifecycleHookName": "terminating",
        "EC2InstanceId": "i-1",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
    },
}
STATE = {
    "source": "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    "detail": {"instance-id": "i-1", "state": "shutting-down"},
}
SPOT = {
    "source": "aws.ec2",
    "detail-type": "EC2 Spot Instance Interruption Warning",
    "detail": {"instance-id": "i-1", "instance-action": "terminate"},
}
HEALTH = {
    "source": "aws.health",
    "detail-type": "AWS Health Event",
    "detail": {
        "service": "EC2",
        "eventTypeCode": "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        "eventTypeCategory": "scheduledChange",
        "affectedEntities": [{"entityValue": "arn:aws:ec2:us-east-1:1:volume/vol-1"}, {"entityValue": "i-1"}],
    },
}
IN_ALARM = {
    "source": "aws.cloudwatch",
    "detail-type": "CloudWatch Alarm State Change",
    "detail": {"alarmName": ALARM, "state": {"value": "ALARM"}, "previousState": {"value": "OK"}},
}


def with_detail(event, **detail):
    return {**event, "detail": {**event["detail"], **detail}}


@pytest.mark.parametrize(
    ("event", "meaning"),
    [
        (TERMINATING, [Going("i-1", GROUP, "terminating", "87654321-4321-4321-4321-210987654321")]),
        (STATE, [Going("i-1")]),
        (with_detail(STATE, state="stopping"), [Going("i-1")]),
        (with_detail(STATE, state="running"), []),
        (with_detail(STATE, state="pending"), []),
        (SPOT, [Going("i-1")]),
        (HEALTH, [Going("i-1", retired=True)]),
        (with_detail(HEALTH, affectedEntities=[{"entityValue": "vol-1"}]), []),
        (with_detail(HEALTH, affectedEntities=None), []),
        (
            with_detail(HEALTH, affectedEntities=[{"entityValue": "i-9"}, {"entityValue": "i-1"}]),
            [Going("i-9", retired=True), Going("i-1", retired=True)],
        ),
        (with_detail(HEALTH, statusCode="upcoming"), [Going("i-1", retired=True)]),
        (with_detail(HEALTH, statusCode="closed"), []),
        (IN_ALARM, [Saturated(ALARM)]),
        (with_detail(IN_ALARM, state={"value": "OK"}), []),
        (with_detail(TERMINATING, LifecycleActionToken=None), []),
        ({"detail-type": "Scheduled Event", "detail": {}}, []),
        ({"detail-type": "EC2 Spot Instance Interruption Warning"}, []),
        ({"detail-type": "EC2 Spot Instance Interruption Warning", "detail": "?"}, []),
        ({"detail-type": "EC2 Spot Instance Interruption Warning", "detail": {"instance-id": 7}}, []),
        ({}, []),
    ],
)
def test_what_an_event_means(event, meaning):
    assert said(event) == tuple(meaning)


def handle(world, event, **options):
    """As the function does it: whose is it, then act."""
    controller = world.controller(**options)
    zones = [(told, events.zone_of(told, _config(controller), _autoscaling(world))) for told in said(event)]
    ours = [(told, zone) for told, zone in zones if zone is not None]
    for told, _zone in ours:
        events.act(told, controller, world.probing(), clock=world.time, sleep=world.sleep)
    return ours[0][1] if ours else None


def _config(controller):
    return controller.reading._config


def _autoscaling(world):
    from tests.egress.control.world import AutoScaling

    return AutoScaling(world)


def test_a_planned_end_moves_every_shard_before_the_instance_may_go():
    world = World()
    handle(world, TERMINATING)
    assert world.ways() == {"a": "gateway", "b": "gateway"}
    names = [name for name, _ in world.calls]
    assert names[-1] == "complete_lifecycle_action"
    assert names.index("complete_lifecycle_action") > max(n for n, name in enumerate(names) if name == "replace_route")
    (answer,) = world.called("complete_lifecycle_action")
    assert answer["LifecycleActionResult"] == "CONTINUE"
    assert answer["InstanceId"] == "i-1"


@pytest.mark.parametrize("event", [STATE, SPOT])
def test_an_instance_that_ends_unplanned_loses_its_shards_and_no_hook_is_answered(event):
    world = World()
    handle(world, event)
    assert world.ways() == {"a": "gateway", "b": "gateway"}
    assert world.called("complete_lifecycle_action") == []
    assert {tags["nat:doomed"] for tags in world.tags.values()} == {"i-1"}


def test_a_host_that_will_be_retired_is_left_while_it_still_works_and_its_group_is_told():
    world = World()
    handle(world, HEALTH)
    assert world.ways() == {"a": "gateway", "b": "gateway"}
    assert world.called("set_instance_health") == [
        {"InstanceId": "i-1", "HealthStatus": "Unhealthy", "ShouldRespectGracePeriod": False}
    ]


def test_a_host_that_will_be_retired_keeps_its_instance_as_long_as_a_shard_is_frozen_there():
    world = World()
    world.tags["rtb-a"]["nat:manual"] = f"{world.time() + 600:.0f}"
    handle(world, HEALTH)
    assert world.ways() == {"a": "instance", "b": "gateway"}
    assert world.called("set_instance_health") == []


def test_a_retired_host_is_left_whoever_elses_instance_is_named_first():
    world = World()
    handle(world, with_detail(HEALTH, affectedEntities=[{"entityValue": "i-77"}, {"entityValue": "i-1"}]))
    assert world.ways() == {"a": "gateway", "b": "gateway"}
    assert len(world.called("set_instance_health")) == 1


def test_somebody_elses_instance_is_passed_over():
    world = World()
    assert handle(world, with_detail(STATE, **{"instance-id": "i-77"})) is None
    assert world.calls == []


def test_somebody_elses_alarm_is_passed_over():
    world = World()
    assert handle(world, with_detail(IN_ALARM, alarmName="of-somebody-else")) is None


def test_an_alarm_sheds_one_shard_and_the_same_alarm_again_sheds_no_second_one():
    world = World()
    world.alarm = "ALARM"
    handle(world, IN_ALARM)
    assert world.ways() == {"a": "gateway", "b": "instance"}
    handle(world, IN_ALARM)
    assert world.ways() == {"a": "gateway", "b": "instance"}


def test_the_same_event_twice_changes_nothing_the_second_time():
    world = World()
    handle(world, TERMINATING)
    routes = len(world.called("replace_route"))
    handle(world, TERMINATING)
    assert len(world.called("replace_route")) == routes


def test_a_late_event_about_the_instance_before_moves_nothing():
    world = World()
    world.instances = [{"InstanceId": "i-2", "LifecycleState": "InService"}]
    handle(world, TERMINATING)
    assert world.called("replace_route") == []
    # Its hook is answered all the same: nothing leads to it.
    assert len(world.called("complete_lifecycle_action")) == 1


def test_a_gateway_that_is_dead_keeps_the_instance_serving_and_the_hook_open():
    world = World()
    world.gateway = False
    handle(world, TERMINATING)
    assert world.calls == []
    assert world.ways() == {"a": "instance", "b": "instance"}


def test_a_shard_that_could_not_be_moved_is_an_error_and_the_hook_stays_open():
    world = World()
    world.failing["replace_route"] = refused("RequestLimitExceeded")
    with pytest.raises(events.Unfinished, match="i-1: a, b"):
        handle(world, TERMINATING)
    assert world.called("complete_lifecycle_action") == []
    assert world.counted("Throttled") > 0
    assert world.counted("RouteErrors") > 0


def test_throttling_that_passes_is_no_error():
    world = World()
    world.failing["replace_route"] = refused("RequestLimitExceeded")
    world.at(5, world.failing.clear)
    handle(world, TERMINATING)
    assert world.ways() == {"a": "gateway", "b": "gateway"}
    assert len(world.called("complete_lifecycle_action")) == 1


def test_a_frozen_shard_is_not_moved_and_keeps_what_is_left_of_the_hooks_time():
    world = World()
    world.tags["rtb-a"]["nat:manual"] = f"{world.time() + 600:.0f}"
    handle(world, TERMINATING)
    assert world.ways() == {"a": "instance", "b": "gateway"}
    assert world.called("complete_lifecycle_action") == []
