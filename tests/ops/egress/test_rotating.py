"""A rotation as it happens, in a time that stands: also when AWS refuses, somebody stops it, or nothing comes."""

from __future__ import annotations

from ops.egress.rotating import rotate
from ops.egress.rotation import Template, Templates, rotation
from tests.egress.control.world import refused
from tests.ops.egress.worlds import NOW, Zone

OLD, NEW = Template("3", "ami-3", "c8gn.large"), Template("4", "ami-4", "c8gn.large")


class Told(list):
    """What was said while waiting, each once."""

    def __call__(self, passed, state):
        if state not in self:
            self.append(state)


def run(zone: Zone, *, found=Templates(OLD, NEW), wait=900.0, told=None, forced=False):  # noqa: B008
    decided = rotation(zone.seen(), [], found, zone.time(), who="ada", forced=forced, anyway=False)
    assert decided.plan.refused == ()
    told = Told() if told is None else told
    return [
        (one.shard, one.done, one.says)
        for one in rotate(decided, zone.hands, zone.place, wait=wait, time=zone, tell=told)
    ]


def test_a_rotation_ends_one_instance_waits_for_the_next_and_the_controller_brings_the_cells_to_it():
    zone, told = Zone(), Told()
    outcomes = run(zone, told=told)
    assert [(shard, done) for shard, done, _ in outcomes] == [
        ("use1-a/use1-az1", True),
        ("use1-b/use1-az1", True),
        ("i-1", True),
        ("use1-az1", True),
    ]
    assert told == [
        "i-1 is Terminating:Wait",
        "i-2 is Pending:Wait",
        "i-2 is InService, its probe says bad",
        "i-2 is InService, its probe says ok",
    ]
    assert "brings its cells back, one a minute" in outcomes[-1][2]
    assert zone.ways() == {"a": "gateway", "b": "gateway"}
    assert zone.marked("a", "doomed") == "i-1"
    zone.tick(8)
    assert zone.ways() == {"a": "instance", "b": "instance"}


def test_the_cells_leave_before_the_instance_is_ended():
    zone = Zone()
    run(zone)
    names = [name for name, _ in zone.calls]
    assert names.index("terminate_instance") > max(at for at, name in enumerate(names) if name == "replace_route")
    assert names.count("terminate_instance") == 1


