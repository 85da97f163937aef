"""What a rotation would do, and what speaks against it: a table of decisions."""

from __future__ import annotations

import pytest

from hypercell.egress.runtime.zone import Machine, Way
from ops.egress.places import Unusable
from ops.egress.rotation import Template, Templates, rotation
from tests.ops.egress.zones import BAD, NOW, OK, UNKNOWN, seen, shard

G = Way.GATEWAY
OLD, NEW = Template("3", "ami-3", "c8gn.large"), Template("4", "ami-4", "c8gn.large")
NEWER, SAME, DARK = Templates(OLD, NEW), Templates(NEW, NEW), Templates(None, None)
GOING, BOOTING = Machine("i-1", "Terminating:Wait"), Machine("i-2", "Pending:Wait")


def decided(one=None, *others, found=NEWER, forced=False, anyway=False):
    one = seen(shard("a"), shard("b")) if one is None else one
    return rotation(one, others, found, NOW, who="ada", forced=forced, anyway=anyway)


def beside(*shards, **state):
    return seen(*shards, zone="use1-az2", instance=None, **state)


def test_cells_leave_then_the_instance_ends_then_the_next_one_is_waited_for():
    found = decided()
    assert [line.does for line in found.plan.lines] == ["moves, and comes back to the next instance"] * 2
    assert {(line.move.doomed, line.move.hold) for line in found.plan.todo} == {("i-1", NOW + 300)}
    assert found.plan.todo[0].move.reason == "by hand: ada - rotation"
    assert (found.ends, found.before, found.waits) == ("i-1", "i-1", True)
    assert found.plan.more == "end i-1"
    said = "\n".join(found.plan.says)
    assert "i-1 ends (template 3, ami-3, c8gn.large)" in said
    assert "starts the next one (template 4, ami-4, c8gn.large)" in said
    assert found.plan.refused == ()


def test_there_is_nothing_to_gain_from_the_same_template():
    found = decided(found=SAME)
    assert not found.plan.todo
    assert (found.plan.more, found.ends, found.waits) == ("", "", False)
    assert found.plan.says == (
        "nothing to gain: i-1 is of template 4, ami-4, c8gn.large, as its successor would be; --anyway replaces it",
    )
    assert decided(found=SAME, anyway=True).ends == "i-1"


def test_templates_that_nobody_could_read_are_said_and_stop_nothing():
    found = decided(found=DARK)
    assert found.ends == "i-1"
    assert "its template could not be read" in "\n".join(found.plan.says)


def test_cells_on_the_gateway_learn_which_instance_is_doomed_and_known_ones_are_left():
    found = decided(seen(shard("a", G), shard("b", G, doomed="i-1")))
    assert [line.does for line in found.plan.lines] == ["is on the gateway already"] * 2
    assert [line.shard.name for line in found.plan.todo] == ["use1-a/use1-az1"]
    assert found.ends == "i-1"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (beside(shard("a", G)), "use1-az2 has use1-a/use1-az1 on the gateway"),
        (beside(shard("a"), machine=None), "use1-az2 has no instance"),
        (beside(shard("a"), machine=GOING), "use1-az2 has an instance that is Terminating:Wait"),
        (
            beside(shard("a"), machine=None, faults=("describe group: slow down",)),
            "use1-az2 could not be read, and may be rotating",
        ),
        (type(seen())(beside().place, None), "use1-az2 could not be read, and may be rotating"),
    ],
)
def test_only_one_zone_of_a_region_rotates_at_a_time_unless_forced(other, said):
    assert decided(None, beside(shard("a")), other).plan.refused == (f"{said}: one zone at a time",)
    assert decided(None, other, forced=True).plan.refused == ()


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (seen(shard(), gateway=BAD), "use1-az1: its gateway is not proven: the probe said bad, bad, bad"),
        (
            seen(shard(way=G), gateway=UNKNOWN),
            "use1-az1: its gateway is not proven: the probe said unknown, unknown, unknown",
        ),
        (
            seen(shard(manual=NOW + 60)),
            "use1-a/use1-az1 is frozen until 16:01 UTC, and not on the gateway; forced, it is moved there",
        ),
        (
            seen(shard(), unreadable=("rtb-9",)),
            "use1-az1: rtb-9 lacks its nat tags: if it leads to the instance, it loses its way out",
        ),
    ],
)
def test_what_could_lose_its_way_out_is_refused_unless_forced(one, said):
    assert decided(one).plan.refused == (said,)
    forced = decided(one, forced=True)
    assert forced.plan.refused == ()
    assert forced.plan.against == (said,)


def test_a_gateway_that_is_gone_is_not_even_forced():
    assert decided(seen(shard(), gateway_state="failed"), forced=True).plan.refused == (
        "use1-az1: its gateway is failed",
    )


def test_a_cell_frozen_on_the_gateway_stays_there_and_is_no_hindrance():
    found = decided(seen(shard(way=G, manual=NOW + 60)))
    assert found.plan.refused == ()
    assert found.plan.lines[0].does == "is on the gateway already, frozen until 16:01 UTC"


def test_an_exchange_that_is_under_way_is_waited_for_and_ends_nothing():
    found = decided(seen(shard(way=G, doomed="i-1"), machine=GOING))
    assert (found.ends, found.before, found.waits) == ("", "i-1", True)
    assert "an exchange is under way: i-1 is Terminating:Wait" in found.plan.says
    found = decided(seen(shard(way=G, doomed="i-1"), machine=BOOTING))
    assert (found.ends, found.before, found.waits) == ("", "", True)
    assert not found.plan.todo
    assert decided(seen(shard(way=G), machine=None)).plan.more == "wait for the next instance"


def test_cells_still_on_an_instance_that_goes_are_moved_first():
    found = decided(seen(shard(), machine=GOING))
    assert found.plan.todo[0].move.doomed == "i-1"


@pytest.mark.parametrize("reason", ["by hand: ada - rotation", "going"])
@pytest.mark.parametrize("anyway", [False, True])
def test_an_instance_that_is_new_is_waited_for_and_not_replaced_once_more(reason, anyway):
    cell = shard(way=G, doomed="i-0", reason=reason)
    found = decided(seen(cell, instance=BAD), found=SAME, anyway=anyway)
    assert (found.plan.more, found.ends, found.waits) == ("wait until i-1 carries", "", True)
    found = decided(seen(cell, instance=OK), found=SAME, anyway=anyway)
    assert (found.plan.more, found.ends, found.waits) == ("", "", False)
    assert found.plan.says == (
        "i-1 is new (template 4, ami-4, c8gn.large), carries, and gets the cells back by itself",
    )


def test_an_instance_that_is_new_is_replaced_by_force_or_by_another_template():
    cell = shard(way=G, doomed="i-0", reason="going")
    assert decided(seen(cell, instance=BAD), found=SAME, anyway=True, forced=True).ends == "i-1"
    assert decided(seen(cell, instance=BAD), found=NEWER).ends == "i-1"


def test_an_instance_that_failed_long_after_its_rotation_is_no_new_one():
    failed = seen(shard(way=G, doomed="i-0", reason="probe"), instance=BAD)
    assert decided(failed, found=SAME, anyway=True).ends == "i-1"
    assert "nothing to gain" in decided(failed, found=SAME).plan.says[0]


def test_a_group_that_cannot_be_read_stops_everything():
    with pytest.raises(Unusable, match="use1-az1: nobody could read its group, so nothing is changed"):
        decided(seen(shard(), machine=None, faults=("describe group: slow down",)))
