"""Whether a wave may be followed by the next: decided from what its alarms say, look by look. Pure.

A wave is baked when every alarm that watches it has said OK without a break for as long as the fleet asks. Red stops at
once. An alarm that says nothing is no quiet alarm: it stops the roll-out too, when it has said nothing for long enough.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

SILENT_FOR = timedelta(minutes=10)
"""How long an alarm may lack data, be missing, or not be answered for. A composite alarm is evaluated every minute."""


class State(StrEnum):
    """What CloudWatch says of an alarm."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT = "INSUFFICIENT_DATA"


@dataclass(frozen=True)
class Reading:
    """One alarm at one look."""

    state: State
    since: datetime
    """When it became so."""


Readings = Mapping[str, Reading | None]
"""Name of an alarm to its reading; None: there is no such alarm. What could not be asked is absent."""


class Outcome(StrEnum):
    WAIT = "wait"
    BAKED = "baked"
    STOP = "stop"


@dataclass(frozen=True)
class Baking:
    """A wave in the oven.

    Attributes:
        mending: alarms that the wave is meant to make quiet: red from before is as good as silence, for as long.
        quiet: alarm to since when it has been seen quiet without a break.
        silent: alarm to since when it has said nothing.
    """

    alarms: tuple[str, ...]
    bake: timedelta
    began: datetime
    mending: frozenset[str] = frozenset()
    quiet: Mapping[str, datetime] = field(default_factory=dict)
    silent: Mapping[str, datetime] = field(default_factory=dict)
    why: str = ""
    """Why it was stopped, or what is waited for."""
    outcome: Outcome = Outcome.WAIT

    def look(self, readings: Readings, now: datetime) -> Baking:
        """One look later."""
        quiet, silent = dict(self.quiet), dict(self.silent)
        for alarm in self.alarms:
            reading = readings.get(alarm)
            red = reading is not None and reading.state is State.ALARM
            if reading is not None and red and (alarm not in self.mending or reading.since > self.began):
                return replace(self, outcome=Outcome.STOP, why=f"{alarm} is red since {reading.since:%H:%M:%S}")
            if reading is None or reading.state is not State.OK:
                quiet.pop(alarm, None)
                silent.setdefault(alarm, now)
                if now - silent[alarm] >= SILENT_FOR:
                    return replace(self, outcome=Outcome.STOP, why=_silence(alarm, readings))
            else:
                silent.pop(alarm, None)
                # Who became quiet after we began to look was something else before, whether or not we saw it.
                quiet[alarm] = max(self.began, reading.since, quiet.get(alarm, self.began))
        since = max(quiet.values(), default=self.began)
        missing = [alarm for alarm in self.alarms if alarm not in quiet]
        if missing:
            return replace(self, quiet=quiet, silent=silent, why=f"{', '.join(missing)} is not quiet yet")
        left = self.bake - (now - since)
        if left <= timedelta(0):
            return replace(self, quiet=quiet, silent=silent, outcome=Outcome.BAKED, why="")
        return replace(self, quiet=quiet, silent=silent, why=f"quiet since {since:%H:%M:%S}, {_minutes(left)} to go")


def begin(alarms: Collection[str], bake: timedelta, now: datetime, mending: Collection[str] = ()) -> Baking:
    return Baking(tuple(alarms), bake, now, frozenset(mending))


def red_before(readings: Readings, mending: Collection[str] = ()) -> tuple[str, ...]:
    """Alarms that are red already: a wave is not begun into a fire, unless it is meant to put it out."""
    return tuple(
        f"{alarm} is red since {reading.since:%Y-%m-%d %H:%M:%S} UTC"
        for alarm, reading in readings.items()
        if reading is not None and reading.state is State.ALARM and alarm not in mending
    )


def _silence(alarm: str, readings: Readings) -> str:
    minutes = _minutes(SILENT_FOR)
    if alarm not in readings:
        return f"{alarm} could not be asked for {minutes}: whether it is well nobody knows"
    reading = readings[alarm]
    if reading is not None and reading.state is State.ALARM:
        return f"{alarm} is red from before, and did not become quiet in {minutes}: the wave did not mend it"
    if reading is None:
        return f"{alarm} does not exist, for {minutes} now: whether it is well nobody knows"
    return f"{alarm} has not reported for {minutes} (INSUFFICIENT_DATA): whether it is well nobody knows"


def _minutes(of: timedelta) -> str:
    seconds = int(of.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"
