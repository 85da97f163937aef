"""Deployers: whom Argo CD impersonates, and that none of them can delete.

Three hands for three kinds of work. None holds the verb `delete`, so that no sync, prune or bad bundle removes
anything: what is to go is deleted by a person or by the decommissioning run with rights of its own. Verbs are
never a wildcard. `add-ons` may write any kind, since charts bring roles of their own, and `escalate` and `bind` are
what that takes: its project accepts charts from the region's mirror only.
"""

from __future__ import annotations

from collections.abc import Sequence

from k8s.documents import Body, Document
from k8s.vocabulary import ARGOCD, meta

READ = ("get", "list", "watch")
WRITE = (*READ, "create", "update", "patch")

PLATFORM: dict[str, tuple[str, ...]] = {
    "": ("configmaps", "namespaces", "serviceaccounts", "secrets"),
    "admissionregistration.k8s.io": ("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
    "argoproj.io": ("applications", "appprojects"),
    "cert-manager.io": ("certificates", "clusterissuers"),
    "eks.amazonaws.com": ("nodeclasses", "targetgroupbindings"),
    "elbv2.k8s.aws": ("targetgroupbindings",),
    "external-secrets.io": ("clustersecretstores", "externalsecrets", "pushsecrets"),
    "flowcontrol.apiserver.k8s.io": ("flowschemas",),
    "generators.external-secrets.io": ("ecrauthorizationtokens",),
    "karpenter.k8s.aws": ("ec2nodeclasses",),
    "karpenter.sh": ("nodepools",),
    "networking.istio.io": ("gateways", "serviceentries", "sidecars", "virtualservices"),
    "networking.k8s.io": ("networkpolicies",),
    "opentelemetry.io": ("opentelemetrycollectors",),
    "policy": ("poddisruptionbudgets",),
    "rbac.authorization.k8s.io": ("clusterroles", "clusterrolebindings"),
    "scheduling.k8s.io": ("priorityclasses",),
    "security.istio.io": ("authorizationpolicies", "peerauthentications"),
    "storage.k8s.io": ("storageclasses",),
    "telemetry.istio.io": ("telemetries",),
}
"""API group to the resources a platform bundle holds."""

SERVICES: dict[str, tuple[str, ...]] = {
    "": ("limitranges", "namespaces", "resourcequotas", "serviceaccounts", "services"),
    "apps": ("deployments",),
    "autoscaling": ("horizontalpodautoscalers",),
    "autoscaling.k8s.io": ("verticalpodautoscalers",),
    "external-secrets.io": ("externalsecrets",),
    "keda.sh": ("scaledobjects", "triggerauthentications"),
    "networking.istio.io": ("destinationrules", "serviceentries", "sidecars", "virtualservices"),
    "networking.k8s.io": ("networkpolicies",),
    "policy": ("poddisruptionbudgets",),
    "security.istio.io": ("authorizationpolicies",),
}
"""API group to the resources a service's bundle holds."""


def deployers() -> list[Document]:
    """Three service accounts beside Argo CD, each with its role."""
    escalation: Body = {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["clusterroles", "roles"],
        "verbs": ["bind", "escalate"],
    }
    return [
        *_deployer("platform-deployer", [*_rules(PLATFORM), escalation]),
        *_deployer("service-deployer", _rules(SERVICES)),
        *_deployer("addon-deployer", [{"apiGroups": ["*"], "resources": ["*"], "verbs": WRITE}, escalation]),
    ]


def _rules(resources: dict[str, tuple[str, ...]]) -> list[Body]:
    return [{"apiGroups": [group], "resources": kinds, "verbs": WRITE} for group, kinds in resources.items()]


def _deployer(name: str, rules: Sequence[Body]) -> tuple[Document, Document, Document]:
    api = "rbac.authorization.k8s.io/v1"
    return (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(name, ARGOCD)},
        {"apiVersion": api, "kind": "ClusterRole", "metadata": meta(name), "rules": rules},
        {
            "apiVersion": api,
            "kind": "ClusterRoleBinding",
            "metadata": meta(name),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": ARGOCD}],
        },
    )
