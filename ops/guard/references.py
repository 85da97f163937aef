"""Who refers to whom: inside a stack by its resources, across stacks by the outputs they publish."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ops.guard.paths import Path, is_intrinsic
from ops.guard.snapshot import Stack

OUTPUTS = "Outputs"
"""Section of a template, and how an output's name begins in a change: `Outputs.VpcId`."""

_IN_SUB = re.compile(r"\$\{([^!${}][^${}]*)\}")


@dataclass(frozen=True)
class Place:
    """Where a reference stands: the resource, and the property as deep as one can look into it."""

    name: str
    path: Path
    attribute: str = ""
    """What is read of the other by GetAtt, or the output's name; empty: its `Ref`."""


@dataclass(frozen=True)
class Reader:
    """A place in some stack."""

    stack: str
    place: Place


def targets(value: Any, above: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """Everything that a value refers to: where, what (`Vpc`; `stack/output`), and which attribute of it."""
    if isinstance(value, Mapping):
        if is_intrinsic(value):
            for name, attribute in _inside(value):
                yield above, name, attribute
        else:
            for key, part in value.items():
                yield from targets(part, (*above, str(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from targets(part, (*above, str(number)))


def _inside(value: Any) -> Iterator[tuple[str, str]]:
    """What an intrinsic function refers to, at any depth."""
    if isinstance(value, list):
        for part in value:
            yield from _inside(part)
    if not isinstance(value, Mapping):
        return
    for key, part in value.items():
        if key == "Ref":
            yield str(part), ""
        elif key == "Fn::GetAtt":
            name, _, attribute = part.partition(".") if isinstance(part, str) else (str(part[0]), "", part[1])
            yield name, attribute if isinstance(attribute, str) else "*"
        elif key == "Fn::Sub":
            yield from _substituted(part)
        elif key == "Fn::FindInMap":
            yield f"Mappings.{part[0]}" if isinstance(part[0], str) else "Mappings.*", ""
            yield from _inside(part)
        elif key == "Fn::If":
            yield f"Conditions.{part[0]}", ""
            yield from _inside(part[1:])
        elif key == "Condition" and isinstance(part, str):
            yield f"Conditions.{part}", ""
        elif key == "Fn::GetStackOutput" and isinstance(part.get("StackName"), str):
            yield f"{part['StackName']}/{part.get('OutputName')}", str(part.get("OutputName"))
        elif key == "Fn::ImportValue" and isinstance(part, str):
            yield f"/{part}", part
        else:
            yield from _inside(part)


def _substituted(value: Any) -> Iterator[tuple[str, str]]:
    text, given = (value, {}) if isinstance(value, str) else (value[0], value[1])
    yield from _inside(given)
    for found in _IN_SUB.findall(text):
        name, _, attribute = found.partition(".")
        if found not in given:
            yield name, attribute


@dataclass
class Links:
    """Every reference of a stack's template, from its target's side. Read once, and only when somebody asks."""

    stack: Stack
    _index: dict[str, list[Place]] = field(default_factory=dict)

    @cached_property
    def readers(self) -> Mapping[str, list[Place]]:
        """Logical id, or `stack/output`, to the places that refer to it. Outputs stand by `Outputs.<name>`."""
        found: dict[str, list[Place]] = {}
        for name, one in self.stack.resources.items():
            for path, target, attribute in targets(one.get("Properties") or {}):
                found.setdefault(target, []).append(Place(name, path, attribute))
            condition = one.get("Condition")
            if condition:
                found.setdefault(f"Conditions.{condition}", []).append(Place(name, ("Condition",)))
        for section in (OUTPUTS, "Conditions"):
            for name, one in (self.stack.template.get(section) or {}).items():
                for path, target, attribute in targets(one):
                    found.setdefault(target, []).append(Place(f"{section}.{name}", path, attribute))
                if section == OUTPUTS and one.get("Condition"):
                    found.setdefault(f"Conditions.{one['Condition']}", []).append(Place(f"{section}.{name}", ()))
        return found
