"""What CloudFormation's registry says of changing a resource: the schemas that come with cfn-lint.

Read as files and one type at a time: importing cfn-lint takes seconds, and a change is of few types. A type has one
schema in all regions of a release of cfn-lint; regions differ by the types they have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path as File
from typing import Any

from ops.guard.paths import Path

FIRST = "us-east-1"
"""Region whose registry has nearly every type."""


@dataclass(frozen=True)
class Schema:
    """What of a type can be changed, and how. Paths are those of properties, `*` for any member."""

    type: str
    properties: frozenset[str]
    """Names at the top."""
    create_only: tuple[Path, ...] = ()
    """Fixed at creation: another value is another resource."""
    conditional: tuple[Path, ...] = ()
    """Fixed at creation in cases that the schema does not tell."""
    identifier: tuple[Path, ...] = ()
    """What the resource is known by, as far as a template can write it."""
    named: bool = False
    """Whether that is all it is known by: two of the same values cannot stand side by side."""
    updatable: bool = True
    """Whether the type knows an update at all; without one any change makes another resource."""
    taggable: bool = True
    """Whether the stack's tags are handed down to it."""
    tags_updatable: bool = True


@cache
def schema(type_name: str, region: str = FIRST) -> Schema | None:
    """What the registry of a region knows of a type, else that of us-east-1; None where neither has it."""
    for place in dict.fromkeys((region, FIRST)):
        found = _registry(place).get(type_name)
        if found is not None:
            return _read(type_name, found)
    return None


@cache
def _read(type_name: str, digest: str) -> Schema:
    document: dict[str, Any] = json.loads((_folder() / "resources" / f"{digest}.json").read_text(encoding="utf-8"))
    read_only = _paths(document, "readOnlyProperties")
    identifier = _paths(document, "primaryIdentifier")
    tagging = document.get("tagging") or {}
    handlers = document.get("handlers") or {}
    return Schema(
        type=type_name,
        properties=frozenset(document.get("properties", {})),
        create_only=_paths(document, "createOnlyProperties"),
        conditional=_paths(document, "conditionalCreateOnlyProperties"),
        identifier=tuple(one for one in identifier if one not in read_only),
        named=not any(one in read_only for one in identifier),
        # Types of before the registry list no handlers; what they can is unknown, and their properties say the rest.
        updatable=not handlers or "update" in handlers,
        taggable=bool(tagging.get("taggable", True)),
        tags_updatable=bool(tagging.get("tagUpdatable", True)),
    )


def _paths(document: Mapping[str, Any], key: str) -> tuple[Path, ...]:
    """JSON pointers into the schema, as paths into a template: `/properties/A/items/properties/B` is A, any, B."""
    return tuple(_path(pointer) for pointer in document.get(key) or ())


def _path(pointer: str) -> Path:
    parts = pointer.strip("/").split("/")
    return tuple("*" if part == "items" else part for part in parts if part != "properties")


@cache
def _registry(region: str) -> dict[str, str]:
    """Type to the digest of its schema; empty for a region that this release of cfn-lint does not know."""
    file = _folder() / "providers" / f"{region}.json"
    listed: dict[str, str] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return listed


@cache
def _folder() -> File:
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    return File(spec.origin).parent / "data" / "schemas"
