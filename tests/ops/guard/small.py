"""Fleets of a few resources, as the guard compares them."""

from __future__ import annotations

from typing import Any

from fleet.record import Record
from ops.delta.objects import Files
from ops.guard.change import Action, Change
from ops.guard.classify import classify
from ops.guard.snapshot import Snapshot, Stack, digest

RECORD = Record(
    fleet="skyline",
    domain="example.com",
    stage="test",
    accounts={},
    change_scope="cell",
    regions={},
    cells={},
)


def stack(name: str, *, account: str = "111111111111", region: str = "us-east-1", **template: Any) -> Stack:
    """`stack("network", Resources={…}, Outputs={…})`; what else a template has, by its name."""
    tags = template.pop("tags", {})
    return Stack(name, account, region, {"Resources": {}, **template}, digest(repr(template)), tags)


def snapshot(*stacks: Stack, bundles: dict[tuple[str, str], Files] | None = None) -> Snapshot:
    return Snapshot("here", RECORD, {one.name: one for one in stacks}, bundles or {})


def resource(kind: str, properties: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties or {}, **more}


def between(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Change]:
    """Name to change, of one stack with these resources before and after."""
    base, head = (snapshot(stack("one", Resources=resources)) for resources in (old, new))
    return {change.name: change for change in classify(base, head)}


def of(kind: str, old: dict[str, Any], new: dict[str, Any]) -> Change:
    """What becomes of one resource whose properties change."""
    return between({"It": resource(kind, old)}, {"It": resource(kind, new)})["It"]


def of_stacks(old: tuple[Stack, ...], new: tuple[Stack, ...]) -> dict[str, Action]:
    """Path to action."""
    return {change.path: change.action for change in classify(snapshot(*old), snapshot(*new))}


def of_objects(old: Files, new: Files, channel: str = "platform") -> dict[str, Change]:
    """Name to change, of one bundle of cell use1-a."""
    base, head = (snapshot(bundles={("use1-a", channel): files}) for files in (old, new))
    return {change.name: change for change in classify(base, head)}
