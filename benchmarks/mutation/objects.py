"""Mutants of bundles: each object deleted, renamed, unprotected, emptied, opened."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.mutation.mutant import Mutant
from benchmarks.mutation.oracle import of_object
from ops.guard.snapshot import Snapshot

Object = dict[str, Any]
Edit = tuple[str, str | None, Callable[[Object], bool]]

_OPTIONS = "argocd.argoproj.io/sync-options"
_POD_SECURITY = "pod-security.kubernetes.io/enforce"


def mutants(base: Snapshot) -> Iterator[Mutant]:
    """All of a fleet's bundles."""
    for (cell, channel), files in base.bundles.items():
        kinds = Counter(one["kind"] for objects in files.values() for one in objects)
        for layer, objects in files.items():
            for body in objects:
                yield from _of(body, (cell, channel), layer, kinds[body["kind"]] == 1)


def _of(body: Any, home: tuple[str, str], layer: str, alone: bool) -> Iterator[Mutant]:
    kind, metadata = body["kind"], body["metadata"]
    name = f"{kind} {metadata.get('namespace', '')}/{metadata['name']}"
    bundle = home[1].partition("-")[0]

    def mutant(how: str, kills: str | None, *after: Object) -> Mutant:
        standing = {str(place): one for place, one in enumerate(after)}
        return Mutant(home, bundle, name, kind, how, kills, body, standing, layer)

    gone = of_object(kind, alone)
    yield mutant("delete", gone)
    yield mutant("rename", gone, {**body, "metadata": {**metadata, "name": f"{metadata['name']}x"}})
    if "namespace" in metadata:
        yield mutant("move", gone, {**body, "metadata": {**metadata, "namespace": "default"}})
    for how, kills, change in (*EDITS.get(kind, ()), *_EVERYWHERE):
        after = copy.deepcopy(dict(body))
        if change(after) and after != body:
            yield mutant(how, kills, after)


def _at(one: Any, path: str) -> Any:
    for part in path.split("."):
        one = one.get(part) if isinstance(one, dict) else None
    return one


def _set(how: str, kills: str | None, path: str, value: Any, *, born: bool = False) -> Edit:
    def act(one: Object) -> bool:
        *above, last = path.split(".")
        place = _at(one, ".".join(above)) if above else one
        if not isinstance(place, dict) or (last not in place and not born):
            return False
        place[last] = value
        return True

    return how, kills, act


def _zeros(how: str, kills: str | None, path: str, *names: str) -> Edit:
    """Numbers at a place become nothing: all, or those of these names."""

    def act(one: Object) -> bool:
        place = _at(one, path)
        found = [key for key in place if not names or key in names] if isinstance(place, dict) else []
        for key in found:
            place[key] = 0 if isinstance(place[key], int) else "0"
        return bool(found)

    return how, kills, act


def _unprotected(one: Object) -> bool:
    notes = one["metadata"].get("annotations", {})
    said = str(notes.get(_OPTIONS, "")).split(",")
    left = [option for option in said if not option.startswith(("Prune=", "Delete="))]
    if left == said:
        return False
    notes[_OPTIONS] = ",".join(left)
    return True


def _privileged(one: Object) -> bool:
    labels = one["metadata"].get("labels", {})
    if labels.get(_POD_SECURITY) in (None, "privileged"):
        return False
    labels[_POD_SECURITY] = "privileged"
    return True


