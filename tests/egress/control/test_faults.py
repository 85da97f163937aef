"""Bad input and faults around the controller, each by its name. Unknown is never down."""

import io
from datetime import timedelta

import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from hypercell.egress.runtime.faults import Faults
from hypercell.egress.runtime.lifecycle import Lifecycle
from tests.egress.control.test_events import TERMINATING, handle
from tests.egress.control.world import World, refused

BOTH_GONE = {"a": "gateway", "b": "gateway"}
BOTH_THERE = {"a": "instance", "b": "instance"}
TIMEOUT = ReadTimeoutError(endpoint_url="https://lambda.example")
DAY = timedelta(days=1).total_seconds()


@pytest.mark.parametrize(
    "call",
    [
        "describe_route_tables",
        "describe_nat_gateways",
        "describe_auto_scaling_groups",
        "describe_alarms",
        "create_tags",
        "set_instance_health",
    ],
)
@pytest.mark.parametrize("fault", [refused("RequestLimitExceeded"), ConnectTimeoutError(endpoint_url="https://x")])
def test_api_throttling_or_silence_of_any_call_ends_no_tick(call, fault):
    world = World()
    world.at(12, lambda: world.failing.update({call: fault}))
    world.at(20, lambda: setattr(world, "instance", False))
    world.at(40, world.failing.clear)
    world.tick(3)
    assert world.ways() == BOTH_GONE
    assert world.counted("Rounds") > 100


def test_throttled_reading_does_not_keep_shards_on_a_dead_instance():
    """What was read before is acted on: the tables do not go away."""
    world = World()
    world.at(12, lambda: world.failing.update(describe_route_tables=refused("RequestLimitExceeded")))
    world.at(15, lambda: setattr(world, "instance", False))
    world.tick()
    assert world.ways() == BOTH_GONE
    assert world.counted("Throttled") > 0


def test_no_reading_at_all_moves_nothing():
    world = World()
    world.failing["describe_route_tables"] = refused("UnauthorizedOperation")
    world.instance = False
    world.tick()
    assert world.calls == []
    assert any(line.get("event") == "refused" and "Unauthorized" in line["call"] for line in world.lines)


@pytest.mark.parametrize("code", ["InvalidRoute.NotFound", "RouteNotFound", "InvalidParameterValue"])
def test_route_not_found_is_created(code):
    world = World()
    world.routes["rtb-a"] = None
    call = world.call

    def named(name, **arguments):
        if name == "replace_route" and world.routes[arguments["table"]] is None:
            raise refused(code)
        call(name, **arguments)

    world.call = named
    world.tick()
    assert world.ways() == {"a": "gateway", "b": "instance"}


def test_route_created_by_somebody_faster_is_replaced():
    world = World()
    world.routes["rtb-a"] = None
    call = world.call

    def faster(name, **arguments):
        if name == "create_route":
            world.routes["rtb-a"] = World.leading("instance")
        call(name, **arguments)

    world.call = faster
    world.instance = False
    world.tick()
    assert world.ways() == BOTH_GONE


def test_a_way_back_that_took_effect_without_an_answer_is_undone():
    """Whether the instance is still the proven one was not looked at again."""
    world = World(shards=("a",), way="gateway")
    for tags in world.tags.values():
        tags["nat:proof"] = f"i-1/{world.time():.0f}/120"
    call = world.call

    def unanswered(name, **arguments):
        call(name, **arguments)
        if name == "replace_route" and "NetworkInterfaceId" in arguments:
            world.routes[arguments["table"]] = World.leading("instance")
            raise TIMEOUT

    world.call = unanswered
    world.tick()
    assert world.ways() == {"a": "gateway"}
    assert world.counted("Failbacks") == 0


def test_an_expired_hook_token_is_no_fault():
    world = World()
    world.failing["complete_lifecycle_action"] = refused("ValidationError", "CompleteLifecycleAction")
    handle(world, TERMINATING)
    assert world.ways() == BOTH_GONE
    assert not any(line.get("event") == "refused" for line in world.lines)


def test_a_hook_that_cannot_be_answered_for_another_reason_is_said():
    world, faults = World(), Faults()
    from tests.egress.control.world import AutoScaling

    world.failing["complete_lifecycle_action"] = refused("AccessDenied", "CompleteLifecycleAction")
    Lifecycle(AutoScaling(world), faults).let_go(group="g", hook="h", token="t", machine="i-1")
    assert "AccessDenied" in faults.seen[0]


@pytest.mark.parametrize("state", ["deleted", "deleting", "failed", "pending", None])
def test_a_gateway_that_is_not_available_gets_nothing(state):
    world = World()
    world.gateway_state = state
    # Its prober is asked over a network that still has some flows: it is not what is believed here.
    world.instance = False
    world.tick()
    assert world.ways() == BOTH_THERE


def test_shards_leave_a_deleted_gateway_for_an_instance_that_works():
    world = World(way="gateway")
    world.gateway_state = "deleted"
    world.tick()
    assert world.ways() == BOTH_THERE


@pytest.mark.parametrize(
    "answer",
    [
        TIMEOUT,
        refused("TooManyRequestsException", "Invoke"),
        refused("ResourceNotFoundException", "Invoke"),
        lambda: {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "Task timed out"}')},
        lambda: {"Payload": io.BytesIO(b"nonsense")},
        lambda: {"Payload": io.BytesIO(b'{"ok": "maybe"}')},
    ],
    ids=["no answer", "throttled", "not there", "timed out inside", "nonsense", "half sense"],
)
def test_a_prober_that_times_out_or_talks_nonsense_is_unknown_and_moves_nothing(answer):
    for prober in ("instance", "gateway"):
        world = World()
        setattr(world, prober, answer)
        world.tick(3)
        assert world.ways() == BOTH_THERE
        assert world.calls == []
        assert world.counted("ProberUnknown") == world.counted("Rounds") > 0


