"""Moves by hand: what stands in the end, also when AWS refuses in the middle or somebody else moves meanwhile."""

from __future__ import annotations

import pytest

from hypercell.egress.runtime.marks import read
from ops.egress import moving, plan
from tests.egress.control.world import NAT, refused
from tests.ops.egress.worlds import NOW, Zone

HOUR = 3600


def failover(zone: Zone, *, forced: bool = False):
    found = plan.failover([zone.seen()], NOW, seconds=HOUR, who="ada", forced=forced)
    return list(moving.failover(found, zone.by_region(), NOW))


def failback(zone: Zone, *, forced: bool = False, meanwhile=lambda: None):
    found = plan.failback([zone.seen()], NOW, who="ada", forced=forced)
    meanwhile()
    return list(moving.failback(found, zone.by_region(), NOW))


def said(outcomes):
    return [(one.shard.partition("/")[0], one.done, one.says) for one in outcomes]


def test_a_failover_moves_marks_and_is_read_back():
    zone = Zone()
    assert said(failover(zone)) == [("use1-a", True, "done"), ("use1-b", True, "done")]
    assert zone.ways() == {"a": "gateway", "b": "gateway"}
    assert zone.marked("a", "reason") == "by hand: ada"
    assert zone.marked("a", "hold") == f"{NOW + HOUR:.0f}"
    assert read(zone.tags["rtb-a"]).failovers == (NOW,)


def test_the_controller_does_not_bring_back_what_is_held_by_hand():
    zone = Zone()
    failover(zone)
    zone.tick(5)
    assert zone.ways() == {"a": "gateway", "b": "gateway"}
    assert zone.marked("a", "reason") == "by hand: ada"


def test_a_second_run_has_nothing_to_do():
    zone = Zone()
    failover(zone)
    before = len(zone.calls)
    assert failover(zone) == []
    assert len(zone.calls) == before


def test_throttled_in_the_middle_is_partial_and_a_second_run_finishes():
    zone, moved = Zone(), []

    class Throttled(dict):
        """The second route is refused, for as long as it stands."""

        def __contains__(self, name):
            if name == "replace_route":
                moved.append(name)
            return name == "replace_route" and len(moved) > 1

        def __getitem__(self, name):
            return refused("RequestLimitExceeded")

    zone.failing = Throttled()
    first = said(failover(zone))
    assert first[0] == ("use1-a", True, "done")
    shard, done, why = first[1]
    assert (shard, done) == ("use1-b", False)
    assert "still leads to the instance" in why
    assert "RequestLimitExceeded" in why
    assert "AWS is throttling, run it again" in why
    assert zone.ways() == {"a": "gateway", "b": "instance"}
    zone.failing = {}
    assert said(failover(zone)) == [("use1-b", True, "done")]
    assert zone.ways() == {"a": "gateway", "b": "gateway"}


def test_marks_that_could_not_be_written_are_said_and_written_by_a_second_run():
    zone = Zone()
    zone.failing = {"create_tags": refused("UnauthorizedOperation", "CreateTags")}
    for _, done, why in said(failover(zone)):
        assert not done
        assert why.startswith("leads to the gateway, but its marks were not written: the controller may bring it back")
        assert "UnauthorizedOperation" in why
    zone.failing = {}
    assert [done for _, done, _ in said(failover(zone))] == [True, True]
    assert zone.marked("a", "hold") == f"{NOW + HOUR:.0f}"


def test_a_probe_that_fails_after_the_plan_stops_a_failover():
    zone = Zone()
    found = plan.failover([zone.seen()], NOW, seconds=HOUR, who="ada", forced=False)
    zone.gateway = False
    outcomes = list(moving.failover(found, zone.by_region(), NOW))
    assert {(one.done, one.says) for one in outcomes} == {(False, "not moved: the gateway's probe failed just now")}
    assert zone.calls == []


def test_a_forced_failover_moves_onto_a_red_gateway_and_writes_that_it_was_forced():
    zone = Zone()
    zone.gateway = False
    assert [one.done for one in failover(zone, forced=True)] == [True, True]
    assert zone.marked("a", "reason") == "by hand: ada - forced"


def test_a_shard_that_somebody_moved_since_the_plan_is_left_alone_and_said():
    zone = Zone()
    found = plan.failover([zone.seen()], NOW, seconds=HOUR, who="ada", forced=False)
    zone.routes["rtb-a"] = {"NatGatewayId": "nat-elsewhere"}
    zone.mark("b", manual=f"{NOW + 60:.0f}")
    first, second = said(moving.failover(found, zone.by_region(), NOW))
    assert first[2] == "not touched: somebody was there meanwhile, it leads to something else now; run it again"
    assert second[2] == "not touched: somebody was there meanwhile, its marks are others now; run it again"
    assert zone.calls == []


