"""What a fleet must fulfil. One noun, one module; each rule yields what it found."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.model import Fleet
from fleet.problem import Finding


def check(fleet: Fleet) -> Iterator[Finding]:
    """Everything wrong with a fleet whose shape is right."""
    if not fleet.regions:
        yield Finding(("regions",), "is empty; a fleet has at least one region")
