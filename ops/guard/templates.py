"""What a change makes of the resources of one stack, before anybody asks who refers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.guard.change import Action
from ops.guard.drafts import Drafts
from ops.guard.leftovers import STAYS
from ops.guard.paths import Path, differing, dotted
from ops.guard.references import OUTPUTS
from ops.guard.rulings import ruling, tags_ruling
from ops.guard.snapshot import Stack
from ops.guard.stateful import is_stateful

Definition = Mapping[str, Any]

PROPERTIES = "Properties"
_SECTIONS = {
    OUTPUTS: "Output",
    "Parameters": "Parameter",
    "Conditions": "Condition",
    "Mappings": "Mapping",
    "Rules": "Rule",
    "Metadata": "Metadata",
    "Hooks": "Hook",
}
"""Sections of a template other than its resources, to the type that a change of a member has."""

_WAITS = "DependsOn"
_APART = ("Type", PROPERTIES, _WAITS)


def kind(one: Definition) -> str:
    """Its type; empty where a template does not say."""
    return str(one.get("Type", ""))


def compare(old: Stack | None, new: Stack | None, drafts: Drafts) -> None:
    """Note what differs between a stack before and after."""
    if old is None and new is not None:
        for name, one in new.resources.items():
            drafts.add(Action.CREATE, new.name, name, kind(one), stateful=is_stateful(one), why="its stack is new")
    elif old is not None and new is None:
        for name, one in old.resources.items():
            _gone(old, name, one, "its stack is no longer there", drafts)
    elif old is not None and new is not None:
        moved = (old.account, old.region) != (new.account, new.region)
        if moved or old.template != new.template:
            _resources(old, new, moved, drafts)
            _sections(old, new, drafts)
        if old.tags != new.tags:
            _tags(old, new, drafts)


def _resources(old: Stack, new: Stack, moved: bool, drafts: Drafts) -> None:
    before, after = old.resources, new.resources
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            _gone(old, name, before[name], "it is no longer in the template", drafts)
        elif name not in before:
            one = after[name]
            drafts.add(Action.CREATE, new.name, name, kind(one), stateful=is_stateful(one))
        elif before[name] != after[name] or moved:
            _changed(old, new, name, drafts)
            if moved:
                where = f"its stack moves from {old.account}/{old.region} to {new.account}/{new.region}"
                drafts.add(Action.REPLACE, new.name, name, kind(after[name]), why=where)


def _gone(stack: Stack, name: str, one: Definition, how: str, drafts: Drafts) -> None:
    policy = one.get("DeletionPolicy")
    if policy in STAYS:
        action, why = Action.ORPHAN, f"{how}; by its DeletionPolicy ({policy}) it stays in AWS, and nobody owns it"
    elif policy == "Snapshot":
        action, why = Action.DELETE, f"{how}; by its DeletionPolicy (Snapshot) only a snapshot is left"
    else:
        action, why = Action.DELETE, f"{how}, and no DeletionPolicy keeps it"
    drafts.add(action, stack.name, name, kind(one), stateful=is_stateful(one), why=why)


def _changed(old: Stack, new: Stack, name: str, drafts: Drafts) -> None:
    before, after = old.resources[name], new.resources[name]
    type_name, stateful = kind(after), is_stateful(before, after)

    def note(action: Action, field: str, why: str = "") -> None:
        drafts.add(action, new.name, name, type_name, stateful=stateful, fields=(field,) if field else (), why=why)

    if kind(before) != type_name:
        note(Action.REPLACE, "Type", f"it was a {kind(before)}")
    drafts.add(Action.UPDATE, new.name, name, type_name, stateful=stateful)
    was, is_ = before.get(PROPERTIES) or {}, after.get(PROPERTIES) or {}
    for path in differing(was, is_):
        in_place = not path or _reshards(path, before, after)
        action, why = (Action.UPDATE, "") if in_place else ruling(type_name, new.region, path, was, is_)
        note(action, dotted((PROPERTIES, *path)), why)
    for path in _attributes(before, after):
        note(Action.UPDATE, dotted(path))
    if before.get("Condition") != after.get("Condition") and after.get("Condition"):
        gone = Action.ORPHAN if before.get("DeletionPolicy") in STAYS else Action.DELETE
        note(gone, "", f"it now depends on the condition {after['Condition']}, and may be taken away")


def _reshards(path: Path, *sides: Definition) -> bool:
    """Whether shards of a cache come and go online: only where the update policy says so, before and after."""
    return path == ("NumNodeGroups",) and all(
        (one.get("UpdatePolicy") or {}).get("UseOnlineResharding") is True for one in sides
    )


def _attributes(before: Definition, after: Definition) -> Iterator[Path]:
    """Everything but type and properties. What a resource waits for has no order."""
    if _names(before.get(_WAITS)) != _names(after.get(_WAITS)):
        yield (_WAITS,)
    old, new = ({key: part for key, part in one.items() if key not in _APART} for one in (before, after))
    yield from differing(old, new)


def _names(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set(value or ())


def _sections(old: Stack, new: Stack, drafts: Drafts) -> None:
    for section in dict.fromkeys([*old.template, *new.template]):
        before, after = old.template.get(section), new.template.get(section)
        if section == "Resources" or before == after:
            continue
        member = _SECTIONS.get(section)
        if member is None or not all(isinstance(one, Mapping) for one in (before or {}, after or {})):
            drafts.add(Action.UPDATE, new.name, section, "Template", fields=(section,))
            continue
        was, is_ = before or {}, after or {}
        for name in dict.fromkeys([*was, *is_]):
            if name in was and name in is_ and was[name] == is_[name]:
                continue
            action = Action.DELETE if name not in is_ else Action.CREATE if name not in was else Action.UPDATE
            fields = [dotted(path) for path in differing(was.get(name), is_.get(name))] if name in was else []
            drafts.add(action, new.name, f"{section}.{name}", member, fields=fields if action is Action.UPDATE else ())


def _tags(old: Stack, new: Stack, drafts: Drafts) -> None:
    fields = [dotted(("Tags", *path)) for path in differing(dict(old.tags), dict(new.tags))]
    drafts.add(Action.UPDATE, new.name, "Tags", "Stack", fields=fields, why="every resource of the stack gets them")
    for name, one in new.resources.items():
        action, why = tags_ruling(kind(one), new.region)
        if action > Action.UPDATE and name in old.resources:
            stateful = is_stateful(one, old.resources[name])
            drafts.add(action, new.name, name, kind(one), stateful=stateful, fields=("Tags",), why=why)
