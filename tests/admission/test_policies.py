"""Which policies match a request, and what comes of what they cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from admission.policies import Request, refusals
from admission.rules import Unanswerable

SPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "s", "labels": {"team": "a"}}}
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "s", "labels": {"app": "x"}}}
ASKED = Request("CREATE", "", "v1", "pods", object=POD, space=SPACE, user="u", groups=["g"])


def policy(
    expression: str = "false", *, rules: list[dict[str, Any]] | None = None, **more: Any
) -> list[dict[str, Any]]:
    constraints = {"resourceRules": rules if rules is not None else [rule()], **more.pop("constraints", {})}
    binding = {"policyName": "p", "validationActions": more.pop("actions", ["Deny"]), **more.pop("binding", {})}
    spec = {"matchConstraints": constraints, "validations": [{"expression": expression, "message": "no"}], **more}
    return [
        {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": spec},
        {"kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "p"}, "spec": binding},
    ]


def rule(resources: str = "pods", operations: str = "*", groups: str = "", versions: str = "*") -> dict[str, Any]:
    return {"apiGroups": [groups], "apiVersions": [versions], "resources": [resources], "operations": [operations]}


def test_a_rule_that_does_not_hold_is_a_refusal_with_its_message() -> None:
    assert refusals(policy("object.metadata.name == 'q'"), ASKED) == ("p: no",)
    assert refusals(policy("object.metadata.name == 'p'"), ASKED) == ()


@pytest.mark.parametrize(
    "documents",
    [policy()[:1], policy(actions=["Audit", "Warn"]), policy(binding={"policyName": "another"})],
    ids=["not bound", "bound to tell only", "bound to another"],
)
def test_what_does_not_deny_refuses_nothing(documents: list[dict[str, Any]]) -> None:
    assert refusals(documents, ASKED) == ()


@pytest.mark.parametrize(
    ("rules", "asked", "matches"),
    [
        (rule("pods"), "pods", True),
        (rule("pods"), "pods/status", False),
        (rule("*"), "pods", True),
        (rule("*"), "pods/status", False),
        (rule("*/*"), "pods/status", True),
        (rule("pods/*"), "pods/status", True),
        (rule("pods/status"), "pods", False),
        (rule(operations="DELETE"), "pods", False),
        (rule(operations="CREATE"), "pods", True),
        (rule(groups="apps"), "pods", False),
        (rule(groups="*"), "pods", True),
        (rule(versions="v2"), "pods", False),
    ],
)
def test_a_policy_is_asked_about_what_it_matches(rules: dict[str, Any], asked: str, matches: bool) -> None:
    request = Request("CREATE", "", "v1", asked, object=POD, space=SPACE)
    assert bool(refusals(policy(rules=[rules]), request)) is matches


@pytest.mark.parametrize(
    ("constraints", "matches"),
    [
        ({"namespaceSelector": {"matchLabels": {"team": "a"}}}, True),
        ({"namespaceSelector": {"matchLabels": {"team": "b"}}}, False),
        ({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}}, True),
        ({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}}, False),
        ({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["b"]}]}}, True),
        ({"objectSelector": {"matchLabels": {"app": "x"}}}, True),
        ({"objectSelector": {"matchLabels": {"app": "y"}}}, False),
        ({"excludeResourceRules": [rule("pods")]}, False),
    ],
)
def test_selectors_narrow_what_it_matches(constraints: dict[str, Any], matches: bool) -> None:
    assert bool(refusals(policy(constraints=constraints), ASKED)) is matches
    narrowed = policy(binding={"matchResources": constraints})
    assert bool(refusals(narrowed, ASKED)) is matches


def test_a_namespace_is_selected_by_its_own_labels() -> None:
    documents = policy(rules=[rule("namespaces")], constraints={"namespaceSelector": {"matchLabels": {"team": "a"}}})
    assert refusals(documents, Request("DELETE", "", "v1", "namespaces", old=SPACE)) == ("p: no",)


def test_conditions_decide_whether_it_is_asked() -> None:
    for user, found in (("u", ()), ("v", ("p: no",))):
        conditions = [{"name": "c", "expression": f"request.userInfo.username != '{user}'"}]
        assert refusals(policy(matchConditions=conditions), ASKED) == found


@pytest.mark.parametrize(("closes", "refused"), [("Fail", True), ("Ignore", False)])
def test_what_cannot_be_evaluated_fails_as_the_policy_says(closes: str, refused: bool) -> None:
    for documents in (
        policy("object.spec.nothing == 1", failurePolicy=closes),
        policy("true", matchConditions=[{"name": "c", "expression": "object.no.such"}], failurePolicy=closes),
    ):
        assert bool(refusals(documents, ASKED)) is refused


def test_a_deletion_has_no_object() -> None:
    asked = Request("DELETE", "", "v1", "pods", old=POD, space=SPACE)
    assert refusals(policy("object == null && oldObject.metadata.name == 'p'"), asked) == ()


def test_parameters_are_no_verdict() -> None:
    with pytest.raises(Unanswerable, match="reads parameters"):
        refusals(policy(paramKind={"apiVersion": "v1", "kind": "ConfigMap"}), ASKED)
