"""The delta gate: what it refuses, and that only the fleet's own words for the very object let it pass."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fleet.exemption import Exemption
from fleet.model import Fleet
from fleet.region import Removed
from ops.delta.gate import REMEDY, Change, refusals, wiped

Object = dict[str, Any]
TODAY = date(2026, 11, 25)


def obj(kind: str, name: str, *, space: str | None = "s", api: str = "v1", **body: Any) -> Object:
    metadata = {"name": name} | ({"namespace": space} if space else {}) | body.pop("metadata", {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}


def settings(number: int) -> list[Object]:
    return [obj("ConfigMap", f"c{i}") for i in range(number)]


@pytest.fixture
def judged(fleet: Fleet) -> Callable[..., list[tuple[str, tuple[str, ...]]]]:
    """Action and resources of what speaks against a change from some objects to others."""

    def of(old: list[Object], new: list[Object], **said: Any) -> list[tuple[str, tuple[str, ...]]]:
        change = Change("use1-a", "platform", {"layer": old}, {"layer": new})
        found = wiped(change, fleet.model_copy(update=said), TODAY)
        return [(one.action, one.resources) for one in found]

    return of


def exception(action: str, *resources: str, cells: tuple[str, ...] = ("use1-a",), until: str = "2026-11-25") -> Any:
    said = {"action": action, "resources": resources, "cells": cells, "until": until}
    return {"e": Exemption.model_validate(said | {"reason": "it is meant", "who": "somebody"})}


def test_the_same_bundle_again_passes_and_so_does_a_bundle_that_grows(judged) -> None:
    objects = settings(3)
    assert judged(objects, copy.deepcopy(objects)) == []
    assert judged(objects, [*objects, obj("Namespace", "new", space=None)]) == []
    assert judged([], objects) == []


@pytest.mark.parametrize("old", [[], settings(2)], ids=["nothing stood", "two stood"])
def test_an_empty_bundle_is_never_a_wish(judged, old: list[Object]) -> None:
    assert judged(old, [])[0] == ("empty", ("Bundle platform",))


def test_a_lost_layer_is_refused_however_few_its_objects(fleet: Fleet) -> None:
    old = {"mesh": settings(1), "ingress": [obj("Service", f"s{i}") for i in range(40)]}
    new = {"ingress": [*old["ingress"], *old["mesh"]]}
    [one] = wiped(Change("use1-a", "platform", old, new), fleet, TODAY)
    assert (one.action, one.resources) == ("remove", ("Layer mesh",))


@pytest.mark.parametrize(
    ("lost", "refused"), [(2, False), (3, True)], ids=["two of twenty: 10 %", "three of twenty: more"]
)
def test_over_a_tenth_of_a_kind_is_refused(judged, lost: int, refused: bool) -> None:
    objects = settings(20)
    found = judged(objects, objects[lost:])
    assert found == ([("remove", ("ConfigMap s/c0", "ConfigMap s/c1", "ConfigMap s/c2"))] if refused else [])


def test_many_objects_of_another_kind_do_not_cover_for_a_kind_that_goes(judged) -> None:
    many = settings(500)
    assert judged([*many, obj("Service", "only")], many) == [("remove", ("Service s/only",))]


@pytest.mark.parametrize(
    ("kind", "api", "title"),
    [
        ("Namespace", "v1", "Namespace n0"),
        ("CustomResourceDefinition", "apiextensions.k8s.io/v1", "CustomResourceDefinition.apiextensions.k8s.io n0"),
        ("NodePool", "karpenter.sh/v1", "NodePool.karpenter.sh n0"),
        ("EC2NodeClass", "karpenter.k8s.aws/v1", "EC2NodeClass.karpenter.k8s.aws n0"),
    ],
)
def test_of_some_kinds_not_one_in_a_hundred_may_go(judged, kind: str, api: str, title: str) -> None:
    hundred = [obj(kind, f"n{i}", space=None, api=api) for i in range(100)]
    assert judged(hundred, hundred[1:]) == [("remove", (title,))]
    renamed = [obj(kind, "another", space=None, api=api), *hundred[1:]]
    assert judged(hundred, renamed) == [("remove", (title,))]


def test_a_newer_version_of_an_object_is_no_loss(judged) -> None:
    assert (
        judged([obj("NodePool", "a", api="karpenter.sh/v1beta1")], [obj("NodePool", "a", api="karpenter.sh/v1")]) == []
    )


# --- wipe by edit -----------------------------------------------------------------------------------------------

RULE = {"from": [{"source": {"namespaces": ["a"]}}]}
LEVEL = "pod-security.kubernetes.io/enforce"
OPTIONS = "argocd.argoproj.io/sync-options"


def level(*value: str) -> Object:
    return obj("Namespace", "s", space=None, metadata={"labels": dict.fromkeys([LEVEL][: len(value)], *value)})


EDITS: list[tuple[str, str, Object, Object]] = [
    ("replicas to 0", "scale-to-zero", obj("Deployment", "d", spec={"replicas": 5}), obj("Deployment", "d", spec={"replicas": 0})),
    ("replicas said as 0 where nobody said any", "scale-to-zero", obj("Deployment", "d", spec={}), obj("Deployment", "d", spec={"replicas": 0})),
    ("a hundred replicas to nine", "scale-to-zero", obj("Deployment", "d", spec={"replicas": 100}), obj("Deployment", "d", spec={"replicas": 9})),
    ("an autoscaler's most", "scale-to-zero", obj("ScaledObject", "d", spec={"maxReplicaCount": 9}), obj("ScaledObject", "d", spec={"maxReplicaCount": 0})),
    ("an autoscaler's least", "scale-to-zero", obj("HorizontalPodAutoscaler", "d", spec={"minReplicas": 3}), obj("HorizontalPodAutoscaler", "d", spec={"minReplicas": 0})),
    ("an autoscaler paused", "scale-to-zero", obj("ScaledObject", "d"), obj("ScaledObject", "d", metadata={"annotations": {"autoscaling.keda.sh/paused-replicas": "0"}})),
    ("a chart's value", "scale-to-zero", obj("Application", "d", spec={"source": {"helm": {"valuesObject": {"replicas": 2}}}}), obj("Application", "d", spec={"source": {"helm": {"valuesObject": {"replicas": 0}}}})),
    ("no pods in a quota", "quota-to-zero", obj("ResourceQuota", "q", spec={"hard": {"pods": "90"}}), obj("ResourceQuota", "q", spec={"hard": {"pods": "0"}})),
    ("no processor in a quota", "quota-to-zero", obj("ResourceQuota", "q", spec={"hard": {}}), obj("ResourceQuota", "q", spec={"hard": {"requests.cpu": "0m"}})),
    ("the largest container", "quota-to-zero", obj("LimitRange", "q", spec={"limits": [{"type": "Container", "max": {"cpu": "4"}}]}), obj("LimitRange", "q", spec={"limits": [{"type": "Container", "max": {"cpu": "4m"}}]})),
    ("no nodes in a pool", "limits-to-zero", obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"cpu": "900"}}), obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"cpu": "0"}})),
    ("a slip of the pen in a pool", "limits-to-zero", obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"memory": "900Gi"}}), obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"memory": "900M"}})),
    ("a limit where none was", "limits-to-zero", obj("NodePool", "p", api="karpenter.sh/v1", spec={}), obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"cpu": 0}})),
    ("a service's selector", "change-selector", obj("Service", "x", spec={"selector": {"a": "b"}}), obj("Service", "x", spec={"selector": {"a": "c"}})),
    ("a selector taken away", "change-selector", obj("Service", "x", spec={"selector": {"a": "b"}}), obj("Service", "x", spec={})),
    ("what an autoscaler scales", "change-selector", obj("ScaledObject", "x", spec={"scaleTargetRef": {"name": "x"}}), obj("ScaledObject", "x", spec={"scaleTargetRef": {"name": "y"}})),
    ("the subnets of nodes", "change-selector", obj("EC2NodeClass", "x", spec={"subnetSelectorTerms": [{"id": "a"}]}), obj("EC2NodeClass", "x", spec={"subnetSelectorTerms": [{"id": "b"}]})),
    ("rules of a policy gone", "deny-all", obj("NetworkPolicy", "n", spec={"policyTypes": ["Ingress"], "ingress": [{}]}), obj("NetworkPolicy", "n", spec={"policyTypes": ["Ingress"], "ingress": []})),
    ("one more direction", "deny-all", obj("NetworkPolicy", "n", spec={"policyTypes": ["Ingress"]}), obj("NetworkPolicy", "n", spec={"policyTypes": ["Ingress", "Egress"]})),
    ("nobody is allowed any more", "deny-all", obj("AuthorizationPolicy", "n", spec={"rules": [RULE]}), obj("AuthorizationPolicy", "n", spec={})),
    ("everybody is denied", "deny-all", obj("AuthorizationPolicy", "n", spec={"rules": [RULE]}), obj("AuthorizationPolicy", "n", spec={"action": "DENY", "rules": [{}]})),
    ("a weaker level", "change-pod-security", level("restricted"), level("privileged")),
    ("a stronger level", "change-pod-security", level("privileged"), level("restricted")),
    ("no level", "change-pod-security", level("restricted"), level()),
    ("prune without asking", "drop-protection", obj("Namespace", "n", metadata={"annotations": {OPTIONS: "Prune=confirm,Delete=confirm"}}), obj("Namespace", "n")),
    ("pruning by itself", "drop-protection", obj("Application", "a", spec={"syncPolicy": {"automated": {"prune": False}}}), obj("Application", "a", spec={"syncPolicy": {"automated": {"prune": True}}})),
    ("a finalizer that cascades", "drop-protection", obj("Application", "a"), obj("Application", "a", metadata={"finalizers": ["resources-finalizer.argocd.argoproj.io"]})),
    ("a guard that only audits", "change-guard", obj("ValidatingAdmissionPolicyBinding", "g", spec={"validationActions": ["Deny"]}), obj("ValidatingAdmissionPolicyBinding", "g", spec={"validationActions": ["Audit"]})),
    ("a guard of nothing", "change-guard", obj("ValidatingAdmissionPolicy", "g", spec={"validations": [{"expression": "false"}]}), obj("ValidatingAdmissionPolicy", "g", spec={"validations": [{"expression": "true"}]})),
    ("a role that deletes", "grant-deletion", obj("ClusterRole", "r", rules=[{"resources": ["namespaces"], "verbs": ["get"]}]), obj("ClusterRole", "r", rules=[{"resources": ["namespaces"], "verbs": ["get", "delete"]}])),
    ("a role that may do anything", "grant-deletion", obj("ClusterRole", "r", rules=[]), obj("ClusterRole", "r", rules=[{"resources": ["pods"], "verbs": ["*"]}])),
]  # fmt: skip


@pytest.mark.parametrize(("action", "old", "new"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
def test_wiping_by_edit_is_refused_and_passes_by_an_exception_for_exactly_that(
    judged, action: str, old: Object, new: Object
) -> None:
    found = judged([old], [new])
    assert [one for one, _ in found] == [action]
    [(_, resources)] = found
    assert judged([old], [new], exceptions=exception(action, *resources)) == []
    another = "remove" if action != "remove" else "empty"
    assert judged([old], [new], exceptions=exception(another, *resources)) == found


PASSING: list[tuple[str, Object, Object]] = [
    ("more replicas", obj("Deployment", "d", spec={"replicas": 5}), obj("Deployment", "d", spec={"replicas": 9})),
    ("half the replicas", obj("Deployment", "d", spec={"replicas": 8}), obj("Deployment", "d", spec={"replicas": 4})),
    ("replicas that were 0", obj("Deployment", "d", spec={"replicas": 0}), obj("Deployment", "d", spec={"replicas": 0, "x": 1})),
    ("load balancers forbidden", obj("ResourceQuota", "q", spec={"hard": {}}), obj("ResourceQuota", "q", spec={"hard": {"services.loadbalancers": "0"}})),
    ("the same limit in another unit", obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"memory": "1Gi"}}), obj("NodePool", "p", api="karpenter.sh/v1", spec={"limits": {"memory": "1024Mi"}})),
    ("a new image", obj("Deployment", "d", spec={"image": "a"}), obj("Deployment", "d", spec={"image": "b"})),
    ("a newer version of a level", level("restricted"), obj("Namespace", "s", space=None, metadata={"labels": {LEVEL: "restricted", f"{LEVEL}-version": "v1.36"}})),
    ("one more caller", obj("NetworkPolicy", "n", spec={"policyTypes": ["Ingress"], "ingress": [{"a": 1}]}), obj("NetworkPolicy", "n", spec={"policyTypes": ["Ingress"], "ingress": [{"a": 1}, {"b": 1}]})),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), [one[1:] for one in PASSING], ids=[one[0] for one in PASSING])
def test_a_days_work_passes(judged, old: Object, new: Object) -> None:
    assert judged([old], [new]) == []


@pytest.mark.parametrize(
    ("action", "new"),
    [
        ("deny-all", obj("NetworkPolicy", "n", spec={"podSelector": {}, "policyTypes": ["Ingress"]})),
        ("deny-all", obj("AuthorizationPolicy", "n", spec={})),
        ("quota-to-zero", obj("ResourceQuota", "n", spec={"hard": {"pods": "0"}})),
        ("grant-deletion", obj("ClusterRole", "n", rules=[{"resources": ["pods"], "verbs": ["deletecollection"]}])),
        ("grant-deletion", obj("ClusterRoleBinding", "n", roleRef={"name": "cluster-admin"})),
    ],
)
def test_a_new_object_that_cripples_those_which_stand_is_refused(judged, action: str, new: Object) -> None:
    stands = obj("Namespace", "s", space=None)
    assert [one for one, _ in judged([stands], [stands, new])] == [action]


def test_a_new_namespace_may_begin_with_a_denial(judged) -> None:
    stands, born = obj("Namespace", "old", space=None), obj("Namespace", "s", space=None)
    denial = obj("NetworkPolicy", "n", spec={"podSelector": {}, "policyTypes": ["Ingress"]})
    assert judged([stands], [stands, born, denial]) == []


# --- what lets pass ---------------------------------------------------------------------------------------------

TWO = [obj("Namespace", "a", space=None), obj("Namespace", "b", space=None)]
GOES = [("remove", ("Namespace a",))]


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        (exception("remove", "Namespace a"), True),
        (exception("remove", "Namespace b"), False),
        (exception("empty", "Namespace a"), False),
        (exception("remove", "Namespace a", cells=("use1-b",)), False),
        (exception("remove", "Namespace a", until="2026-11-24"), False),
    ],
    ids=["exactly that", "another's", "another action", "another cell", "over since yesterday"],
)
def test_an_exception_is_for_exactly_that(judged, said: Any, passes: bool) -> None:
    assert judged(TWO, TWO[1:], exceptions=said) == ([] if passes else GOES)


def test_exceptions_are_taken_off_before_the_tenth_is_counted(judged) -> None:
    objects = settings(20)
    meant = exception("remove", "ConfigMap s/c0", "ConfigMap s/c1")
    assert judged(objects, objects[4:], exceptions=meant) == []
    assert judged(objects, objects[5:], exceptions=meant) == [
        ("remove", ("ConfigMap s/c2", "ConfigMap s/c3", "ConfigMap s/c4"))
    ]


def test_a_tombstone_lets_its_neighbours_forget_a_cell_and_nothing_else(judged) -> None:
    secret = obj("ExternalSecret", "istio-remote-secret-use1-y")
    space = obj("Namespace", "kept-use1-y", space=None)
    removed = {"us-east-1/y": Removed(slot=6, on="2026-11-20", reason="replaced")}
    assert judged([secret, *TWO], TWO) == [("remove", ("ExternalSecret s/istio-remote-secret-use1-y",))]
    assert judged([secret, *TWO], TWO, removed=removed) == []
    assert judged([space, *TWO], TWO, removed=removed) == [("remove", ("Namespace kept-use1-y",))]


def test_a_refusal_names_the_object_the_reason_and_what_to_do(fleet: Fleet) -> None:
    said = refusals(Change("use1-a", "service-a", {"a": TWO}, {"a": TWO[1:]}), fleet, TODAY)
    assert said == (
        "Namespace a: would no longer be in the bundle; everything in it would go along (remove)",
        REMEDY,
    )
