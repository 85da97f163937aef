"""The guard: what the API server itself refuses, whoever asks.

On 2021-08-25 a template change that looked like nothing removed the services' namespaces in all clusters of a travel
search, four and a half hours of global outage. A namespace takes everything in it along, a custom resource definition
every object of its kind, a node pool every node. A plain delete of one of them is refused here; the object must first
carry an annotation with its own name, which no single prune, apply or template can do for many at once.

Wipe by edit is as deadly as wipe by deletion: replicas, quotas or node limits of zero, a weaker Pod Security level.

Admission policies are exempt from admission policies. They are protected by access rights (no deployer may delete
them: `foundations`) and by Argo CD's options.
"""

from __future__ import annotations

from collections.abc import Sequence

from fleet import names
from fleet.cell import Cell
from k8s.documents import Body, Document
from k8s.vocabulary import DELETION_APPROVED, EASTWEST, HANDS_OFF, INGRESS, meta, sync

_API = "admissionregistration.k8s.io/v1"

# `object` is null when something is deleted. No optional syntax (`.?`): not every CEL evaluator knows it.
_APPROVED = (
    f"has(oldObject.metadata.annotations) && '{DELETION_APPROVED}' in oldObject.metadata.annotations"
    f" && oldObject.metadata.annotations['{DELETION_APPROVED}'] == oldObject.metadata.name"
)
_DELETION = f"carries no annotation {DELETION_APPROVED} with its own name: deletion is refused"
_LEVEL = "pod-security.kubernetes.io/enforce"
_SAME_LEVEL = (
    f"!(has(oldObject.metadata.labels) && '{_LEVEL}' in oldObject.metadata.labels)"
    f" || (has(object.metadata.labels) && '{_LEVEL}' in object.metadata.labels"
    f" && object.metadata.labels['{_LEVEL}'] == oldObject.metadata.labels['{_LEVEL}'])"
)
_STANDING_LIMITS = (
    "!has(object.spec.limits) || !has(oldObject.spec.limits)"
    " || object.spec.limits.all(r, !(string(object.spec.limits[r]) in ['0', '0Gi', '0Mi', '0m'])"
    " || (r in oldObject.spec.limits && string(oldObject.spec.limits[r]) == string(object.spec.limits[r])))"
)


def guard(cell: Cell) -> list[Document]:
    """Policies with their bindings, before everything else in the cell."""
    node_groups = ["eks.amazonaws.com"] if cell.capacity == "auto-mode" else ["karpenter.k8s.aws"]
    bindings = ["eks.amazonaws.com"] if cell.capacity == "auto-mode" else ["elbv2.k8s.aws"]
    tenants = {"namespaceSelector": {"matchExpressions": [{"key": "fleet/service", "operator": "Exists"}]}}
    return [
        *_policy(
            "namespace-deletion",
            [_rule([""], ["namespaces"], ["DELETE"])],
            _APPROVED,
            f"this namespace {_DELETION}",
        ),
        *_policy(
            "crd-deletion",
            [_rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["DELETE"])],
            _APPROVED,
            f"this definition {_DELETION}",
        ),
        *_policy(
            "nodepool-deletion",
            [
                _rule(["karpenter.sh"], ["nodepools"], ["DELETE"]),
                _rule(node_groups, ["ec2nodeclasses", "nodeclasses"], ["DELETE"]),
            ],
            _APPROVED,
            f"this pool or class of nodes {_DELETION}",
        ),
        *_policy(
            "target-group-scope",
            [_rule(bindings, ["targetgroupbindings"], ["CREATE", "UPDATE"])],
            f"object.metadata.namespace in ['{INGRESS}', '{EASTWEST}'] && has(object.spec.targetGroupName)"
            f" && object.spec.targetGroupName.startsWith('{names.cluster(cell)}-')",
            "only the gateways' namespaces bind target groups, and only those of this cell",
        ),
        *_policy(
            "pod-security-change",
            [_rule([""], ["namespaces"], ["UPDATE"])],
            _SAME_LEVEL,
            "the Pod Security level of a namespace is decided at its birth",
        ),
        *_policy(
            "scale-to-zero",
            [_rule(["apps"], ["deployments", "deployments/scale"], ["UPDATE"])],
            # A Deployment always says its number here; the subresource `scale` leaves it out when it is 0.
            "(has(object.spec.replicas) && object.spec.replicas > 0)"
            " || !has(oldObject.spec.replicas) || oldObject.spec.replicas == 0",
            "a service runs in at least one pod of a cell that hosts it; move it by its placement",
            constraints=tenants,
        ),
        *_policy(
            "quota-to-zero",
            [_rule([""], ["resourcequotas"], ["UPDATE"])],
            "!has(object.spec.hard) || !('pods' in object.spec.hard) || !(string(object.spec.hard['pods']) == '0')",
            "a quota of no pods stops the service; move it by its placement",
            constraints=tenants,
        ),
        *_policy(
            "nodepool-limits-to-zero",
            [_rule(["karpenter.sh"], ["nodepools"], ["UPDATE"])],
            _STANDING_LIMITS,
            "a limit of zero drains nothing but starts nothing either: the cell starves at the next interruption",
        ),
    ]


def _rule(groups: Sequence[str], resources: Sequence[str], operations: Sequence[str]) -> Body:
    return {"apiGroups": groups, "apiVersions": ["*"], "resources": resources, "operations": operations}


def _policy(
    name: str, rules: Sequence[Body], expression: str, message: str, *, constraints: Body | None = None
) -> tuple[Document, Document]:
    """A policy and the binding that puts it in force: the two are useless apart."""
    metadata = meta(f"fleet-{name}", annotations=sync(HANDS_OFF))
    matched: dict[str, object] = {"matchPolicy": "Equivalent", "resourceRules": rules, **(constraints or {})}
    policy: Document = {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": metadata,
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": matched,
            "validations": [{"expression": expression, "message": message, "reason": "Forbidden"}],
        },
    }
    binding: Document = {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": metadata,
        "spec": {"policyName": f"fleet-{name}", "validationActions": ["Deny", "Audit"]},
    }
    return policy, binding
