"""Names from templates and manifests as people may safely see them: one line, and nothing that hides or moves text."""

from __future__ import annotations

import dataclasses
import enum
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Categories of Unicode: controls (a terminal obeys them), marks that turn the direction of writing, halves of
characters, private ones, and ends of lines."""


def legible(text: str) -> str:
    """With every hidden character by its number: `\\x1b`, `\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_numbered(one) if unicodedata.category(one) in _HIDDEN else one for one in text)


def _numbered(one: str) -> str:
    number = ord(one)
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def plain(noun: T) -> T:
    """A report, or a part of one, with every text in it made legible."""
    made: T = _plain(noun)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value
    if isinstance(value, str):
        return legible(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)})
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_plain(one) for one in value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(one) for key, one in value.items()}
    return value


def several(names: tuple[str, ...], most: int, rest: str) -> str:
    """Names in a row; of more than `most` the first ones, how many there are besides, and where all of them stand."""
    shown = ", ".join(legible(name) for name in names[:most])
    more = len(names) - most
    return f"{shown} and {more:,} more{f' ({rest})' if rest else ''}" if more > 0 else shown


def counted(number: int, one: str, many: str = "") -> str:
    """`1 cell`, `24 cells`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def percent(share: float) -> str:
    """A part of the traffic. What is not nothing is never shown as 0 %, and what is not all never as 100 %."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    if 0.999 < share < 1 - 1e-9:
        return "over 99.9 %"
    return f"{share:.1%}".replace(".0%", "%").replace("%", " %")
