"""The guard refuses what once took a platform down, and nobody who deploys can take it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from admission.rules import context, evaluate
from fleet.cell import Cell
from k8s.deployers import PLATFORM, SERVICES
from k8s.vocabulary import DELETION_APPROVED
from tests.k8s.plurals import singular

Document = dict[str, Any]
OfKind = Callable[[Cell, str], list[Document]]
Files = Callable[[Cell], dict[str, list[Document]]]


@pytest.fixture
def expression(samples: list[Cell], of_kind: OfKind) -> Callable[[str], str]:
    policies = {p["metadata"]["name"]: p for p in of_kind(samples[-1], "ValidatingAdmissionPolicy")}
    return lambda name: policies[f"fleet-{name}"]["spec"]["validations"][0]["expression"]


def _annotated(name: str, value: str | None) -> Document:
    annotations = {} if value is None else {"annotations": {DELETION_APPROVED: value}}
    return {"metadata": {"name": name, **annotations}}


def test_every_policy_denies_by_a_binding_and_fails_closed(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        bound = {b["spec"]["policyName"]: b for b in of_kind(cell, "ValidatingAdmissionPolicyBinding")}
        policies = of_kind(cell, "ValidatingAdmissionPolicy")
        assert {p["metadata"]["name"] for p in policies} == set(bound)
        for policy in policies:
            assert policy["spec"]["failurePolicy"] == "Fail"
            assert "Deny" in bound[policy["metadata"]["name"]]["spec"]["validationActions"]


def test_what_guards_deletion_matches_deletion_and_nothing_else(cells: list[Cell], of_kind: OfKind) -> None:
    """A mistake in one of them can keep something alive, and never stop a change."""
    for cell in cells:
        deletion = [p for p in of_kind(cell, "ValidatingAdmissionPolicy") if "deletion" in p["metadata"]["name"]]
        guarded = set()
        for policy in deletion:
            for rule in policy["spec"]["matchConstraints"]["resourceRules"]:
                assert rule["operations"] == ["DELETE"], policy["metadata"]["name"]
                guarded |= set(rule["resources"])
        assert guarded >= {"namespaces", "customresourcedefinitions", "nodepools"}


def test_argo_cd_never_removes_the_guard(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for document in files(cell)["platform/guard"]:
            options = document["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
            assert options == "Prune=false,Delete=false"


@pytest.mark.parametrize("policy", ["namespace-deletion", "crd-deletion", "nodepool-deletion"])
@pytest.mark.parametrize(
    ("value", "allowed"),
    [(None, False), ("true", False), ("quote-retrieval", False), ("sessions", True)],
    ids=["plain", "blanket", "another's", "its own name"],
)
def test_deletion_wants_the_objects_own_name(
    expression: Callable[[str], str], policy: str, value: str | None, allowed: bool
) -> None:
    assert evaluate(expression(policy), context(oldObject=_annotated("sessions", value))) is allowed


@pytest.mark.parametrize(
    ("space", "group", "allowed"),
    [
        ("istio-ingress", "skyline-use1-a-web", True),
        ("istio-eastwest", "skyline-use1-a-mesh", True),
        ("istio-ingress", "skyline-use1-b-web", False),
        ("sessions", "skyline-use1-a-web", False),
    ],
)
def test_only_gateways_bind_target_groups_and_only_the_cells(
    expression: Callable[[str], str], space: str, group: str, allowed: bool
) -> None:
    binding = {"metadata": {"namespace": space}, "spec": {"targetGroupName": group}}
    assert evaluate(expression("target-group-scope"), context(object=binding)) is allowed


@pytest.mark.parametrize(
    ("policy", "old", "new", "allowed"),
    [
        ("scale-to-zero", {"replicas": 5}, {"replicas": 0}, False),
        ("scale-to-zero", {"replicas": 5}, {"replicas": 1}, True),
        ("scale-to-zero", {"replicas": 0}, {"replicas": 0}, True),
        # The subresource `scale` leaves out a number that is 0.
        ("scale-to-zero", {"replicas": 5}, {}, False),
        ("scale-to-zero", {}, {}, True),
        ("scale-to-zero", {}, {"replicas": 5}, True),
        ("quota-to-zero", {"hard": {"pods": "90"}}, {"hard": {"pods": "0"}}, False),
        ("quota-to-zero", {"hard": {"pods": "90"}}, {"hard": {"pods": "80"}}, True),
        ("nodepool-limits-to-zero", {"limits": {"cpu": "900"}}, {"limits": {"cpu": "0"}}, False),
        ("nodepool-limits-to-zero", {"limits": {"cpu": "900"}}, {"limits": {"cpu": "800"}}, True),
        ("nodepool-limits-to-zero", {"limits": {"cpu": "900"}}, {}, True),
    ],
)
def test_wiping_by_edit_is_refused(
    expression: Callable[[str], str], policy: str, old: Document, new: Document, allowed: bool
) -> None:
    given = {"oldObject": {"spec": old}, "object": {"spec": new}}
    assert evaluate(expression(policy), context(**given)) is allowed


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ({"pod-security.kubernetes.io/enforce": "restricted"}, {"pod-security.kubernetes.io/enforce": "privileged"}, False),
        ({"pod-security.kubernetes.io/enforce": "restricted"}, {}, False),
        ({"pod-security.kubernetes.io/enforce": "restricted"}, {"pod-security.kubernetes.io/enforce": "restricted"}, True),
        ({}, {"pod-security.kubernetes.io/enforce": "restricted"}, True),
    ],
)  # fmt: skip
def test_a_namespace_keeps_its_pod_security_level(
    expression: Callable[[str], str], old: dict[str, str], new: dict[str, str], allowed: bool
) -> None:
    given = {"oldObject": {"metadata": {"labels": old}}, "object": {"metadata": {"labels": new}}}
    assert evaluate(expression("pod-security-change"), context(**given)) is allowed


def test_no_deployer_can_delete_and_no_verb_is_a_wildcard(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        deployers = [role for role in of_kind(cell, "ClusterRole") if role["metadata"]["name"].endswith("-deployer")]
        assert len(deployers) == 3
        for role in of_kind(cell, "ClusterRole"):
            verbs = {verb for rule in role["rules"] for verb in rule["verbs"]}
            assert not verbs & {"*", "delete", "deletecollection"}, role["metadata"]["name"]


def test_each_deployer_may_write_exactly_what_its_bundles_hold(cells: list[Cell], files: Files) -> None:
    held: dict[str, set[tuple[str, str]]] = {"platform": set(), "services": set()}
    for cell in cells:
        for file, documents in files(cell).items():
            for document in documents:
                group = document["apiVersion"].rpartition("/")[0]
                held[file.partition("/")[0]].add((group, document["kind"].lower()))
    for bundle, allowed in (("platform", PLATFORM), ("services", SERVICES)):
        granted = {(group, singular(resource)) for group, resources in allowed.items() for resource in resources}
        assert held[bundle] == granted


def test_namespaces_ask_before_they_go_and_say_how_secure_their_pods_are(cells: list[Cell], of_kind: OfKind) -> None:
    looser = {"observability-agents", "istio-cni"}
    for cell in cells:
        for namespace in of_kind(cell, "Namespace"):
            metadata = namespace["metadata"]
            options = metadata["annotations"]["argocd.argoproj.io/sync-options"]
            assert options == "Prune=confirm,Delete=confirm"
            level = metadata["labels"]["pod-security.kubernetes.io/enforce"]
            assert (level == "restricted") is (metadata["name"] not in looser), metadata["name"]
            assert metadata["labels"]["pod-security.kubernetes.io/enforce-version"] == f"v{cell.release.kubernetes}"
