"""What is wrong with a fleet, in its users' words: where, field, value, why, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]


def spell(path: Path, tree: object = None) -> str:
    """`("regions", "us-east-1", "zones", 2)` -> `regions.us-east-1.zones[2]`.

    A number is a place in a list, unless the tree says that it is a key of a mapping (`generations.1`).
    """
    text, here = "", tree
    for part in path:
        keyed = isinstance(here, dict)
        word = part if isinstance(part, str) and part.isprintable() and part else repr(part)
        text += f"[{word}]" if isinstance(part, int) and text and not keyed else f".{word}" if text else word
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            here = None
    return text


@dataclass(frozen=True)
class Finding:
    """What a rule found, before anyone knows in which line it stands."""

    path: Path
    """Keys from the fleet's root; the line is that of the longest part of it that stands in a file."""
    message: str
    """`<value> <why>; <what to do>`."""
    warning: bool = False
    """True: shown, does not stop anything."""


@dataclass(frozen=True, order=True)
class Problem:
    """A finding with its place. Sorted by file and line."""

    file: str
    line: int
    field: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: "
        field = f"{self.field}: " if self.field else ""
        return f"{place}{'warning: ' if self.warning else ''}{field}{self.message}"


class FleetError(Exception):
    """A fleet that cannot be used; nothing was synthesized."""

    exit_code = 1

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class FleetInvalid(FleetError):
    """The files were read and break rules (exit code 1)."""


class FleetUnreadable(FleetError):
    """A file is missing, empty or no YAML (exit code 2)."""

    exit_code = 2
