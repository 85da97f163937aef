"""An exception names the very things it is for, where it holds or on top of what, and a last day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from fleet import known
from fleet.exemption import Exemption
from fleet.known import instead
from fleet.model import Fleet
from fleet.problem import Finding, Path

_OBJECT = re.compile(r"[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)? ([a-z0-9.-]+/)?[a-z0-9]([a-z0-9.:-]*[a-z0-9])?")
"""`Kind name`, `Kind.group namespace/name`."""
_RESOURCE = re.compile(r"([A-Za-z][A-Za-z0-9-]*)/[A-Za-z0-9.]+")
"""`stack/LogicalId`."""


def check(fleet: Fleet) -> Iterator[Finding]:
    standing = {cell.name for cell in known.cells(fleet) if cell.stands}
    for key, exemption in fleet.exceptions.items():
        path = ("exceptions", key)
        if exemption.of_templates:
            yield from _of_templates(path, exemption)
        else:
            yield from _of_objects(path, exemption, standing)
        if _day(exemption.until) is None:
            text = f"{exemption.until} is no day of the calendar; write it as YYYY-MM-DD"
            yield Finding((*path, "until"), text)


def _of_objects(path: Path, exemption: Exemption, standing: set[str]) -> Iterator[Finding]:
    for number, resource in enumerate(exemption.resources):
        if not _OBJECT.fullmatch(resource):
            text = f"{resource!r} names no object; write it as the refusal does, e.g. Namespace sessions"
            yield Finding((*path, "resources", number), text)
    if not exemption.cells:
        text = "names no cell; begin with one, e.g. cells: [use1-a]"
        yield Finding((*path, "cells"), text)
    for number, cell in enumerate(exemption.cells):
        if standing and cell not in standing:
            text = f"{cell} is no cell that stands; {instead(cell, sorted(standing))}"
            yield Finding((*path, "cells", number), text)
    if exemption.base:
        text = f"{exemption.action} is about objects in a cluster, which have no template; remove base, and name cells"
        yield Finding((*path, "base"), text)


def _of_templates(path: Path, exemption: Exemption) -> Iterator[Finding]:
    stacks = set()
    for number, resource in enumerate(exemption.resources):
        named = _RESOURCE.fullmatch(resource)
        if named is None:
            text = f"{resource!r} names no resource; write it as the refusal does, <stack>/<logical id>"
            yield Finding((*path, "resources", number), text)
        else:
            stacks.add(named[1])
            if named[1] not in exemption.base:
                text = (
                    f"{named[1]} has no digest in base; write it as the refusal does, base: {{{named[1]}: sha256:...}}"
                )
                yield Finding((*path, "resources", number), text)
    for stack in exemption.base:
        if stack not in stacks:
            yield Finding((*path, "base", stack), f"{stack} is the stack of none of the resources; remove it")
    if exemption.cells:
        text = f"{exemption.action} is about resources of templates, each of which is in one stack; remove cells"
        yield Finding((*path, "cells"), text)


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
