"""What becomes of a resource when one of its properties gets another value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ops.guard.change import Action
from ops.guard.paths import Path, covers, dotted
from ops.guard.schemas import Schema, schema
from ops.guard.silences import silences

Properties = Mapping[str, Any]
Ruling = tuple[Action, str]
"""What becomes of it, and why no milder thing; no why for an update in place."""


def ruling(type_name: str, region: str, path: Path, before: Properties, after: Properties) -> Ruling:
    """What another value at a place of a resource's properties makes of it.

    Args:
        path: as deep as one can look; what a schema fixes at, below or around it counts.
        before: its properties.
        after: the same, later.
    """
    rows = [
        (one.action, f"{dotted(one.property)} {one.why}")
        for one in silences(type_name)
        if covers(one.property, path) and not one.unless(before, after)
    ]
    return max((_said(schema(type_name, region), type_name, path), *rows), key=lambda one: one[0])


def _said(known: Schema | None, type_name: str, path: Path) -> Ruling:
    """What the schema says."""
    if known is None:
        return Action.MAY_REPLACE, f"nothing is known of {type_name}, so any change of it may make another one"
    if path[0] not in known.properties:
        return Action.MAY_REPLACE, f"{path[0]} is no property that the schema of {type_name} knows"
    if not known.updatable:
        return Action.REPLACE, f"a {type_name} is never updated: any change makes another one"
    for pattern in known.create_only:
        if covers(pattern, path):
            return Action.REPLACE, f"{dotted(pattern)} is fixed at creation"
    for pattern in known.identifier:
        if covers(pattern, path):
            return Action.REPLACE, f"{dotted(pattern)} is what it is known by"
    for pattern in known.conditional:
        if covers(pattern, path):
            return Action.MAY_REPLACE, f"{dotted(pattern)} is fixed at creation in some cases"
    return Action.UPDATE, ""


def tags_ruling(type_name: str, region: str) -> Ruling:
    """What other tags of its stack, which CloudFormation hands down, make of a resource."""
    known = schema(type_name, region)
    if known is None or not known.taggable or known.tags_updatable:
        return Action.UPDATE, ""
    return Action.MAY_REPLACE, f"tags of a {type_name} are fixed at creation, and its stack's are handed down to it"
