"""Edits by which an object stays, and sends elsewhere what came to it, or lets in what it kept out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ops.delta.objects import Identity, Object, Wiped, at, quantity, title

_AIMS: dict[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "Application"): ("destination", "project"),
    ("karpenter.sh", "NodePool"): ("template.spec.nodeClassRef",),
    ("karpenter.k8s.aws", "EC2NodeClass"): ("role", "instanceProfile"),
    ("eks.amazonaws.com", "NodeClass"): ("role",),
}
"""Group and kind to the fields of its `spec` that say what it works upon, or as whom."""
_MEMBERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "AppProject"): ("destinations", "sourceRepos", "clusterResourceWhitelist"),
    ("", "Service"): ("ports",),
    ("networking.istio.io", "Gateway"): ("servers",),
    ("networking.istio.io", "VirtualService"): ("hosts", "gateways"),
}
"""The same to lists of which no member may go."""
_BINDINGS = ("ClusterRoleBinding", "RoleBinding")
_EVERYBODY = frozenset({"system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:anonymous"})
_REFUSING = 400
"""HTTP status from which on an answer is none."""


def openings(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    """What a change sends elsewhere or lets in."""
    name = (title(who),)
    for path in _AIMS.get(who[:2], ()):
        before, after = (at(one, "spec", *path.split(".")) for one in (old, new))
        if before != after and before is not None:
            yield Wiped("change-selector", name, f"spec.{path} would change: {before!r} to {after!r}")
    for path in _MEMBERS.get(who[:2], ()):
        lost = _lost(at(old, "spec", path), at(new, "spec", path))
        if lost:
            yield Wiped("change-selector", name, f"spec.{path} would lose {', '.join(lost[:2])}")
    if who[1] == "VirtualService" and _refuses(new) - _refuses(old):
        yield Wiped("deny-all", name, f"would answer {', '.join(sorted(_refuses(new) - _refuses(old)))}")
    if who[1] == "PodDisruptionBudget" and _unbounded(new) and not _unbounded(old):
        yield Wiped("drop-protection", name, "would let all pods go at once")
    yield from _admissions(who, old, new)


def emptied(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    """What is left as a name alone."""
    for field in ("spec", "data"):
        if old.get(field) and not new.get(field):
            yield Wiped("empty", (title(who),), f"its {field} would be empty")


def _admissions(who: Identity, old: Object, new: Object) -> Iterator[Wiped]:
    """Whom a change lets in without asking further.

    Args:
        old: what stands; empty for a new object.
    """
    for what in sorted(_admitted(who, new) - _admitted(who, old)):
        yield Wiped("admit-all", (title(who),), f"would let {what}")


def _admitted(who: Identity, one: Object) -> set[str]:
    spec = one.get("spec") or {}
    if who[1] == "NetworkPolicy":
        return {
            f"{way} of everybody pass"
            for way, peers in (("ingress", "from"), ("egress", "to"))
            if any(not (rule or {}).get(peers) and not (rule or {}).get("ports") for rule in spec.get(way) or ())
        }
    if who[1] == "AuthorizationPolicy" and spec.get("action", "ALLOW") == "ALLOW":
        rules = spec.get("rules") or ()
        free = any(not any((rule or {}).get(key) for key in ("from", "to", "when")) for rule in rules)
        return {"every request pass"} if free else set()
    if who[1] == "PeerAuthentication":
        mode = str(at(spec, "mtls", "mode"))
        return {f"plain text in (mtls.mode {mode})"} if mode in ("DISABLE", "PERMISSIVE") else set()
    if who[1] in _BINDINGS:
        named = {str(subject.get("name")) for subject in one.get("subjects") or ()}
        return {f"{name} act by its role" for name in named & _EVERYBODY}
    return set()


def _lost(before: Any, after: Any) -> list[str]:
    left = {_identity(one) for one in after or ()}
    return [_identity(one) for one in before or () if _identity(one) not in left]


def _identity(one: Any) -> str:
    """What a member of a list is: a port by its number, anything else as it stands."""
    number = one.get("port") if isinstance(one, dict) else None
    return f"port {number}" if isinstance(number, int) else json.dumps(one, sort_keys=True)


def _refuses(one: Object) -> set[str]:
    """What routes answer by themselves, that is no answer."""
    found: set[str] = set()
    for route in at(one, "spec", "http") or ():
        status = at(route, "directResponse", "status")
        if isinstance(status, int) and status >= _REFUSING:
            found.add(f"{status} by itself")
        if at(route, "fault", "abort"):
            found.add("some requests with a fault")
    return found


def _unbounded(one: Object) -> bool:
    most, least = at(one, "spec", "maxUnavailable"), at(one, "spec", "minAvailable")
    if most is not None:
        return str(most) == "100%"
    number = quantity(str(least).removesuffix("%"))
    return number is None or number <= 0
