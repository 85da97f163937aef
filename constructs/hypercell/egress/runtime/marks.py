"""What the controller remembers, written on the route tables themselves: there is no other store to lose.

Every value is a word or a number that a person can read and write. What cannot be read counts as not there, and a time
that lies further ahead than any rule would put it is cut: clocks jump.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .settings import HOUR, Settings

HOLD, REASON, FAILOVERS, DOOMED = "nat:hold", "nat:reason", "nat:failovers", "nat:doomed"
PROOF, BACK, MANUAL, REPLACED = "nat:proof", "nat:back", "nat:manual", "nat:replaced"
LOST = "nat:lost"

_MOST_TIMES = 20
"""Epochs that fit into the 256 characters of a tag's value."""


@dataclass(frozen=True)
class Proof:
    """An unbroken row of good rounds of a zone's instance."""

    machine: str
    """Id of the instance that was seen; a proof of another one proves nothing."""
    last: float
    """Epoch of its newest round."""
    rounds: int

    def text(self) -> str:
        return f"{self.machine}/{self.last:.0f}/{self.rounds}"


@dataclass(frozen=True)
class Marks:
    """State of one shard. Times are epochs; 0 means never."""

    hold: float = 0
    """No way back to the instance before this."""
    reason: str = ""
    """Why the shard was last moved to the gateway."""
    failovers: tuple[float, ...] = ()
    """When it was moved there, oldest first."""
    doomed: str = ""
    """Instance that is going away: no traffic to it, whatever it answers."""
    lost: str = ""
    """Instance that carried no probe when the shard was moved for it."""
    back: float = 0
    """When it last went back to the instance."""
    manual: float = 0
    """Until then the shard is somebody's own: the controller touches nothing."""
    proof: Proof | None = None
    replaced: tuple[float, ...] = ()
    """When the zone's instance was given up for unhealthy."""

    def deciding(self) -> tuple[object, ...]:
        """What a way back depends on. The proof is left out: it grows all the time, and says nothing new."""
        return (self.hold, self.reason, self.failovers, self.doomed, self.manual)


def read(tags: Mapping[str, str]) -> Marks:
    """Marks of a route table's tags."""
    return Marks(
        hold=_time(tags.get(HOLD)),
        reason=tags.get(REASON, ""),
        failovers=_times(tags.get(FAILOVERS)),
        doomed=tags.get(DOOMED, ""),
        lost=tags.get(LOST, ""),
        back=_time(tags.get(BACK)),
        manual=_time(tags.get(MANUAL)),
        proof=_proof(tags.get(PROOF)),
        replaced=_times(tags.get(REPLACED)),
    )


def moved(before: Marks, *, reason: str, now: float, until: float, doomed: str) -> dict[str, str]:
    """Tags of a shard that was moved to the gateway.

    Args:
        until: epoch of the end of the hold. A longer one that stands already stays, if a rule can have written it.
        doomed: instance that is going, or empty: then the one that stands already stays.
    """
    times = (*recent(before.failovers, now), now)
    tags = {HOLD: f"{max(until, believed(before.hold, now)):.0f}", REASON: reason, FAILOVERS: written(times)}
    return {**tags, DOOMED: doomed} if doomed else tags


def believed(hold: float, now: float) -> float:
    """A hold as it is written; 0 where it lies further ahead than any rule puts one: a clock had jumped."""
    return hold if hold <= now + Settings.hold_cap_seconds + 60 else 0.0


def recent(times: tuple[float, ...], now: float) -> tuple[float, ...]:
    """Those of the last hour. A time that is still to come was written by a clock that jumped, and is none."""
    return tuple(one for one in times if now - HOUR < one <= now + 1)


def written(times: tuple[float, ...]) -> str:
    """Times as a tag's value, the newest if there are too many."""
    return " ".join(f"{one:.0f}" for one in times[-_MOST_TIMES:])


def _time(text: str | None) -> float:
    # No float(): "nan" and "1e99" are numbers too.
    return float(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else 0.0


def _times(text: str | None) -> tuple[float, ...]:
    return tuple(sorted(found for part in (text or "").split() if (found := _time(part))))


def _proof(text: str | None) -> Proof | None:
    machine, _, rest = (text or "").partition("/")
    last, _, rounds = rest.partition("/")
    if not machine or not _time(last) or not _time(rounds):
        return None
    return Proof(machine, _time(last), int(_time(rounds)))
