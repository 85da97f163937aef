"""The rules, one line each: what is seen, what stands, where each shard should lead."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercell.egress.runtime.decision import decide
from hypercell.egress.runtime.marks import Marks
from hypercell.egress.runtime.settings import Settings
from hypercell.egress.runtime.sight import Round, Sight, Watch
from hypercell.egress.runtime.zone import Load, Machine, Shard, Way, Zone

NOW = 1_764_000_000.0
SETTINGS = Settings()
LIMIT = 625e6
OK, BAD, UNKNOWN = Sight.OK, Sight.BAD, Sight.UNKNOWN
SERVING = Machine("i-1", "InService")


def watch(instance: str, gateway: str = "o") -> Watch:
    """`watch("bb", "oo")`: rounds in order; o is good, b bad, u unknown. A shorter row repeats its last letter."""
    letters = {"o": OK, "b": BAD, "u": UNKNOWN}
    seen = Watch()
    for place, letter in enumerate(instance):
        seen = seen.after(Round(letters[letter], letters[gateway[min(place, len(gateway) - 1)]]), float(place))
    return seen


PROVEN = watch("o" * 120)


def shard(way: str, name: str = "a", **marks) -> Shard:
    return Shard(f"rtb-{name}", name, "nat-1", "eni-1", Way(way), Marks(**marks))


def zone(*shards: Shard, **more) -> Zone:
    given = {"machine": SERVING, "gateway_state": "available", "saturated": False} | more
    return Zone("use1-az1", shards, **given)


def moves(zone: Zone, seen: Watch, **more) -> dict[str, str]:
    """Shard to where it should go; those that stay are not in it."""
    decided = decide(zone, seen, NOW, SETTINGS, limit=LIMIT, **more)
    return {move.shard.name: move.to.value for move in decided.moves}


ON_INSTANCE, ON_GATEWAY = zone(shard("instance")), zone(shard("gateway"))
STAYS, TO_GATEWAY, TO_INSTANCE = {}, {"a": "gateway"}, {"a": "instance"}


@pytest.mark.parametrize(
    ("rule", "instance", "gateway", "expected"),
    [
        ("F1 needs two bad rounds", "ob", "o", STAYS),
        ("F1 two bad rounds and a good gateway", "obb", "o", TO_GATEWAY),
        ("F1 an unknown round between does not excuse the bad ones", "bub", "o", TO_GATEWAY),
        ("F1 an unknown round is no bad one", "buu", "o", STAYS),
        ("F1 one good round between starts over", "bob", "o", STAYS),
        ("F1 unknown for ever is never down", "u" * 60, "o", STAYS),
        ("F2 both down: nothing moves", "b" * 60, "b", STAYS),
        ("F2 a gateway that just failed is no way out", "bb", "ob", STAYS),
        ("F3 three bad rounds with an unknown gateway wait", "bbb", "u", STAYS),
        ("F3 four bad rounds with an unknown gateway", "bbbb", "u", TO_GATEWAY),
        ("both unknown", "uuuu", "u", STAYS),
    ],
)
def test_a_shard_on_the_instance(rule, instance, gateway, expected):
    assert moves(ON_INSTANCE, watch(instance, gateway)) == expected, rule


@pytest.mark.parametrize(
    ("rule", "seen", "expected"),
    [
        ("B1 119 good rounds are not enough", watch("o" * 119), STAYS),
        ("B1 120 good rounds", PROVEN, TO_INSTANCE),
        ("B1 a bad round starts the proof anew", watch("o" * 119 + "b" + "o" * 119), STAYS),
        ("B1 an unknown round is a hole in the proof", watch("o" * 119 + "u" + "o" * 119), STAYS),
        ("B1 does not ask the gateway", watch("o" * 120, "u"), TO_INSTANCE),
        ("B2 a dead gateway and a good instance need no proof", watch("oooo", "bbbb"), TO_INSTANCE),
        ("B2 three rounds of it are not enough", watch("ooo", "bbb"), STAYS),
        ("B2 an unknown gateway is no dead one", watch("o" * 60, "u"), STAYS),
    ],
)
def test_a_shard_on_the_gateway(rule, seen, expected):
    assert moves(ON_GATEWAY, seen) == expected, rule


@pytest.mark.parametrize(
    ("rule", "marks", "expected"),
    [
        ("its hold runs", {"hold": NOW + 1}, STAYS),
        ("its hold is over", {"hold": NOW - 1}, TO_INSTANCE),
        ("a hold that no rule could have written is none", {"hold": NOW + 10 * 86400}, TO_INSTANCE),
        ("the instance is doomed", {"doomed": "i-1"}, STAYS),
        ("another instance was doomed", {"doomed": "i-0"}, TO_INSTANCE),
        ("somebody holds it", {"manual": NOW + 1}, STAYS),
        ("nobody holds it any more", {"manual": NOW - 1}, TO_INSTANCE),
    ],
)
def test_a_proven_instance_and_what_is_written_on_the_shard(rule, marks, expected):
    assert moves(zone(shard("gateway", **marks)), PROVEN) == expected, rule


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("no instance", {"machine": None}),
        ("one that boots", {"machine": Machine("i-1", "Pending:Wait")}),
        ("one that is ending", {"machine": Machine("i-1", "Terminating:Wait")}),
        ("saturation", {"saturated": True}),
        ("nobody knows whether it is saturated", {"saturated": None}),
    ],
)
def test_nothing_goes_back_to(rule, changed):
    assert "instance" not in moves(replace(ON_GATEWAY, **changed), PROVEN).values(), rule


def test_one_shard_goes_back_at_a_time_and_the_next_waits_for_its_probation():
    three = zone(shard("gateway", "c"), shard("gateway", "a"), shard("gateway", "b"))
    assert moves(three, PROVEN) == {"a": "instance"}
    on_probation = zone(shard("instance", "a", back=NOW - 59), shard("gateway", "b"))
    assert moves(on_probation, PROVEN) == {}
    assert moves(zone(shard("instance", "a", back=NOW - 60), shard("gateway", "b")), PROVEN) == {"b": "instance"}


def test_one_bad_round_ends_a_probation():
    seen = watch("o" * 120 + "b")
    assert moves(zone(shard("instance", "a", back=NOW - 30)), seen) == TO_GATEWAY
    assert moves(zone(shard("instance", "a", back=NOW - 90)), seen) == STAYS


@pytest.mark.parametrize("machine", [Machine("i-1", "Terminating:Wait"), Machine("i-1", "Standby")])
def test_f4_an_instance_that_is_going_loses_its_shards_at_once(machine):
    assert moves(replace(ON_INSTANCE, machine=machine), watch("o")) == TO_GATEWAY


def test_f4_an_event_is_believed_before_auto_scaling_says_the_same():
    assert moves(ON_INSTANCE, watch("o"), going="i-1") == TO_GATEWAY
    assert moves(ON_INSTANCE, watch("o"), going="i-0") == STAYS


def test_f4_a_shard_on_the_gateway_is_told_which_instance_is_going():
    (move,) = decide(ON_GATEWAY, watch("o"), NOW, SETTINGS, limit=LIMIT, going="i-1").moves
    assert (move.to, move.doomed) == (Way.GATEWAY, "i-1")
    told = zone(shard("gateway", doomed="i-1"))
    assert moves(told, watch("o"), going="i-1") == STAYS


def test_f4_waits_while_the_gateway_is_dead():
    going = replace(ON_INSTANCE, machine=Machine("i-1", "Terminating:Wait"))
    assert moves(going, watch("o", "b")) == STAYS
    assert moves(replace(going, gateway_state="deleted"), watch("o", "u")) == STAYS


def test_f4_finishes_what_a_run_before_it_began():
    assert moves(zone(shard("instance", doomed="i-1")), watch("o")) == TO_GATEWAY


def test_f5_sheds_one_shard_then_the_next_after_two_minutes():
    seen, now = watch("o"), NOW
    three = zone(shard("instance", "a"), shard("instance", "b"), shard("instance", "c"), saturated=True)
    assert moves(three, seen) == {"a": "gateway"}
    shed = {"reason": "saturation", "hold": now + 1800}
    fresh = zone(shard("gateway", "a", failovers=(now - 119,), **shed), shard("instance", "b"), saturated=True)
    assert moves(fresh, seen) == {}
    older = zone(shard("gateway", "a", failovers=(now - 120,), **shed), shard("instance", "b"), saturated=True)
    assert moves(older, seen) == {"b": "gateway"}


def test_f5_does_not_always_take_the_same_cell():
    both = zone(shard("instance", "a", failovers=(NOW - 900,)), shard("instance", "b"), saturated=True)
    assert moves(both, watch("o")) == {"b": "gateway"}


@pytest.mark.parametrize(
    ("rule", "more", "seen"),
    [
        ("the fleet wants the alarm alone", {"shed": False}, watch("o")),
        ("the gateway is dead", {}, watch("o", "b")),
        ("nobody knows of the gateway", {}, watch("o", "u")),
    ],
)
def test_f5_sheds_nothing_when(rule, more, seen):
    assert moves(zone(shard("instance"), saturated=True), seen, **more) == STAYS, rule


@pytest.mark.parametrize(
    ("rule", "load", "expected"),
    [
        ("nobody could measure", None, STAYS),
        ("the shed load alone is more than half of the limit", Load(0.1 * LIMIT, 0.51 * LIMIT), STAYS),
        ("both loads do not fit beside each other", Load(0.5 * LIMIT, 0.31 * LIMIT), STAYS),
        ("both fit", Load(0.4 * LIMIT, 0.3 * LIMIT), TO_INSTANCE),
    ],
)
def test_a_shed_shard_comes_back_only_to_room(rule, load, expected):
    shed = zone(shard("gateway", reason="saturation", hold=NOW - 1), load=load)
    assert moves(shed, PROVEN) == expected, rule


def test_each_failover_within_the_hour_doubles_the_hold_up_to_six_hours():
    for times, hold in [(0, 300), (1, 600), (2, 1200), (5, 9600), (7, 21600), (12, 21600)]:
        stands = zone(shard("instance", failovers=tuple(NOW - 60 * n for n in range(1, times + 1))))
        (move,) = decide(stands, watch("bb"), NOW, SETTINGS, limit=LIMIT).moves
        assert move.hold - NOW == hold
    old = zone(shard("instance", failovers=(NOW - 3601,)))
    (move,) = decide(old, watch("bb"), NOW, SETTINGS, limit=LIMIT).moves
    assert move.hold - NOW == 300


def test_a_shed_shard_is_held_for_half_an_hour_at_least():
    (move,) = decide(zone(shard("instance"), saturated=True), watch("o"), NOW, SETTINGS, limit=LIMIT).moves
    assert move.hold - NOW == 1800


def test_a_missing_route_is_mended_to_the_gateway():
    assert moves(zone(shard("missing")), watch("u", "u")) == TO_GATEWAY
    assert moves(zone(shard("missing")), watch("o", "b")) == STAYS
    # Unless the gateway is dead and the instance works.
    assert moves(zone(shard("missing")), watch("oooo", "bbbb")) == TO_INSTANCE


def test_somebody_elses_route_is_left_alone():
    for seen in (watch("bbbb"), PROVEN, watch("oooo", "bbbb")):
        assert moves(zone(shard("foreign")), seen) == STAYS
    assert moves(zone(shard("foreign")), watch("o"), going="i-1") == STAYS


def given_up(zone: Zone, seen: Watch) -> str | None:
    return decide(zone, seen, NOW, SETTINGS, limit=LIMIT).give_up


HANGING = watch("b" * 62)


def test_an_instance_that_hangs_for_a_minute_is_given_up():
    assert given_up(ON_GATEWAY, HANGING) == "i-1"
    assert given_up(ON_GATEWAY, watch("b" * 30)) is None


def test_a_minute_that_began_in_an_earlier_tick_counts():
    lost = {"reason": "probe", "lost": "i-1"}
    fled = zone(shard("gateway", failovers=(NOW - 61,), **lost))
    assert given_up(fled, watch("b" * 10)) == "i-1"
    assert given_up(fled, watch("b" * 9)) is None
    assert given_up(zone(shard("gateway", failovers=(NOW - 59,), **lost)), watch("b" * 10)) is None
    before = zone(shard("gateway", failovers=(NOW - 61,), reason="probe", lost="i-0"))
    assert given_up(before, watch("b" * 10)) is None


@pytest.mark.parametrize(
    ("why", "stands", "seen"),
    [
        ("the world may be down, not the instance", ON_GATEWAY, watch("b" * 62, "b")),
        ("nobody knows of the gateway", ON_GATEWAY, watch("b" * 62, "u")),
        ("it boots", replace(ON_GATEWAY, machine=Machine("i-1", "Pending:Wait")), HANGING),
        ("it is going already", zone(shard("gateway", doomed="i-1")), HANGING),
        ("somebody works on it", zone(shard("gateway", manual=NOW + 1)), HANGING),
        ("no cell uses it, and nothing could be counted", zone(), HANGING),
        ("it answers again", ON_GATEWAY, watch("b" * 62 + "o")),
        ("three were replaced within the hour", zone(shard("gateway", replaced=(NOW - 9, NOW - 8, NOW - 7))), HANGING),
    ],
)
def test_no_instance_is_given_up_when(why, stands, seen):
    assert given_up(stands, seen) is None, why


sights = st.lists(st.tuples(st.sampled_from(Sight), st.sampled_from(Sight)), min_size=1, max_size=12)
stamps = st.sampled_from([0.0, NOW - 1e9, NOW - 4000, NOW - 30, NOW, NOW + 30, NOW + 1e9])
marked = st.builds(
    Marks,
    hold=stamps,
    reason=st.sampled_from(["", "probe", "going", "saturation", "nonsense"]),
    failovers=st.lists(stamps, max_size=3).map(tuple),
    doomed=st.sampled_from(["", "i-0", "i-1"]),
    back=stamps,
    manual=stamps,
    replaced=st.lists(stamps, max_size=3).map(tuple),
)
shards = st.lists(st.tuples(st.sampled_from(Way), marked), max_size=4).map(
    lambda found: tuple(Shard(f"rtb-{n}", str(n), "nat-1", "eni-1", way, m) for n, (way, m) in enumerate(found))
)
zones = st.builds(
    Zone,
    name=st.just("use1-az1"),
    shards=shards,
    machine=st.sampled_from([None, SERVING, Machine("i-1", "Pending:Wait"), Machine("i-1", "Terminating:Wait")]),
    gateway_state=st.sampled_from([None, "available", "deleted", "failed"]),
    saturated=st.sampled_from([None, True, False]),
    load=st.sampled_from([None, Load(1e6, 1e6), Load(1e9, 1e9)]),
)


@given(zones, sights, st.sampled_from(["", "i-1", "i-0"]))
def test_whatever_is_seen_nothing_moves_onto_a_way_that_is_known_to_be_down(stands, seen, going):
    watched = Watch()
    for place, (instance, gateway) in enumerate(seen):
        watched = watched.after(Round(instance, gateway), float(place))
    for move in decide(stands, watched, NOW, SETTINGS, limit=LIMIT, going=going).moves:
        assert move.shard.way in (Way.INSTANCE, Way.GATEWAY, Way.MISSING)
        assert move.shard.marks.manual <= NOW
        if move.to is Way.GATEWAY:
            assert watched.last.gateway is not BAD
            assert stands.gateway_state in (None, "available")
            assert move.hold > NOW
        else:
            assert watched.last.instance is OK
            assert stands.machine == SERVING
            assert going != "i-1"
            assert move.shard.marks.doomed != "i-1"
