"""What a lock's parameter says, and who holds it when several have written: the pure half of `ops.rollout.lock`.

Parameter Store knows no conditional overwrite, but it numbers the versions of a parameter one after the other. So every
write says which version it was made after, and of two writes made after the same version the earlier one counts; the
later one is void, and its writer finds out by the number it got.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

LIFE = timedelta(minutes=15)
"""How long a claim holds unless it is renewed."""
RENEWED_EVERY = LIFE / 3
"""Two renewals may fail before it is over."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""How far a claim must be over before another machine, with another clock, may believe it."""


@dataclass(frozen=True)
class Claim:
    """One write: somebody holds the lock, or gave it back."""

    owner: str
    """Who, for people: an ARN."""
    run: str
    """Which run of theirs; of no machine, so that a run may move to another."""
    what: str
    """What is rolled out: an assembly's digest."""
    began: str
    """ISO 8601, in UTC."""
    until: str
    """When it is over unless it is renewed; the same."""
    after: int
    """Version of the parameter that it was made after; 0: there was none."""
    held: bool = True
    """False: given back."""

    @property
    def text(self) -> str:
        return json.dumps(asdict(self))

    @property
    def over(self) -> datetime:
        return datetime.fromisoformat(self.until)

    def stale(self, now: datetime) -> bool:
        """Whether nobody renews it any more, by anybody's clock."""
        return self.held and now > self.over + CLOCKS_DIFFER


class NotOurs(ValueError):
    """The parameter holds something else than a claim."""


def parse(text: str) -> Claim:
    """What a version of the parameter says.

    Raises:
        NotOurs: something else.
    """
    try:
        claim = Claim(**json.loads(text))
        _ = claim.over.astimezone(UTC)
    except (ValueError, TypeError) as error:
        raise NotOurs(str(error)) from None
    return claim


def valid(versions: Mapping[int, Claim]) -> int:
    """The version that counts; 0 for none.

    Begun where the latest writer began, who had read it; each next is the first that was made after the one before.
    """
    if not versions:
        return 0
    latest = max(versions)
    counts = min(versions[latest].after, latest)
    while True:
        after = _first_after(counts, versions.items())
        if after is None:
            # What it was made after is no longer kept, or nobody wrote after it: then the latest speaks for itself.
            return counts if counts in versions else latest
        counts = after


def _first_after(version: int, versions: Iterable[tuple[int, Claim]]) -> int | None:
    return min((number for number, claim in versions if claim.after == version and number > version), default=None)
