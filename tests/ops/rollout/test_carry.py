"""Waves one after the other: stacks, bundles, bake; and what stops them, with later waves never begun."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fleet.load import load
from ops.rollout.bake import Reading, State
from ops.rollout.bundles import NotPromoted
from ops.rollout.carry import Halted, Hands, Interrupted, Unbaked, carry_out
from ops.rollout.engine import StackFailed, Unannounced
from ops.rollout.lock import Lost
from ops.rollout.plan import Alarm, Found, Plan, Seen, decide

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
BAKE = timedelta(minutes=5)
FLEET = load(Path(__file__).parents[3] / "blueprints/hypergrowth")
A, B = "skyline-use1-a-cell", "skyline-use1-b-cell"
PLATFORMS = [("use1-a", "platform"), ("use1-b", "platform")]


def plan() -> Plan:
    """Two cells of a region: stack and bundle of each differ."""
    seen = Seen(
        {name: Found("UPDATE_COMPLETE", same=False) for name in (A, B)},
        dict.fromkeys(PLATFORMS, ("sha256:old", "sha256:new")),
    )
    return decide(FLEET, seen, {})


@dataclass
class Outside:
    """Everything that a run acts on; what happens is written down."""

    did: list[str] = field(default_factory=list)
    on: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens when something is done."""
    red: set[str] = field(default_factory=set)
    red_since: datetime = NOON
    unknown: set[str] = field(default_factory=set)
    now: datetime = NOON

    def _do(self, what: str) -> None:
        self.did.append(what)
        self.on.get(what, lambda: None)()

    def deploy(self, stacks: Sequence[str], _announced: object, _alive: object) -> None:
        for name in stacks:
            self._do(name)

    def running(self, stacks: Collection[str]) -> list[str]:
        return [name for name in stacks if self.did and self.did[-1] == name]

    def promote(self, cell: str, channel: str, _today: date, _say: object) -> None:
        self._do(f"{cell} {channel}")

    def alarms(self, asked: Sequence[Alarm]) -> dict[str, Reading | None]:
        return {
            one.name: Reading(State.ALARM, self.red_since) if one.name in self.red else Reading(State.OK, NOON)
            for one in asked
            if one.name not in self.unknown
        }

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def hands(self, **other: object) -> Hands:
        given = {
            "engine": self,
            "bundles": self,
            "alarms": self.alarms,
            "judge": lambda _today: (),
            "alive": lambda: None,
            "say": lambda _said: None,
            "clock": lambda: self.now,
            "sleep": self.sleep,
        }
        return Hands(**(given | other))


def fails(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_stacks_come_before_bundles_and_one_cell_is_baked_before_the_next():
    outside = Outside()
    began: dict[str, datetime] = {}
    outside.on = {name: lambda name=name: began.setdefault(name, outside.now) for name in (A, B)}
    carry_out(plan(), {}, BAKE, outside.hands())
    assert outside.did == [A, "use1-a platform", B, "use1-b platform"]
    assert began[B] - began[A] >= BAKE


def test_an_alarm_that_turns_red_while_a_wave_bakes_stops_before_the_next():
    outside = Outside()

    def sleep(seconds: float) -> None:
        outside.sleep(seconds)
        outside.red, outside.red_since = {"skyline-use1-a"}, outside.now

    with pytest.raises(Halted, match=r"wave 1.*skyline-use1-a is red"):
        carry_out(plan(), {}, BAKE, outside.hands(sleep=sleep))
    assert outside.did == [A, "use1-a platform"]


def test_no_wave_begins_into_a_fire_unless_it_is_to_put_it_out():
    outside = Outside(red={"skyline-use1-a"})
    with pytest.raises(Halted, match=r"not begun.*--mends"):
        carry_out(plan(), {}, BAKE, outside.hands())
    assert outside.did == []
    outside.on = {"use1-a platform": outside.red.clear}
    carry_out(plan(), {}, BAKE, outside.hands(mending=("skyline-use1-a",)))
    assert outside.did[-1] == "use1-b platform"


def test_a_wave_whose_alarm_never_reports_is_not_followed_by_the_next():
    outside = Outside(unknown={"skyline-use1-a"})
    with pytest.raises(Halted, match="skyline-use1-a could not be asked"):
        carry_out(plan(), {}, BAKE, outside.hands())
    assert outside.did == [A, "use1-a platform"]


@pytest.mark.parametrize(
    ("where", "error", "refused", "done"),
    [
        (A, Unannounced("Vpc would be replaced"), True, [A]),
        (A, StackFailed(f"{A} is UPDATE_ROLLBACK_COMPLETE"), False, [A]),
        ("use1-a platform", NotPromoted("use1-a platform: Namespace sessions"), False, [A, "use1-a platform"]),
    ],
)
def test_what_fails_stops_the_wave_where_it_is(where, error, refused, done):
    outside = Outside(on={where: fails(error)})
    with pytest.raises(Halted, match="wave 1") as stopped:
        carry_out(plan(), {}, BAKE, outside.hands())
    assert stopped.value.refused is refused
    assert outside.did == done


def test_an_interrupt_between_stack_and_bundle_says_what_goes_on_and_a_second_run_does_what_is_left():
    outside = Outside(on={A: fails(KeyboardInterrupt())})
    with pytest.raises(Interrupted, match=f"CloudFormation goes on with {A}"):
        carry_out(plan(), {}, BAKE, outside.hands())
    left = decide(
        FLEET,
        Seen(
            {A: Found("UPDATE_COMPLETE", same=True), B: Found("UPDATE_COMPLETE")},
            dict.fromkeys(PLATFORMS, ("sha256:old", "sha256:new")),
        ),
        {},
    )
    again = Outside()
    carry_out(left, {}, BAKE, again.hands())
    assert again.did == ["use1-a platform", B, "use1-b platform"]


def test_an_exception_that_ends_between_two_waves_keeps_the_second_from_beginning():
    outside = Outside(now=datetime(2026, 11, 25, 23, 58, tzinfo=UTC))
    judge = lambda today: () if today == NOON.date() else ("use1-b: its exception ended yesterday",)  # noqa: E731
    with pytest.raises(Halted, match=r"wave 2.*its exception ended yesterday") as stopped:
        carry_out(plan(), {}, BAKE, outside.hands(judge=judge))
    assert stopped.value.refused
    assert outside.did == [A, "use1-a platform"]


def test_a_lock_that_is_lost_ends_the_run_before_anything_more_is_done():
    outside = Outside()
    kept = iter([None])

    def alive() -> None:
        if next(kept, "lost") == "lost":
            raise Lost("somebody took the lock over")

    with pytest.raises(Lost):
        carry_out(plan(), {}, BAKE, outside.hands(alive=alive))
    assert outside.did == [A]


def test_what_an_earlier_run_left_unbaked_is_baked_before_anything_is_done():
    outside = Outside(red={"skyline-use1-c"}, red_since=NOON + timedelta(seconds=1))
    before = Unbaked((Alarm("111111111111", "us-east-1", "skyline-use1-c"),), NOON)
    with pytest.raises(Halted, match="skyline-use1-c is red"):
        carry_out(plan(), {}, BAKE, outside.hands(), before)
    assert outside.did == []
