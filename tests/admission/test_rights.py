"""Who may do what, from roles and bindings: as the API server adds them up."""

from __future__ import annotations

from typing import Any

import pytest

from admission.rights import Act, Rights, RoleUnknown, Subject, service_account

API = "rbac.authorization.k8s.io/v1"
ME = service_account("home", "me")


def role(name: str, *rules: dict[str, Any], space: str = "") -> dict[str, Any]:
    metadata = {"name": name} | ({"namespace": space} if space else {})
    return {"apiVersion": API, "kind": "Role" if space else "ClusterRole", "metadata": metadata, "rules": list(rules)}


def bound(to: str, *subjects: dict[str, Any], space: str = "", kind: str = "ClusterRole") -> dict[str, Any]:
    metadata = {"name": f"b-{to}"} | ({"namespace": space} if space else {})
    return {
        "apiVersion": API,
        "kind": "RoleBinding" if space else "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": to},
        "subjects": list(subjects) or [{"kind": "ServiceAccount", "name": "me", "namespace": "home"}],
    }


def rule(verbs: str, groups: str, resources: str, names: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"verbs": verbs.split(), "apiGroups": groups.split(","), "resources": resources.split()}
    return found | ({"resourceNames": names.split()} if names else {})


@pytest.mark.parametrize(
    ("given", "act", "allowed"),
    [
        (rule("get", "", "pods"), Act("get", "", "pods"), True),
        (rule("get", "", "pods"), Act("delete", "", "pods"), False),
        (rule("get", "apps", "pods"), Act("get", "", "pods"), False),
        (rule("get", "", "pods"), Act("get", "", "pods/log"), False),
        (rule("get", "", "pods/log"), Act("get", "", "pods/log"), True),
        (rule("get", "", "*/log"), Act("get", "", "pods/log"), True),
        (rule("get", "", "*/log"), Act("get", "", "pods"), False),
        (rule("*", "", "pods"), Act("delete", "", "pods"), True),
        (rule("delete", "*", "*"), Act("delete", "karpenter.sh", "nodepools"), True),
        (rule("delete", "", "pods"), Act("*", "", "pods"), False),
        (rule("*", "", "pods"), Act("*", "", "pods"), True),
        (rule("delete", "", "namespaces", "a"), Act("delete", "", "namespaces", name="a"), True),
        (rule("delete", "", "namespaces", "a"), Act("delete", "", "namespaces", name="b"), False),
        (rule("delete", "", "namespaces", "a"), Act("delete", "", "namespaces"), False),
    ],
)
def test_a_rule_gives_what_it_says(given: dict[str, Any], act: Act, allowed: bool) -> None:
    assert Rights([role("r", given), bound("r")]).allow(ME, act) is allowed


@pytest.mark.parametrize(
    ("binding", "space", "allowed"),
    [
        (bound("r"), "", True),
        (bound("r"), "any", True),
        (bound("r", space="here"), "here", True),
        (bound("r", space="here"), "there", False),
        (bound("r", space="here"), "", False),
        (bound("r", {"kind": "ServiceAccount", "name": "me", "namespace": "other"}), "", False),
        (bound("r", {"kind": "Group", "name": "system:serviceaccounts:home"}), "", True),
        (bound("r", {"kind": "Group", "name": "system:masters"}), "", False),
        (bound("r", {"kind": "User", "name": "system:serviceaccount:home:me"}), "", True),
        (bound("cluster-admin"), "", True),
    ],
)
def test_a_binding_gives_it_to_whom_and_where_it_says(binding: dict[str, Any], space: str, allowed: bool) -> None:
    assert Rights([role("r", rule("get", "", "pods")), binding]).allow(ME, Act("get", "", "pods", space)) is allowed


def test_rules_add_up_and_nothing_takes_away() -> None:
    rights = Rights([role("a", rule("get", "", "pods")), role("b", rule("delete", "", "pods")), bound("a"), bound("b")])
    assert rights.allow(ME, Act("get", "", "pods"))
    assert rights.allow(ME, Act("delete", "", "pods"))
    assert not rights.allow(Subject("somebody"), Act("get", "", "pods"))


def test_a_role_of_a_namespace_is_not_one_of_the_cluster() -> None:
    rights = Rights([role("r", rule("get", "", "pods"), space="here"), bound("r", space="here", kind="Role")])
    assert rights.allow(ME, Act("get", "", "pods", "here"))
    assert not rights.allow(ME, Act("get", "", "pods", "there"))


def test_a_role_that_is_not_at_hand_is_no_verdict() -> None:
    with pytest.raises(RoleUnknown, match="b-gone binds ClusterRole gone, which is not at hand"):
        Rights([bound("gone")]).allow(ME, Act("get", "", "pods"))


WRITES = rule("get create patch update", "rbac.authorization.k8s.io", "clusterroles clusterrolebindings")


@pytest.mark.parametrize(
    ("more", "allowed"),
    [
        ([], False),
        ([rule("delete", "", "pods")], True),
        ([rule("escalate", "rbac.authorization.k8s.io", "clusterroles")], True),
        ([rule("bind", "rbac.authorization.k8s.io", "clusterroles")], False),
    ],
    ids=["writes roles", "has it himself", "may escalate", "may bind"],
)
def test_nobody_gives_what_he_has_not(more: list[dict[str, Any]], allowed: bool) -> None:
    rights = Rights([role("mine", WRITES, *more), bound("mine")])
    given = role("given", rule("delete", "", "pods"))
    assert rights.allow_writing(ME, given, "clusterroles") is allowed


def test_who_binds_a_role_may_bind_or_has_all_of_it() -> None:
    strong = role("strong", rule("delete", "", "pods"))
    for more, allowed in (([], False), ([rule("bind", "rbac.authorization.k8s.io", "clusterroles")], True)):
        rights = Rights([role("mine", WRITES, *more), bound("mine"), strong])
        assert rights.allow_writing(ME, bound("strong"), "clusterrolebindings") is allowed
