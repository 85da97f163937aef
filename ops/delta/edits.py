"""Wipe by edit: the object stays, and nothing is left of what it did.

A number counts as taken away when it becomes zero, and also when less than a tenth is left: `900m` for `900` is a slip
of the pen, and no cell lives on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fleet.exemption import Wipe
from ops.delta.objects import Identity, Object, Wiped, at, leaves, quantity, title

_TENTH = 10

_REPLICAS = frozenset({
    "replicas", "minReplicas", "maxReplicas", "minReplicaCount", "maxReplicaCount", "replicaCount", "autoscaleMin",
    "autoscaleMax", "autoscaling.keda.sh/paused-replicas",
})  # fmt: skip
"""Names of numbers of pods, wherever they stand: in workloads, autoscalers, and the values of charts."""

_SELECTORS = (
    "selector",
    "podSelector",
    "namespaceSelector",
    "workloadSelector",
    "scaleTargetRef",
    "serviceRef",
    "targetGroupName",
    "subnetSelectorTerms",
    "securityGroupSelectorTerms",
)
"""Fields of a `spec` that say what an object is about."""

_BOUNDS: dict[tuple[str, str], tuple[tuple[str, ...], Wipe]] = {
    ("", "ResourceQuota"): (("spec", "hard"), "quota-to-zero"),
    ("", "LimitRange"): (("spec", "limits"), "quota-to-zero"),
    ("karpenter.sh", "NodePool"): (("spec", "limits"), "limits-to-zero"),
}
"""Where a kind says how much there may be."""
_LIFE = ("pods", "cpu", "memory", "requests.", "limits.", "count/pods", "count/deployments", "count/replicasets")
"""What a service cannot live without: a bound of none of it is a wipe also where no bound stood before."""

POD_SECURITY = "pod-security.kubernetes.io/enforce"


def edits(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    """What a change takes away from one object that stays."""
    yield from _numbers(who, old, new)
    yield from _bounds(who, old, new)
    for field in _SELECTORS:
        before, after = at(old, "spec", field), at(new, "spec", field)
        if before != after:
            yield Wiped("change-selector", (title(who),), f"spec.{field} would change: {before!r} to {after!r}")
    if who[1] == "Namespace":
        before, after = (at(one, "metadata", "labels", POD_SECURITY) for one in (old, new))
        if before != after:
            yield Wiped("change-pod-security", (title(who),), f"{POD_SECURITY} would change: {before} to {after}")
    yield from denials(who, old, new)


def additions(who: Identity, new: Object) -> Iterator[Wiped]:
    """What a new object takes away from others, where others stand already."""
    if who[:2] in _BOUNDS and who[1] != "NodePool":
        yield from _bounds(who, {}, new)
    yield from denials(who, {}, new)


def _numbers(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    before = dict(leaves(old))
    for place, value in leaves(new):
        if place[-1:] and place[-1] in _REPLICAS and _taken(before.get(place), value):
            yield Wiped("scale-to-zero", (title(who),), _from_to(place, before.get(place), value))


def _bounds(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    path, action = _BOUNDS.get(who[:2], ((), "quota-to-zero"))
    if not path:
        return
    before = dict(leaves(at(old, *path)))
    for place, value in leaves(at(new, *path)):
        if who[1] == "LimitRange" and "max" not in place:
            continue
        stood = before.get(place)
        if _taken(stood, value) and (stood is not None or _keeps_alive(who, place[-1])):
            yield Wiped(action, (title(who),), _from_to((*path, *place), stood, value))


def _keeps_alive(who: Identity, what: str) -> bool:
    return who[1] == "NodePool" or what.startswith(_LIFE)


def _taken(before: Any, after: Any) -> bool:
    """Whether a number falls to nothing, or to less than a tenth. What stood at nothing may stay there."""
    now, then = quantity(after), quantity(before)
    if now is None or (then is not None and then <= 0):
        return False
    return now <= 0 or (then is not None and now * _TENTH < then)


def _from_to(place: tuple[str, ...], before: Any, after: Any) -> str:
    return f"{'.'.join(place)} would fall from {'what it is by itself' if before is None else before} to {after}"


def denials(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    """Policies that let nobody through, and did before."""
    for what in sorted(_denied(who, new) - (_denied(who, old) if old else set())):
        yield Wiped("deny-all", (title(who),), f"would let no {what} through")


def _denied(who: Identity, one: Object) -> set[str]:
    spec = one.get("spec") or {}
    if who[1] == "NetworkPolicy":
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
        return {f"{kind.lower()} traffic" for kind in types if not spec.get(kind.lower())}
    if who[1] == "AuthorizationPolicy":
        rules, action = spec.get("rules") or [], spec.get("action", "ALLOW")
        everything = any(not any((rule or {}).get(key) for key in ("from", "to", "when")) for rule in rules)
        if (action == "ALLOW" and not rules) or (action == "DENY" and everything):
            return {"request"}
    rules = spec.get("validations") if who[1] == "ValidatingAdmissionPolicy" else None
    never = any(str(at(rule, "expression")).strip() == "false" for rule in rules or ())
    return {"change of what it matches"} if never else set()
