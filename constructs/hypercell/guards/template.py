"""What rules read: finished templates with the plan of their stacks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from fleet.phases import StackPlan

Json = Any
"""A value of a template: whatever JSON can hold."""


@dataclass(frozen=True)
class Resource:
    """One resource of a template."""

    id: str
    type: str
    body: Mapping[str, Json]

    @property
    def properties(self) -> dict[str, Json]:
        found: dict[str, Json] = self.body.get("Properties", {})
        return found

    def at(self, path: str) -> Json:
        """The value at `A.B.C` below the properties, None where there is none."""
        here: Json = self.properties
        for part in path.split("."):
            here = here.get(part) if isinstance(here, dict) else None
        return here


@dataclass(frozen=True)
class Read:
    """One `Fn::GetStackOutput`."""

    resource: str
    """Logical id of the resource that reads, empty outside of one."""
    stack: str
    output: str


@dataclass(frozen=True)
class Template:
    """The finished template of one planned stack."""

    plan: StackPlan
    content: Mapping[str, Json]
    protected: bool = True
    """Termination protection, as the assembly's manifest says."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The stack's tags; CloudFormation hands them to its resources."""
    size: int = 0
    """Bytes as CloudFormation counts them."""

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(Resource(id, body["Type"], body) for id, body in self.content.get("Resources", {}).items())

    @cached_property
    def by_type(self) -> dict[str, tuple[Resource, ...]]:
        """Type to its resources."""
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return {type: tuple(resources) for type, resources in found.items()}

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of the types, in the order of the arguments."""
        for type in types:
            yield from self.by_type.get(type, ())

    @cached_property
    def outputs(self) -> dict[str, Json]:
        found: dict[str, Json] = self.content.get("Outputs", {})
        return found

    @cached_property
    def reads(self) -> tuple[Read, ...]:
        """Every output that this stack reads from another."""
        found = [
            Read(resource.id, value["StackName"], value["OutputName"])
            for resource in self.resources
            for key, value in pairs(resource.body)
            if key == "Fn::GetStackOutput"
        ]
        for section in ("Outputs", "Conditions", "Parameters", "Mappings"):
            for key, value in pairs(self.content.get(section, {})):
                if key == "Fn::GetStackOutput":
                    found.append(Read("", value["StackName"], value["OutputName"]))
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Assembly:
    """The templates of one synthesis, and the plan of the whole fleet."""

    plans: Mapping[str, StackPlan]
    """Every stack of the fleet by name, also those outside this synthesis' scope."""
    templates: Mapping[str, Template]
    folder: Path = Path()

    def path(self, stack: str, resource: str) -> str:
        """Construct path of a resource by its logical id; the stack's own path for an empty one."""
        return self._paths(stack).get(resource, f"{stack}/{resource}") if resource else stack

    @cache  # noqa: B019  (an assembly lives as long as one judgement)
    def _paths(self, stack: str) -> dict[str, str]:
        file = self.folder / f"{stack}.metadata.json"
        if not file.exists():
            return {}
        return {
            entry["data"]: path.removeprefix("/")
            for path, entries in json.loads(file.read_text()).items()
            for entry in entries
            if entry["type"] == "aws:cdk:logicalId"
        }


def pairs(value: Json) -> Iterator[tuple[str, Json]]:
    """Every key and value of every mapping inside, outermost first."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            yield from here.items()
            stack.extend(reversed(here.values()))
        elif isinstance(here, list):
            stack.extend(reversed(here))


def strings(value: Json) -> Iterator[str]:
    """Every string value inside."""
    stack = [value]
    while stack:
        here = stack.pop()
        if isinstance(here, str):
            yield here
        elif isinstance(here, list):
            stack.extend(here)
        elif isinstance(here, dict):
            stack.extend(here.values())


def referenced(value: Json) -> set[str]:
    """Logical ids that a value names by Ref or GetAtt."""
    found: set[str] = set()
    for key, named in pairs(value):
        if key == "Ref":
            found.add(named)
        elif key == "Fn::GetAtt":
            found.add(named[0] if isinstance(named, list) else named.partition(".")[0])
    return found


def listed(value: Json) -> list[Json]:
    """IAM writes one or many: a list either way."""
    return value if isinstance(value, list) else [] if value is None else [value]


def read_assembly(folder: Path, plans: Mapping[str, StackPlan]) -> Assembly:
    """The assembly that a synthesis wrote. `plans` are all of the fleet's.

    Raises:
        KeyError: the assembly holds a stack that nobody planned.
    """
    manifest = json.loads((folder / "manifest.json").read_text())
    templates: dict[str, Template] = {}
    for name, artifact in manifest["artifacts"].items():
        if artifact["type"] != "aws:cloudformation:stack":
            continue
        properties = artifact["properties"]
        text = (folder / properties["templateFile"]).read_bytes()
        templates[name] = Template(
            plans[name],
            json.loads(text),
            protected=properties.get("terminationProtection", False),
            tags=properties.get("tags", {}),
            size=len(text),
        )
    return Assembly(plans, templates, folder)
