"""What keeps objects from being removed may not be taken off on the way: the next change would find nobody there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ops.delta.objects import Identity, Object, Wiped, at, title

_OPTIONS = "argocd.argoproj.io/sync-options"
_KEPT = ("Prune=false", "Delete=false", "Prune=confirm", "Delete=confirm")
_GUARDS = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
_ROLES = ("ClusterRole", "Role")
_BINDINGS = ("ClusterRoleBinding", "RoleBinding")
_DELETING = frozenset({"*", "delete", "deletecollection"})
_STANDARD = frozenset({"cluster-admin", "admin", "edit"})
"""Roles of Kubernetes itself that may delete."""


def unprotected(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    """What would no longer be protected, or might be deleted, after a change.

    Args:
        old: what stands; empty for a new object.
    """
    name = (title(who),)
    if old:
        lost = [option for option in _KEPT if option in _options(old) and option not in _options(new)]
        if lost:
            yield Wiped("drop-protection", name, f"would lose {', '.join(lost)}, by which Argo CD leaves it alone")
    if old and who[1] in _GUARDS and old.get("spec") != new.get("spec"):
        yield Wiped("change-guard", name, "what the API server refuses would change")
    if who[1] == "Application":
        for field in sorted(_prunes(new) - _prunes(old)):
            yield Wiped("drop-protection", name, f"would take objects away by itself: {field}")
    if who[1] in _ROLES:
        gained = _deletes(new) - _deletes(old)
        if gained:
            yield Wiped("grant-deletion", name, f"would allow {', '.join(sorted(gained))}")
    if who[1] in _BINDINGS and at(new, "roleRef", "name") in _STANDARD and new.get("roleRef") != old.get("roleRef"):
        yield Wiped("grant-deletion", name, f"would bind {at(new, 'roleRef', 'name')}, which may delete")


def _options(one: Object) -> set[str]:
    said = at(one, "metadata", "annotations", _OPTIONS)
    return {option.strip() for option in str(said or "").split(",")}


def _prunes(one: Object) -> set[str]:
    automated = at(one, "spec", "syncPolicy", "automated") or {}
    found = {f"automated.{field}" for field in ("prune", "allowEmpty") if automated.get(field)}
    return found | {f"finalizer {name}" for name in at(one, "metadata", "finalizers") or () if "resources" in str(name)}


def _deletes(one: Object) -> set[str]:
    rules: Any = one.get("rules") or ()
    return {
        f"{verb} {resource}"
        for rule in rules
        for verb in rule.get("verbs") or ()
        if verb in _DELETING
        for resource in rule.get("resources") or rule.get("nonResourceURLs") or ()
    }