def test_a_controller_that_leads_a_shard_back_meanwhile_is_overruled():
    zone = Zone()
    zone.before["create_tags"] = lambda: zone.routes.update({"rtb-a": zone.leading("instance")})
    assert [one.done for one in failover(zone)] == [True, True]
    assert zone.ways()["a"] == "gateway"


def test_tables_that_cannot_be_read_again_are_not_touched():
    zone = Zone()
    found = plan.failover([zone.seen()], NOW, seconds=HOUR, who="ada", forced=False)
    zone.failing = {"describe_route_tables": refused("RequestLimitExceeded", "DescribeRouteTables")}
    outcomes = list(moving.failover(found, zone.by_region(), NOW))
    assert all(one.says.startswith("not touched: describe route tables") for one in outcomes)
    assert zone.calls == []


def test_a_failback_moves_and_ends_the_hold_of_what_it_moved():
    zone = Zone(way="gateway")
    zone.mark("a", hold=f"{NOW + HOUR:.0f}", reason="by hand: bob")
    assert [one.done for one in failback(zone)] == [True, True]
    assert zone.ways() == {"a": "instance", "b": "instance"}
    assert zone.marked("a", "hold") == "0"
    assert zone.marked("a", "reason") == "by hand: ada"
    assert zone.marked("a", "back") == f"{NOW:.0f}"
    assert failback(zone) == []


def test_a_failback_stops_at_the_first_bad_look():
    zone = Zone(way="gateway")
    zone.before["create_tags"] = lambda: setattr(zone, "instance", False)
    first, second = said(failback(zone))
    assert first == ("use1-a", True, "done")
    assert second[2] == "not moved: the instance's probe failed after use1-a/use1-az1 was back"
    assert zone.ways() == {"a": "instance", "b": "gateway"}


def test_an_instance_that_begins_to_go_while_a_shard_moves_loses_it_again():
    zone = Zone(way="gateway")
    going = [{"InstanceId": "i-1", "LifecycleState": "Terminating:Wait"}]
    zone.before["replace_route"] = lambda: setattr(zone, "instances", going)
    first = said(failback(zone))[0]
    assert first == (
        "use1-a",
        False,
        "went there and back to the gateway: something changed while it moved",
    )
    assert zone.ways()["a"] == "gateway"
    assert zone.marked("a", "hold") is None


def test_a_shard_that_could_not_go_back_is_said_to_be_where_it_should_not_be():
    zone = Zone(way="gateway")

    def going() -> None:
        zone.instances[0] = {"InstanceId": "i-1", "LifecycleState": "Terminating:Wait"}
        zone.before["replace_route"] = refuse

    def refuse() -> None:
        raise refused("RequestLimitExceeded")

    zone.before["replace_route"] = going
    _, done, why = said(failback(zone))[0]
    assert not done
    assert why.startswith("something changed while it moved, and it could not go back: lead use1-a/use1-az1")
    assert zone.ways()["a"] == "instance"


def test_a_hold_that_somebody_writes_meanwhile_keeps_its_shard_on_the_gateway():
    zone = Zone(way="gateway")
    outcomes = said(failback(zone, meanwhile=lambda: zone.mark("a", hold=f"{NOW + HOUR:.0f}", reason="probe")))
    assert outcomes[0] == (
        "use1-a",
        False,
        "not touched: somebody was there meanwhile, its marks are others now; run it again",
    )
    assert zone.ways() == {"a": "gateway", "b": "instance"}


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_a_refused_failback_keeps_the_hold(code):
    zone = Zone(way="gateway")
    zone.mark("a", hold=f"{NOW + HOUR:.0f}")
    zone.failing = {"replace_route": refused(code)}
    assert all(code in one.says and not one.done for one in failback(zone))
    assert zone.ways() == {"a": "gateway", "b": "gateway"}
    assert zone.marked("a", "hold") == f"{NOW + HOUR:.0f}"


def test_a_missing_route_is_made_again():
    zone = Zone()
    zone.routes["rtb-a"] = None
    assert [one.done for one in failover(zone)] == [True, True]
    assert zone.routes["rtb-a"] == {"NatGatewayId": NAT}