def test_an_instance_that_dies_while_the_gateways_prober_is_silent_is_left_all_the_same():
    world = World()
    world.gateway = TIMEOUT
    world.at(5, lambda: setattr(world, "instance", False))
    world.tick()
    assert world.ways() == BOTH_GONE


@pytest.mark.parametrize("tag", ["nat:shard", "nat:gateway", "nat:eni"])
def test_a_table_with_a_missing_tag_is_counted_and_left_alone(tag):
    world = World()
    del world.tags["rtb-a"][tag]
    world.instance = False
    world.tick()
    assert {call["table"] for call in world.called("replace_route")} == {"rtb-b"}
    assert world.counted("ShardsUnreadable") > 0


def test_a_route_made_by_hand_is_counted_and_left_alone():
    world = World()
    world.routes["rtb-a"] = {"TransitGatewayId": "tgw-1"}
    world.instance = False
    world.tick()
    assert world.ways() == {"a": "foreign", "b": "gateway"}
    assert world.counted("ShardsUnreadable") > 0


@pytest.mark.parametrize("jump", [-10 * 365 * DAY, -3600, -30, 30, 3600, 10 * 365 * DAY])
def test_a_clock_that_jumps_moves_nothing_by_itself(jump):
    world = World()
    world.at(20, lambda: setattr(world, "skew", jump))
    world.tick(3)
    assert world.ways() == BOTH_THERE
    assert world.called("set_instance_health") == []


@pytest.mark.parametrize("jump", [-3600, 3600, 10 * 365 * DAY])
def test_after_a_clock_jumped_and_came_back_shards_still_return(jump):
    """What was written while it was wrong holds nobody for longer than the longest hold."""
    world = World()
    world.skew = jump
    world.instance = False
    world.tick()
    assert world.ways() == BOTH_GONE
    # Its group replaced it meanwhile.
    world.instances = [{"InstanceId": "i-2", "LifecycleState": "InService"}]
    world.skew, world.instance = 0.0, True
    while world.ways() != BOTH_THERE and world.now < 7 * 3600:
        world.tick()
    assert world.ways() == BOTH_THERE


def test_a_clock_that_jumps_ahead_does_not_make_an_instance_look_dead_for_a_minute():
    world = World()
    world.at(20, lambda: setattr(world, "instance", False))
    world.at(23, lambda: setattr(world, "skew", 3600.0))
    world.at(30, lambda: setattr(world, "instance", True))
    world.tick()
    assert world.called("set_instance_health") == []


def test_a_proof_is_not_taken_over_from_another_instance_or_after_a_gap():
    for machine, age in (("i-0", 5), ("i-1", 60), ("i-1", -60)):
        world = World(way="gateway")
        for tags in world.tags.values():
            tags["nat:proof"] = f"{machine}/{world.time() - age:.0f}/120"
        world.tick()
        assert world.ways() == BOTH_GONE
    world = World(way="gateway")
    for tags in world.tags.values():
        tags["nat:proof"] = f"i-1/{world.time() - 5:.0f}/120"
    world.tick()
    assert "instance" in world.ways().values()


def test_of_two_instances_the_one_with_the_interface_counts():
    """The next is announced before the last is gone; it has nothing yet."""
    leaving = {"InstanceId": "i-1", "LifecycleState": "Terminating:Wait"}
    for order in (1, -1):
        world = World()
        world.instances = [leaving, {"InstanceId": "i-2", "LifecycleState": "Pending"}][::order]
        world.tick()
        assert world.ways() == BOTH_GONE
        assert {tags["nat:doomed"] for tags in world.tags.values()} == {"i-1"}
        world = World()
        world.instances = [leaving, {"InstanceId": "i-2", "LifecycleState": "InService"}][::order]
        world.tick()
        assert world.ways() == BOTH_THERE


def test_what_is_asked_of_aws_is_little_while_nothing_happens():
    world = World()
    asked = []
    call = world.call

    def counted(name, **arguments):
        asked.append(name)
        call(name, **arguments)

    world.call = counted
    world.tick()
    assert world.calls == []
    assert "get_metric_data" not in asked
    assert len(asked) <= 4 * 8  # a reading is four calls, and there is one every ten rounds


def test_a_shard_that_waits_costs_one_tag_every_ten_rounds():
    world = World(way="gateway")
    world.tick()
    assert {name for name, _ in world.calls} == {"create_tags"}
    assert len(world.calls) <= 8


def test_every_round_is_counted_as_what_it_was():
    world = World()
    world.at(10.5, lambda: setattr(world, "instance", False))
    world.at(20.5, lambda: setattr(world, "gateway", False))
    world.at(30.5, lambda: setattr(world, "gateway", TIMEOUT))
    world.tick()
    counts = {name: world.counted(name) for name in ("InstanceProbeFailed", "GatewayProbeFailed", "BothPathsDown")}
    assert 50 <= counts["InstanceProbeFailed"] <= 56
    assert counts["GatewayProbeFailed"] == counts["BothPathsDown"]
    assert 9 <= counts["BothPathsDown"] <= 11
    assert 30 <= world.counted("ProberUnknown") <= 36


def test_a_proof_that_broke_is_not_taken_over_by_the_next_tick():
    world = World(way="gateway")
    world.tick(1)
    world.at(world.now + 57, lambda: setattr(world, "instance", False))
    world.at(world.now + 58, lambda: setattr(world, "instance", True))
    world.tick(2)
    assert world.ways() == BOTH_GONE
