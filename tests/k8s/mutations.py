"""One object, spoilt in one field at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
Place = tuple[str | int, ...]

_WHERE = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}
BOGUS = "bogusField"


def mutants(document: Document) -> Iterator[tuple[str, Place, Document]]:
    """What was done, where, and the object: of another type, unknown, missing, out of range, twice.

    The kind itself and the name stay: they say where an object belongs, and not what is in it.
    """
    for at, value in _fields(document):
        for how, spoilt in _spoilt(value):
            yield how, at, changed(document, at, spoilt)
        if isinstance(at[-1], str):
            yield "missing", at, removed(document, at)
    for at, value in [((), document), *_fields(document)]:
        if isinstance(value, dict):
            yield "unknown", (*at, BOGUS), changed(document, (*at, BOGUS), 1)


def _fields(value: Any, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        here = (*above, name)
        if here not in _WHERE:
            yield here, part
        yield from _fields(part, here)


def _spoilt(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield "type", "wrong"
    elif isinstance(value, list):
        yield "type", "wrong"
        yield "twice", [*value, *copy.deepcopy(value[:1])]
        yield "empty", []
    elif isinstance(value, bool):
        yield "type", "wrong"
    elif isinstance(value, int):
        yield "type", {"wrong": True}
        yield "range", -7
        yield "range", 2**40
    elif isinstance(value, str):
        yield "type", {"wrong": True}
        yield "range", "No Such Value!"
        yield "empty", ""


def place(path: str) -> Place:
    """`spec.ports.0.name` -> `("spec", "ports", 0, "name")`."""
    return tuple(int(part) if part.isdigit() else part for part in path.split("."))


def changed(document: Document, place: Place, value: Any) -> Document:
    copied = copy.deepcopy(document)
    here: Any = copied
    for part in place[:-1]:
        here = here[part]
    here[place[-1]] = value
    return copied


def removed(document: Document, place: Place) -> Document:
    copied = copy.deepcopy(document)
    here: Any = copied
    for part in place[:-1]:
        here = here[part]
    del here[place[-1]]
    return copied
