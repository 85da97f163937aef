"""The waves of a plan, one after the other: deployed, promoted, baked. It acts through what it is handed.

It keeps nothing: where it stops, the next run asks AWS what stands, and plans what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
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
        alarms: asks for readings.
        judge: what speaks against going on, by the day: asked before each wave, for exceptions end.
        alive: renews the lock; raises when it is lost.
    """

    engine: Engine
    bundles: Promotes
    alarms: Callable[[Sequence[Alarm]], Readings]
    judge: Callable[[date], Sequence[str]]
    alive: Callable[[], None]
    say: Callable[[str], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep


def carry_out(plan: Plan, legs: Sequence[Leg], announced: Announced, bake: timedelta, hands: Hands) -> None:
    """Carry out some waves of a plan.

    Raises:
        Halted: red, refused or failed. Later waves were not begun.
        Lost, Unanswered: the lock is not ours any more.
    """
    for leg in legs:
        hands.alive()
        _may_begin(leg, hands)
        hands.say(f"wave {leg.wave.number} of {plan.legs[-1].wave.number}: {leg.wave.title}")
        try:
            for level in leg.levels:
                hands.say(f"  deploying {', '.join(level)}")
                hands.engine.deploy(level, announced, hands.alive)
            for cell, channel in leg.wave.bundles:
                hands.alive()
                hands.bundles.promote(cell, channel, hands.clock().date(), lambda said: hands.say(f"    {said}"))
                hands.say(f"  promoted {channel} of {cell}")
        except (Unannounced, NotPromoted) as error:
            raise Halted(leg, str(error), refused=isinstance(error, Unannounced)) from None
        except (StackFailed, CliFailed, CliMissing) as error:
            raise Halted(leg, str(error)) from None
        _bake(leg, bake, hands)


def _may_begin(leg: Leg, hands: Hands) -> None:
    if against := hands.judge(hands.clock().date()):
        raise Halted(leg, f"not begun: {'; '.join(against)}", refused=True)
    if red := red_before(hands.alarms(leg.watched)):
        raise Halted(leg, f"not begun: {'; '.join(red)}; a wave is not begun while what it reaches is unwell")


def _bake(leg: Leg, bake: timedelta, hands: Hands) -> None:
    if not leg.watched:
        hands.say("  not baked: no alarm stands yet that could watch it")
        return
    baking = begin([alarm.name for alarm in leg.watched], bake, hands.clock())
    said = ""
    while baking.outcome is Outcome.WAIT:
        baking = baking.look(hands.alarms(leg.watched), hands.clock())
        if baking.outcome is Outcome.STOP:
            raise Halted(leg, f"it stands, and is not followed by the next: {baking.why}")
        if baking.outcome is Outcome.WAIT:
            hands.alive()
            if (now := baking.why.partition(", ")[0]) != said:
                said = now
                hands.say(f"  baking: {baking.why}")
            hands.sleep(_LOOK_SECONDS)
    hands.say(f"  baked: {len(leg.watched)} {'alarm' if len(leg.watched) == 1 else 'alarms'} quiet")
