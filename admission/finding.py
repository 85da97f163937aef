"""What is wrong with an object, in words: where, value, why, what to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

Document = dict[str, Any]
"""A Kubernetes object as plain JSON would hold it."""

Place = tuple[str | int, ...]
"""Keys and positions from the object's root."""


class _Nothing(Enum):
    """A class of its own, so that it stays the same on its way between processes."""

    NOTHING = "nothing"


NOTHING: Any = _Nothing.NOTHING
"""The value of a field that is not there, or that is not worth showing."""

_SHOWN = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True)
class Finding:
    """One mistake, before anyone knows in which file the object stands."""

    place: Place
    value: Any
    """What stands there; `NOTHING` where nothing does."""
    message: str
    """`<why>; <what to do>`."""

    def __str__(self) -> str:
        where = spell(self.place) or "the object"
        return f"{where}: {self.message}" if self.value is NOTHING else f"{where}: {shown(self.value)}: {self.message}"


def spell(place: Sequence[str | int]) -> str:
    """`("spec", "ports", 0, "a.b/c")` -> `spec.ports[0][a.b/c]`."""
    text = ""
    for part in place:
        if isinstance(part, int) or not part or set(part) & set("./[]: "):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def shown(value: Any) -> str:
    """A value on one line, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def at(document: Any, place: Sequence[str | int]) -> Any:
    """What stands at a place, or `NOTHING`."""
    for part in place:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            return NOTHING
    return document
