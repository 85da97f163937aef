"""Kubernetes objects as two bundles are compared by: who they are, and what stands at a place in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from fleet.exemption import Wipe

Object = Mapping[str, Any]
"""One Kubernetes object."""
Files = Mapping[str, Sequence[Object]]
"""A bundle: its files (layers of the platform, or a service) to their objects, in order."""
Identity = tuple[str, str, str, str]
"""Group, kind, namespace, name. No version: an object that is written in a newer one is the same."""

_SHOWN = 4
"""Objects that a sentence names; `resources` has all of them."""


@dataclass(frozen=True)
class Wiped:
    """One thing that a change would take away."""

    action: Wipe
    resources: tuple[str, ...]
    """What it would be taken from, as exceptions name it."""
    why: str

    def __str__(self) -> str:
        more = len(self.resources) - _SHOWN
        named = ", ".join(self.resources[:_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
        return f"{named}: {self.why} ({self.action})"


def identity(one: Object) -> Identity:
    metadata = one.get("metadata") or {}
    group = str(one.get("apiVersion", "")).rpartition("/")[0]
    return group, str(one.get("kind")), str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


def title(who: Identity) -> str:
    """`Deployment sessions/sessions`; with its group where Kubernetes itself has no such kind."""
    group, kind, namespace, name = who
    return f"{f'{kind}.{group}' if '.' in group else kind} {f'{namespace}/' if namespace else ''}{name}"


def by_identity(files: Files) -> dict[Identity, Object]:
    return {identity(one): one for objects in files.values() for one in objects}


def at(one: Any, *path: str) -> Any:
    """What stands at a place; None where nothing does."""
    for part in path:
        one = one.get(part) if isinstance(one, Mapping) else None
    return one


def leaves(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every place with a plain value. Members of a list go by their name where they have one, else by their number."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(part, (*above, str(key)))
    elif isinstance(value, (list, tuple)):
        for number, part in enumerate(value):
            named = part.get("name") if isinstance(part, Mapping) else None
            yield from leaves(part, (*above, str(named or number)))
    else:
        yield above, value


_QUANTITY = re.compile(r"([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


def quantity(value: Any) -> Decimal | None:
    """A number as Kubernetes reads it, `900m` as 0.9; None for what is none."""
    if isinstance(value, bool):
        return None
    found = _QUANTITY.fullmatch(str(value).strip())
    if not found:
        return None
    try:
        number = Decimal(found[1])
    except InvalidOperation:
        return None
    unit = found[2] or ""
    return number * (2 ** _BINARY[unit]) if unit in _BINARY else number.scaleb(_DECIMAL.get(unit, 0))
