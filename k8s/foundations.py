"""Foundations: the platform's namespaces, priorities, storage and fair queueing."""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from k8s.documents import Body, Document
from k8s.vocabulary import (
    AGENTS,
    ARGOCD,
    CELL_LABEL,
    CERT_MANAGER,
    EASTWEST,
    EXTERNAL_SECRETS,
    INGRESS,
    ISTIO,
    ISTIO_CNI,
    KARPENTER,
    KEDA,
    LOAD_BALANCER,
    OBSERVABILITY,
    SCALING,
    meta,
    namespace,
    obj,
)

PRIORITIES = {
    "platform": (1_000_000_000, "Controllers and gateways of the cell: without them nothing else is repaired."),
    "service-tier-0": (100_000, "The journey stops without it."),
    "service-tier-1": (10_000, "The journey is poorer without it."),
    "service-tier-2": (1_000, "Missed within the hour."),
    "service-tier-3": (100, "Missed within the day."),
}
"""Priority classes, none of them the default, all of them above pods that name none."""


EXCEPTIONS = {
    AGENTS: "one agent a node, which reads the node's container logs from a host path",
    ISTIO_CNI: "installs a network plug-in on the host, so that no other pod needs NET_ADMIN",
}
"""Namespaces whose pods are not `restricted`, and why. There are no others."""


def platform_namespaces(cell: Cell) -> dict[str, dict[str, str]]:
    """Namespace to its own labels."""
    balancing = "elbv2.k8s.aws" if cell.capacity == "karpenter" else "eks.amazonaws.com"
    gate = {f"{balancing}/pod-readiness-gate-inject": "enabled"}
    network = {"topology.istio.io/network": cell.name} if cell.region.meshed else {}
    spaces: dict[str, dict[str, str]] = {
        ARGOCD: {},
        CERT_MANAGER: {},
        EXTERNAL_SECRETS: {},
        INGRESS: gate,
        ISTIO: network,
        KEDA: {},
        OBSERVABILITY: {},
        AGENTS: {},
        SCALING: {},
    }
    if cell.capacity == "karpenter":
        spaces |= {KARPENTER: {}, LOAD_BALANCER: {}}
    if cell.region.meshed:
        spaces |= {EASTWEST: gate, ISTIO_CNI: {}}
    return spaces


def foundations(cell: Cell) -> list[Document]:
    """What every later layer stands on."""
    return [
        *(
            namespace(cell, name, exception=EXCEPTIONS.get(name, ""), labels={CELL_LABEL: cell.name, **labels})
            for name, labels in platform_namespaces(cell).items()
        ),
        *(_priority(name, value, about) for name, (value, about) in PRIORITIES.items()),
        _storage(cell),
        *(_karpenter_queueing() if cell.capacity == "karpenter" else (_network_policies(),)),
    ]


def _network_policies() -> Document:
    """Auto Mode enforces network policies only when it is told to, by this object of this name (its user guide)."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta("amazon-vpc-cni", "kube-system"),
        "data": {"enable-network-policy-controller": "true"},
    }


def _priority(name: str, value: int, about: str) -> Document:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": meta(name),
        "value": value,
        "globalDefault": False,
        "preemptionPolicy": "PreemptLowerPriority",
        "description": about,
    }


def _storage(cell: Cell) -> Document:
    """The default class: gp3, encrypted with the region's key for cells, bound where the pod lands."""
    region = cell.region
    key = f"arn:aws:kms:{region.name}:{region.account_id}:{names.key_alias(region, 'cells')}"
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": meta("gp3", annotations={"storageclass.kubernetes.io/is-default-class": "true"}),
        "provisioner": "ebs.csi.eks.amazonaws.com" if cell.capacity == "auto-mode" else "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": key},
        "reclaimPolicy": "Retain",
        "allowVolumeExpansion": True,
        "volumeBindingMode": "WaitForFirstConsumer",
    }


def _karpenter_queueing() -> list[Document]:
    """Karpenter outside kube-system is throttled with everybody else unless it says who it is (its own guide)."""
    space, account = names.CONTROLLERS["karpenter"]
    subject = {"kind": "ServiceAccount", "serviceAccount": {"name": account, "namespace": space}}
    leases: Body = {
        "apiGroups": ["coordination.k8s.io"],
        "namespaces": ["*"],
        "resources": ["leases"],
        "verbs": ["get", "create", "update"],
    }
    work: Body = {
        "apiGroups": ["*"],
        "clusterScope": True,
        "namespaces": ["*"],
        "resources": ["*"],
        "verbs": ["*"],
    }
    return [
        _flow("karpenter-leader-election", "leader-election", 200, subject, leases),
        _flow("karpenter-workload", "workload-high", 1000, subject, work),
    ]


def _flow(name: str, level: str, precedence: int, subject: Body, rule: Body) -> Document:
    return obj(
        "flowcontrol.apiserver.k8s.io/v1",
        "FlowSchema",
        meta(name),
        {
            "distinguisherMethod": {"type": "ByUser"},
            "matchingPrecedence": precedence,
            "priorityLevelConfiguration": {"name": level},
            "rules": [{"resourceRules": [rule], "subjects": [subject]}],
        },
    )
