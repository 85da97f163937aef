"""The day that exceptions are measured by."""

from __future__ import annotations

from datetime import UTC, date, datetime


def day(said: str | None, option: str = "--today") -> date:
    """A day that somebody names, or today in UTC.

    Args:
        option: where it was said.

    Raises:
        ValueError: it is no day; a sentence.
    """
    if said is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ValueError(f"{option}: {said!r} is no day of the calendar; write it as YYYY-MM-DD") from None
