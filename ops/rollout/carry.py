"""The waves of a plan, one after the other: deployed, promoted, baked. It acts through what it is handed.

It keeps nothing: where it stops, the next run asks AWS what stands, and plans what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from ops.rollout.bake import Outcome, Readings, begin, red_before
from ops.rollout.bundles import NotPromoted
from ops.rollout.cdk import CliFailed, CliMissing
from ops.rollout.engine import Engine, StackFailed, Unannounced
from ops.rollout.plan import Alarm, Leg, Plan
from ops.rollout.review import Announced

_LOOK_SECONDS = 15.0
"""How often alarms are looked at."""


class Halted(Exception):
    """A wave went wrong, or may not be begun. The text says which and why, and what became of it."""

    def __init__(self, leg: Leg, why: str, *, refused: bool = False) -> None:
        self.leg, self.refused = leg, refused
        super().__init__(f"wave {leg.wave.number}, {leg.wave.title}: {why}")


class Interrupted(Exception):
    """Somebody ended it. The text says where, and what goes on without us."""

    def __init__(self, leg: Leg, running: Sequence[str]) -> None:
        where = f"interrupted in wave {leg.wave.number}, {leg.wave.title}; later waves were not begun"
        goes_on = f"; CloudFormation goes on with {', '.join(running)} by itself" if running else ""
        super().__init__(where + goes_on)


class Promotes(Protocol):
    def promote(self, cell_name: str, channel: str, today: date, say: Callable[[str], None]) -> None:
        """Move one channel.

        Raises:
            NotPromoted, NoCredentials.
        """


@dataclass
class Hands:
    """Everything outside.

    Attributes:
        alarms: asks for readings; None where nobody evaluates alarms, and nothing can be baked.
        judge: what speaks against going on, by the day: asked before each wave, for exceptions end.
        alive: renews the lock; raises when it is lost.
        mending: alarms that may be red when a wave begins, for it is meant to make them quiet.
    """

    engine: Engine
    bundles: Promotes
    alarms: Callable[[Sequence[Alarm]], Readings] | None
    judge: Callable[[date], Sequence[str]]
    alive: Callable[[], None]
    say: Callable[[str], None]
    mending: Collection[str] = ()
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Unbaked:
    """What changed so lately that nobody can have waited for it: an earlier run ended before its bake did."""

    alarms: tuple[Alarm, ...]
    since: datetime


def carry_out(plan: Plan, announced: Announced, bake: timedelta, hands: Hands, unbaked: Unbaked | None = None) -> None:
    """Carry out the waves of a plan.

    Args:
        unbaked: is baked first.

    Raises:
        Halted: red, refused or failed. Later waves were not begun.
        Interrupted: by Ctrl-C, anywhere.
        Lost, Unanswered: the lock is not ours any more.
    """
    if unbaked is not None and plan.legs:
        hands.say(f"first: what changed at {unbaked.since:%H:%M:%S} UTC is baked")
        _bake(plan.legs[0], unbaked.alarms, bake, unbaked.since, hands)
    for leg in plan.legs:
        try:
            hands.alive()
            _may_begin(leg, hands)
            hands.say(f"wave {leg.wave.number} of {plan.legs[-1].wave.number}: {leg.wave.title}")
            _change(leg, announced, hands)
            _bake(leg, leg.watched, bake, hands.clock(), hands)
        except KeyboardInterrupt:
            raise Interrupted(leg, hands.engine.running(leg.wave.stacks)) from None


def _change(leg: Leg, announced: Announced, hands: Hands) -> None:
    """Stacks, then bundles."""
    try:
        for level in leg.levels:
            hands.say(f"  deploying {', '.join(level)}")
            hands.engine.deploy(level, announced, hands.alive)
        for cell, channel in leg.wave.bundles:
            hands.alive()
            hands.bundles.promote(cell, channel, hands.clock().date(), lambda said: hands.say(f"    {said}"))
            hands.say(f"  promoted {channel} of {cell}")
    except Unannounced as error:
        raise Halted(leg, f"nothing more was executed:\n{error}", refused=True) from None
    except (StackFailed, CliFailed, CliMissing, NotPromoted) as error:
        raise Halted(leg, _with_running(str(error), hands.engine.running(leg.wave.stacks))) from None


def _with_running(why: str, running: Sequence[str]) -> str:
    return f"{why}; CloudFormation still works on {', '.join(running)}" if running else why


def _may_begin(leg: Leg, hands: Hands) -> None:
    if against := hands.judge(hands.clock().date()):
        raise Halted(leg, f"not begun: {'; '.join(against)}", refused=True)
    if hands.alarms is not None and (red := red_before(hands.alarms(leg.watched), hands.mending)):
        remedy = "a wave is not begun while what it reaches is unwell; if it is meant to mend that, say so with --mends"
        raise Halted(leg, f"not begun: {'; '.join(red)}; {remedy}")


def _bake(leg: Leg, alarms: Sequence[Alarm], bake: timedelta, began: datetime, hands: Hands) -> None:
    if hands.alarms is None or not alarms:
        why = "no alarm is evaluated here" if hands.alarms is None else "no alarm stands yet that could watch it"
        hands.say(f"  not baked: {why}")
        return
    baking = begin([alarm.name for alarm in alarms], bake, began, hands.mending)
    said = ""
    while baking.outcome is Outcome.WAIT:
        baking = baking.look(hands.alarms(alarms), hands.clock())
        if baking.outcome is Outcome.STOP:
            raise Halted(leg, f"not followed by the next: {baking.why}")
        if baking.outcome is Outcome.WAIT:
            hands.alive()
            if (now := baking.why.partition(", ")[0]) != said:
                said = now
                hands.say(f"  baking: {baking.why}")
            hands.sleep(_LOOK_SECONDS)
    hands.say(f"  baked: {len(alarms)} {'alarm' if len(alarms) == 1 else 'alarms'} quiet")