def test_the_time_that_is_said_for_the_way_back_is_when_the_controller_does_it():
    zone = Zone()
    says = run(zone)[-1][2]
    back = {}
    while len(back) < 2:
        zone.tick()
        for cell, way in zone.ways().items():
            if way == "instance":
                back.setdefault(cell, zone.marked(cell, "back"))
    first = min(float(at) for at in back.values())
    minute = int((first - NOW) // 60)
    assert any(f"the first at about 16:{near:02d} UTC" in says for near in (minute - 1, minute, minute + 1))


def test_an_instance_is_not_ended_as_long_as_a_cell_leads_to_it():
    zone = Zone()
    zone.failing = {"replace_route": refused("RequestLimitExceeded")}
    outcomes = run(zone)
    assert outcomes[-1] == (
        "use1-az1",
        False,
        "its instance goes on, because not all cells could be moved; run it again",
    )
    assert not zone.called("terminate_instance")
    zone.failing = {}
    assert all(done for _, done, _ in run(zone))


def test_an_instance_is_not_ended_as_long_as_a_cell_does_not_know_that_it_goes():
    zone = Zone()
    zone.failing = {"create_tags": refused("UnauthorizedOperation", "CreateTags")}
    assert not run(zone)[-1][1]
    assert not zone.called("terminate_instance")


def test_a_cell_that_somebody_leads_back_in_between_keeps_the_instance():
    zone = Zone()
    decided = rotation(zone.seen(), [], Templates(OLD, NEW), NOW, who="ada", forced=False, anyway=False)
    steps = iter(rotate(decided, zone.hands, zone.place, wait=9, time=zone, tell=Told()))
    next(steps), next(steps)
    zone.routes["rtb-b"] = zone.leading("instance")
    (ended,) = list(steps)
    assert (ended.shard, ended.done) == ("i-1", False)
    assert ended.says == "goes on: use1-b/use1-az1 may lead to it; run it again"


def test_a_gateway_that_fails_after_the_move_keeps_the_instance():
    zone = Zone()
    decided = rotation(zone.seen(), [], Templates(OLD, NEW), NOW, who="ada", forced=False, anyway=False)
    steps = iter(rotate(decided, zone.hands, zone.place, wait=9, time=zone, tell=Told()))
    next(steps), next(steps)
    zone.gateway = False
    (ended,) = list(steps)
    assert ended.says == "goes on: the gateway's probe failed just now; run it again"
    assert not zone.called("terminate_instance")


def test_an_end_that_is_refused_loses_nothing_and_a_second_run_ends_it():
    zone = Zone()
    zone.failing = {"terminate_instance": refused("AccessDenied", "TerminateInstanceInAutoScalingGroup")}
    shard, done, says = run(zone)[-1]
    assert (shard, done) == ("i-1", False)
    assert "AccessDenied" in says
    assert "its cells are on the gateway, so nothing is lost; run it again" in says
    zone.failing = {}
    outcomes = run(zone)
    assert [(shard, done) for shard, done, _ in outcomes] == [("i-1", True), ("use1-az1", True)]


def test_waiting_that_takes_too_long_says_where_things_stand_and_goes_on_with_the_same_command():
    zone = Zone()
    shard, done, says = run(zone, wait=20.0)[-1]
    assert (shard, done) == ("use1-az1", False)
    assert says.startswith(
        "not yet after 20 s: i-1 is Terminating:Wait. Its cells are on the gateway, so nothing is lost"
    )
    outcomes = run(zone)
    assert [(shard, done) for shard, done, _ in outcomes] == [("use1-az1", True)]
    assert len(zone.called("terminate_instance")) == 1


def test_whoever_stops_the_waiting_is_told_where_things_stand():
    zone = Zone()

    def stop(_passed, state):
        if "i-2" in state:
            raise KeyboardInterrupt

    try:
        run(zone, told=stop)
    except KeyboardInterrupt as stopped:
        said = str(stopped)
    assert said.startswith("stopped waiting: i-2 is Pending:Wait. Its cells are on the gateway, so nothing is lost")
    assert [(shard, done) for shard, done, _ in run(zone)] == [("use1-az1", True)]


def test_an_instance_that_never_carries_is_waited_for_and_said():
    zone = Zone()
    zone.at(81, lambda: setattr(zone, "instance", False))
    _, done, says = run(zone, wait=120.0)[-1]
    assert not done
    assert "i-2 is InService, its probe says bad" in says
    assert zone.ways() == {"a": "gateway", "b": "gateway"}


def test_the_instance_that_was_ended_is_not_taken_for_the_next_one():
    zone, told = Zone(), Told()
    zone.late = 12.0
    assert run(zone, told=told)[-1][2].startswith("i-2 is InService")
    assert told[0] == "i-1 is InService still"


def test_one_good_look_is_not_enough():
    zone = Zone()
    zone.at(81.5, lambda: setattr(zone, "instance", False))
    zone.at(200, lambda: setattr(zone, "instance", True))
    assert run(zone)[-1][1]
    assert zone.now > 200


def test_a_group_that_cannot_be_read_is_waited_through():
    zone, told = Zone(), Told()
    zone.at(10, lambda: zone.failing.update(describe_auto_scaling_groups=refused("Throttling", "Describe")))
    zone.at(40, zone.failing.clear)
    assert run(zone, told=told)[-1][1]
    assert any(state.startswith("unknown: describe skyline-use1-az1-nat") for state in told)


def test_an_instance_that_goes_by_itself_meanwhile_is_not_ended_twice():
    zone = Zone()
    decided = rotation(zone.seen(), [], Templates(OLD, NEW), NOW, who="ada", forced=False, anyway=False)
    steps = iter(rotate(decided, zone.hands, zone.place, wait=0, time=zone, tell=Told()))
    next(steps), next(steps)
    zone.instances[0] = {"InstanceId": "i-1", "LifecycleState": "Terminating:Wait"}
    ended = next(steps)
    assert (ended.done, ended.says) == (True, "ends already")
    assert not zone.called("terminate_instance")
