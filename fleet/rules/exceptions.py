"""An exception names the very objects and cells it is for, and a last day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from fleet import known
from fleet.known import instead
from fleet.model import Fleet
from fleet.problem import Finding

_OBJECT = re.compile(r"[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)? ([a-z0-9.-]+/)?[a-z0-9]([a-z0-9.:-]*[a-z0-9])?")
"""`Kind name`, `Kind.group namespace/name`."""


def check(fleet: Fleet) -> Iterator[Finding]:
    standing = {cell.name for cell in known.cells(fleet) if cell.stands}
    for key, exemption in fleet.exceptions.items():
        path = ("exceptions", key)
        for number, resource in enumerate(exemption.resources):
            if not _OBJECT.fullmatch(resource):
                text = f"{resource!r} names no object; write it as the refusal does, e.g. Namespace sessions"
                yield Finding((*path, "resources", number), text)
        for number, cell in enumerate(exemption.cells):
            if standing and cell not in standing:
                text = f"{cell} is no cell that stands; {instead(cell, sorted(standing))}"
                yield Finding((*path, "cells", number), text)
        if _day(exemption.until) is None:
            text = f"{exemption.until} is no day of the calendar; write it as YYYY-MM-DD"
            yield Finding((*path, "until"), text)


def ages(fleet: Fleet, today: date) -> Iterator[Finding]:
    """Exceptions that hold no more: what is over is removed, so that those that hold are seen."""
    for key, exemption in fleet.exceptions.items():
        last = _day(exemption.until)
        if last is not None and last < today:
            text = f"{exemption.until} is over, and the exception lets nothing pass any more; remove the file"
            yield Finding(("exceptions", key, "until"), text, warning=True)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
