"""What a change makes of the objects of one bundle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ops.delta.objects import Files, Identity, Object, at, by_identity, title
from ops.guard.change import Action
from ops.guard.drafts import Drafts
from ops.guard.immutable import immutable
from ops.guard.paths import differing, dotted
from ops.guard.stateful import is_stateful_object

_SYNC = "argocd.argoproj.io/sync-options"
_FINALIZER = "resources-finalizer.argocd.argoproj.io"


def compare(cell: str, channel: str, old: Files, new: Files, pruned: bool, drafts: Drafts) -> None:
    """Note what differs between a bundle before and after.

    Args:
        pruned: whether whoever delivers the bundle removes what leaves it.
    """
    if old == new:
        return
    home = f"{cell}/{channel}"
    before, after = by_identity(old), by_identity(new)
    known = len(drafts.found)
    for who in dict.fromkeys([*before, *after]):
        name, stateful = title(who), is_stateful_object(who)
        kind = name.partition(" ")[0]
        if who not in after:
            action, why = _gone(before[who], pruned)
            drafts.add(action, home, name, kind, stateful=stateful, why=why)
        elif who not in before:
            drafts.add(Action.CREATE, home, name, kind, stateful=stateful)
        elif before[who] != after[who]:
            drafts.add(Action.UPDATE, home, name, kind, stateful=stateful)
            for path, action, why in _changed(who, before[who], after[who]):
                drafts.add(action, home, name, kind, fields=(path,) if path else (), why=why)
    if len(drafts.found) == known:
        files = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
        why = "the same objects, in other files or another order"
        drafts.add(Action.UPDATE, home, f"Bundle {channel}", "Bundle", fields=files, why=why)


def note_moves(drafts: Drafts) -> None:
    """Say of what leaves a bundle that another bundle of its cell has it from now on."""
    born: dict[tuple[str, str], str] = {}
    for (home, name), draft in drafts.found.items():
        if draft.action is Action.CREATE and "/" in home:
            born[home.partition("/")[0], name] = home
    for (home, name), draft in list(drafts.found.items()):
        there = born.get((home.partition("/")[0], name))
        if there and draft.action in (Action.ORPHAN, Action.DELETE):
            drafts.add(draft.action, home, name, draft.type, why=f"{there} has it from now on")


def _gone(one: Object, pruned: bool) -> tuple[Action, str]:
    options = _options(one)
    if not pruned:
        return Action.ORPHAN, "it is no longer in the bundle; nothing is pruned, so it stays in the cluster"
    if "Prune=false" in options or "Prune=confirm" in options:
        return Action.ORPHAN, f"it is no longer in the bundle; by its own word ({options}) it is not pruned by itself"
    return Action.DELETE, "it is no longer in the bundle, and the bundle's Application prunes"


def _changed(who: Identity, before: Object, after: Object) -> Iterator[tuple[str, Action, str]]:
    options = _options(after)
    if "Force=true" in options and "Replace=true" in options:
        yield "", Action.REPLACE, f"by its own word ({_SYNC}) Argo CD deletes it and makes it again with every change"
    for path in differing(before, after):
        why = immutable(who, path, before, after)
        yield dotted(path), Action.REPLACE if why else Action.UPDATE, why


def _options(one: Object) -> str:
    return str((at(one, "metadata", "annotations") or {}).get(_SYNC, ""))


def prunes(bundles: Mapping[tuple[str, str], Files], cell: str, channel: str) -> bool:
    """Whether the cell's Application of a channel removes what leaves its bundle, or would take it along itself."""
    platform = bundles.get((cell, "platform"), {})
    return any(_prunes(one) for objects in platform.values() for one in objects if _delivers(one, channel))


def _delivers(one: Mapping[str, Any], channel: str) -> bool:
    return one.get("kind") == "Application" and at(one, "spec", "source", "targetRevision") == channel


def _prunes(application: Mapping[str, Any]) -> bool:
    finalizers = at(application, "metadata", "finalizers") or ()
    return bool(at(application, "spec", "syncPolicy", "automated", "prune")) or _FINALIZER in finalizers
