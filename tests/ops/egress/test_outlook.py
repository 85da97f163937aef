"""What comes next for a shard: the controller's rules in words, and never other rules than its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercell.egress.runtime.decision import SATURATION, decide
from hypercell.egress.runtime.settings import Settings
from hypercell.egress.runtime.zone import Machine, Way
from ops.egress.outlook import outlook, watched
from tests.ops.egress.zones import BAD, NOW, OK, UNKNOWN, proof, seen, shard

LIMIT = 625e6
G = Way.GATEWAY


def words(zone, name="use1-a/use1-az1"):
    settings = Settings()
    return outlook(zone.zone, watched(zone, NOW, settings), NOW, settings, limit=LIMIT, shed=True)[name]


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (seen(shard()), "stays"),
        (seen(shard(), instance=BAD), "to the gateway: probe"),
        (seen(shard(), instance=BAD, gateway=BAD), "stays: both ways are down, and moving would help nobody"),
        (seen(shard(), machine=Machine("i-1", "Terminating:Wait")), "to the gateway: going"),
        (seen(shard(), saturated=True), "to the gateway: saturation"),
        (seen(shard(way=Way.MISSING)), "to the gateway: route was missing"),
        (seen(shard(way=Way.MISSING), gateway=BAD), "waits for the gateway, then leads there"),
        (seen(shard(way=Way.FOREIGN)), "nothing: it leads to neither way, and somebody's own route is left alone"),
        (seen(shard(manual=NOW + 600), instance=BAD), "nothing, frozen until 16:10 UTC"),
        (seen(shard(way=G, manual=NOW + 86400)), "nothing, frozen until 2025-11-25 16:00 UTC"),
        (seen(shard(way=G, proof=proof(120))), "back now: proven"),
        (seen(shard(way=G, proof=proof(120)), gateway=BAD), "back now: gateway down"),
        (
            seen(shard(way=G, hold=NOW + 200, proof=proof(120))),
            "back in 3 min at the earliest: hold until 16:03 UTC",
        ),
        (seen(shard(way=G, proof=proof(30))), "waits for 90 more good rounds of 120 (one a second)"),
        (seen(shard(way=G, proof=proof(120, age=60))), "waits for 120 more good rounds of 120 (one a second)"),
        (seen(shard(way=G, proof=proof(120, machine="i-0"))), "waits for 120 more good rounds of 120 (one a second)"),
        (seen(shard(way=G), instance=BAD), "waits: the instance does not carry a probe"),
        (seen(shard(way=G), instance=UNKNOWN), "waits: nobody knows whether the instance carries a probe"),
        (seen(shard(way=G), instance=None), "waits: nobody knows whether the instance carries a probe"),
        (seen(shard(way=G), machine=None), "waits for an instance"),
        (seen(shard(way=G), machine=Machine("i-1", "Pending:Wait")), "waits: i-1 is Pending:Wait"),
        (seen(shard(way=G, doomed="i-1")), "waits for the instance after i-1, which is going"),
        (seen(shard(way=G, proof=proof(120)), saturated=True), "waits: an alarm says that the instance is full"),
        (seen(shard(way=G, proof=proof(120)), saturated=None), "waits: nobody knows whether the instance is full"),
        (
            seen(shard(way=G, proof=proof(120), reason=SATURATION)),
            "waits for its turn: one shard a minute goes back, and this one was shed and needs room",
        ),
    ],
)
def test_what_comes_next_is_said_in_words(zone, said):
    assert words(zone) == said


def test_one_shard_goes_back_and_the_next_waits_for_its_turn():
    zone = seen(shard("a", G, proof=proof(120)), shard("b", G, proof=proof(120)))
    assert words(zone) == "back now: proven"
    assert words(zone, "use1-b/use1-az1") == "waits for its turn: one shard a minute goes back"


SHARDS = st.builds(
    shard,
    st.just("a"),
    st.sampled_from(Way),
    hold=st.sampled_from([0.0, NOW - 5, NOW + 100, NOW + 1e6]),
    reason=st.sampled_from(["", "probe", SATURATION]),
    doomed=st.sampled_from(["", "i-0", "i-1"]),
    back=st.sampled_from([0.0, NOW - 5, NOW - 500]),
    manual=st.sampled_from([0.0, NOW + 5]),
    proof=st.sampled_from([None, proof(20), proof(120), proof(120, age=90)]),
)
SIGHTS = st.sampled_from([OK, BAD, UNKNOWN])
MACHINES = st.sampled_from([None, Machine("i-1", "InService"), Machine("i-1", "Terminating:Wait")])


@given(
    SHARDS, SIGHTS, SIGHTS, MACHINES, st.sampled_from([True, False, None]), st.sampled_from(["available", "deleted"])
)
def test_a_move_is_said_exactly_when_the_controller_would_make_it(one, instance, gateway, machine, full, state):
    zone, settings = (
        seen(one, instance=instance, gateway=gateway, machine=machine, saturated=full, gateway_state=state),
        Settings(),
    )
    moves = decide(zone.zone, watched(zone, NOW, settings), NOW, settings, limit=LIMIT).moves
    to = next((move.to for move in moves if move.to is not one.way), None)
    said = words(zone)
    assert said.startswith("back now") == (to is Way.INSTANCE)
    assert said.startswith("to the gateway") == (to is Way.GATEWAY)
