"""One side of a comparison: every template and every manifest of a fleet, as synthesized or as deployed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from fleet.model import Fleet
from fleet.record import Record
from ops.delta.objects import Files

Template = Mapping[str, Any]
"""A CloudFormation template."""


@dataclass(frozen=True)
class Stack:
    """One stack: where it lives, and its template."""

    name: str
    account: str
    """Account id."""
    region: str
    template: Template
    digest: str
    """Of the template's text, `sha256:…`, by which an exception names what it was written against."""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """Logical id to definition."""
        found: Mapping[str, Mapping[str, Any]] = self.template.get("Resources", {})
        return found


def digest(text: str) -> str:
    """What a template's text is known by."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True)
class Snapshot:
    """A whole fleet at one moment."""

    origin: str
    """Where it is from, for people: `main (1f3c9ab)`, a folder, `deployed`."""
    record: Record
    """What the fleet said of itself when this was made, by the code of then."""
    stacks: Mapping[str, Stack]
    """Name to stack."""
    bundles: Mapping[tuple[str, str], Files]
    """Cell and channel (`platform`, `service-sessions`) to the bundle's objects."""
    fleet: Fleet | None = None
    """The files, read by the code that runs now; None where they cannot be had (`deployed`) or not be read."""
    files: Mapping[str, str] = field(default_factory=dict)
    """The fleet's input files: path below the blueprint to text. Empty where they cannot be had."""
    code: Mapping[str, str] = field(default_factory=dict)
    """The project's own files: path to digest. Empty where nobody knows what code it was."""
