"""What the probers see, round after round."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Sight(Enum):
    """What one prober says of one way out. Unknown is never down: it says something about the prober."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Round:
    """One look at both ways out of a zone."""

    instance: Sight
    gateway: Sight


@dataclass(frozen=True)
class Watch:
    """Rounds folded into what the rules ask for.

    An unknown look leaves the count of bad ones as it is (it says nothing), and ends the count of good ones (a proof has
    no holes).
    """

    last: Round = Round(Sight.UNKNOWN, Sight.UNKNOWN)
    instance_bad: int = 0
    """Bad rounds since the instance last carried a probe."""
    instance_ok: int = 0
    """Good rounds in a row."""
    gateway_bad: int = 0
    bad_since: float | None = None
    """When the first of `instance_bad` ended, by a clock that never jumps."""
    bad_seconds: float = 0
    """From there to the newest round."""

    def after(self, seen: Round, at: float) -> Watch:
        """The watch with one more round, which ended at `at`: seconds of a clock that never jumps."""
        bad = _bad(self.instance_bad, seen.instance)
        since = None if bad == 0 else at if self.bad_since is None else self.bad_since
        return replace(
            self,
            last=seen,
            instance_bad=bad,
            instance_ok=self.instance_ok + 1 if seen.instance is Sight.OK else 0,
            gateway_bad=_bad(self.gateway_bad, seen.gateway),
            bad_since=since,
            bad_seconds=0 if since is None else at - since,
        )


def _bad(count: int, sight: Sight) -> int:
    return {Sight.OK: 0, Sight.BAD: count + 1, Sight.UNKNOWN: count}[sight]
