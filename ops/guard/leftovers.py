"""What stays behind of what is replaced, and what it keeps others from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.guard.change import Action
from ops.guard.drafts import Draft, Drafts
from ops.guard.paths import dotted
from ops.guard.schemas import schema
from ops.guard.snapshot import Snapshot, Stack

STAYS = ("Retain", "RetainExceptOnCreate")
"""Policies by which a resource outlives its place in a template."""
_LEAVES = {Action.DELETE: "is deleted", Action.ORPHAN: "is left behind"}

Definition = Mapping[str, Any]
Name = tuple[str, ...]
"""Account, region, type, and what a resource is known by."""


def note(base: Snapshot, head: Snapshot, drafts: Drafts) -> None:
    """Say so beside the changes that have any."""
    left: dict[Name, tuple[str, Action]] = {}
    for draft, stack, one in _resources(base, drafts, *_LEAVES):
        name = _name(stack, one)
        if name:
            left[name] = f"{draft.home}/{draft.name}", draft.action
    for draft, stack, one in _resources(head, drafts, Action.CREATE):
        name = _name(stack, one)
        if name in left:
            path, action = left[name]
            how = f"it has the name of {path}, which {_LEAVES[action]}: it cannot be made while that one stands"
            drafts.add(draft.action, draft.home, draft.name, draft.type, why=how)
    for draft, _, one in _resources(head, drafts, Action.MAY_REPLACE, Action.REPLACE):
        before = base.stacks[draft.home].resources.get(draft.name, {}) if draft.home in base.stacks else {}
        if all(each.get("UpdateReplacePolicy") in STAYS for each in (before, one)):
            why = "by its UpdateReplacePolicy the old one stays in AWS with what it holds, and nobody owns it"
            drafts.add(draft.action, draft.home, draft.name, draft.type, why=why)


def _resources(side: Snapshot, drafts: Drafts, *actions: Action) -> Iterator[tuple[Draft, Stack, Definition]]:
    for draft in list(drafts.found.values()):
        stack = side.stacks.get(draft.home)
        if draft.action in actions and stack is not None and draft.name in stack.resources:
            yield draft, stack, stack.resources[draft.name]


def _name(stack: Stack, one: Definition) -> Name:
    """What a resource is known by, where its template says all of it; else empty."""
    kind, properties = str(one.get("Type")), one.get("Properties") or {}
    known = schema(kind, stack.region)
    if known is None or not known.named:
        return ()
    parts = [properties.get(dotted(path)) for path in known.identifier]
    return () if None in parts else (stack.account, stack.region, kind, *map(repr, parts))