def _all_verbs(one: Object) -> bool:
    for rule in one.get("rules", ()):
        rule |= {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
        rule.pop("resourceNames", None)
    return bool(one.get("rules"))


def _admins(one: Object) -> bool:
    one["roleRef"] = {**one["roleRef"], "kind": "ClusterRole", "name": "cluster-admin"}
    return True


def _everybody(one: Object) -> bool:
    one["subjects"] = [{"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "system:authenticated"}]
    return True


def _denies(one: Object) -> bool:
    one["spec"] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return True


def _opens(one: Object) -> bool:
    spec = one["spec"]
    for way in ("ingress", "egress"):
        if spec.get(way):
            spec[way] = [{}]
    return bool(spec.get("ingress") or spec.get("egress"))


def _nobody(one: Object) -> bool:
    if not one["spec"].get("rules"):
        return False
    one["spec"]["rules"] = []
    return True


def _anybody(one: Object) -> bool:
    if one["spec"].get("action") == "DENY":
        return False
    one["spec"]["rules"] = [{}]
    return True


def _no_routes(one: Object) -> bool:
    one["spec"]["http"] = [{"directResponse": {"status": 503}}]
    return True


def _prunes(one: Object) -> bool:
    automated = one["spec"].get("syncPolicy", {}).get("automated")
    if not isinstance(automated, dict):
        return False
    automated["prune"] = True
    return True


def _unlimited(one: Object) -> bool:
    if not isinstance(one["spec"].get("limits"), dict):
        return False
    one["spec"]["limits"] = {"nodes": 0}
    return True


_EVERYWHERE: tuple[Edit, ...] = (
    ("edit protection off", "guard", _unprotected),
    _set("edit emptied", None, "spec", {}),
    _set("edit data emptied", None, "data", {}),
)

EDITS: dict[str, tuple[Edit, ...]] = {
    "Namespace": (("edit pod security off", "guard", _privileged),),
    "Deployment": (
        _set("edit no replicas", "traffic", "spec.replicas", 0, born=True),
        _set("edit selector", "traffic", "spec.selector", {"matchLabels": {"app": "nobody"}}),
    ),
    "HorizontalPodAutoscaler": (
        _zeros("edit no replicas", "traffic", "spec", "minReplicas", "maxReplicas"),
        _set("edit target", "traffic", "spec.scaleTargetRef.name", "nobody"),
    ),
    "ScaledObject": (
        _zeros("edit no replicas", "traffic", "spec", "minReplicaCount", "maxReplicaCount"),
        _set("edit target", "traffic", "spec.scaleTargetRef.name", "nobody"),
    ),
    "PodDisruptionBudget": (
        _set("edit all may go", "guard", "spec.maxUnavailable", "100%"),
        _set("edit selector", "guard", "spec.selector", {"matchLabels": {"app": "nobody"}}),
    ),
    "ResourceQuota": (
        _zeros("edit nothing may run", "traffic", "spec.hard", "pods", "requests.cpu", "requests.memory"),
    ),
    "NetworkPolicy": (("edit denies all", "traffic", _denies), ("edit admits all", "guard", _opens)),
    "AuthorizationPolicy": (("edit denies all", "traffic", _nobody), ("edit admits all", "guard", _anybody)),
    "PeerAuthentication": (_set("edit plain text", "guard", "spec.mtls.mode", "DISABLE"),),
    "NodePool": (
        ("edit no nodes", "cell", _unlimited),
        _set("edit class", "cell", "spec.template.spec.nodeClassRef.name", "nobody"),
    ),
    "EC2NodeClass": (
        _set("edit no subnets", "cell", "spec.subnetSelectorTerms", [{"tags": {"no": "such"}}]),
        _set("edit no groups", "cell", "spec.securityGroupSelectorTerms", [{"tags": {"no": "such"}}]),
        _set("edit role", "cell", "spec.instanceProfile", "nobody"),
    ),
    "Service": (
        _set("edit selector", "traffic", "spec.selector", {"app": "nobody"}),
        _set("edit no ports", "traffic", "spec.ports", []),
    ),
    "TargetGroupBinding": (
        _set("edit target group", "traffic", "spec.targetGroupName", "nobody"),
        _set("edit service", "traffic", "spec.serviceRef.name", "nobody"),
    ),
    "Gateway": (
        _set("edit no servers", "traffic", "spec.servers", []),
        _set("edit selector", "traffic", "spec.selector", {"istio": "nobody"}),
    ),
    "VirtualService": (
        _set("edit host", "traffic", "spec.hosts", ["nowhere.example"]),
        ("edit answers 503", "traffic", _no_routes),
    ),
    "Application": (
        ("edit prunes", "guard", _prunes),
        _set("edit destination", "cell", "spec.destination.namespace", "default"),
    ),
    "AppProject": (_set("edit no destinations", "cell", "spec.destinations", []),),
    "ValidatingAdmissionPolicy": (
        _set("edit lets pass", "guard", "spec.validations", [{"expression": "true"}]),
        _set("edit fails open", "guard", "spec.failurePolicy", "Ignore", born=True),
        _set("edit matches nothing", "guard", "spec.matchConstraints.resourceRules", []),
    ),
    "ValidatingAdmissionPolicyBinding": (
        _set("edit audits", "guard", "spec.validationActions", ["Audit"]),
        _set("edit policy", "guard", "spec.policyName", "nobody"),
    ),
    "ClusterRole": (("widen verbs", "rights", _all_verbs),),
    "Role": (("widen verbs", "rights", _all_verbs),),
    "ClusterRoleBinding": (("widen to admins", "rights", _admins), ("widen to everybody", "rights", _everybody)),
    "RoleBinding": (("widen to admins", "rights", _admins), ("widen to everybody", "rights", _everybody)),
}
