"""Times as people say them. Everything is UTC: whoever is paged may sit anywhere."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from fleet.quantity import Seconds
from ops.egress.places import Unusable

_SECONDS = TypeAdapter[int](Seconds)


def seconds(option: str, text: str) -> int:
    """`90m` -> 5400.

    Raises:
        Unusable: no duration, or none at all.
    """
    try:
        found = _SECONDS.validate_python(text)
    except ValidationError:
        raise Unusable(f"{option}: {text!r} is not a duration; write it like 30m or 2h") from None
    if found < 1:
        raise Unusable(f"{option}: {text!r} is no time at all; write it like 30m or 2h")
    return int(found)


def span(seconds: float) -> str:
    """`45 s`, `3 min`, `2 h 5 min`, `3 d 4 h`."""
    if seconds < 90:
        return f"{max(0, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours, left = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {left} min" if left else f"{hours} h"
    days, left = divmod(hours, 24)
    return f"{days} d {left} h" if left else f"{days} d"


def clock(epoch: float, now: float) -> str:
    """`14:05 UTC`; with the day when it is another one."""
    then, today = datetime.fromtimestamp(epoch, UTC), datetime.fromtimestamp(now, UTC)
    return then.strftime("%H:%M UTC" if then.date() == today.date() else "%Y-%m-%d %H:%M UTC")
