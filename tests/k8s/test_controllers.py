"""Controllers: on the cell's own nodes, served before everybody else, and alike in every name that AWS knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from fleet import capacity, names
from fleet.cell import Cell
from fleet.model import Fleet

Document = dict[str, Any]
OfKind = Callable[[Cell, str], list[Document]]
Template = dict[str, Any]

ELSEWHERE = {
    "ingress": "gateways have nodes of their own",
    "eastwest": "gateways have nodes of their own",
    "istio-cni": "one on every node",
    "istio-base": "definitions only",
    "karpenter-crd": "definitions only",
    "karpenter": "its chart says so by itself: tolerates CriticalAddonsOnly, and keeps off nodes that it made",
}
"""Charts whose values do not place their pods, and why."""


@pytest.fixture
def values(of_kind: OfKind) -> Callable[[Cell], dict[str, dict[str, Any]]]:
    """`values(cell)`: each chart of the cell to its values."""
    return lambda cell: {
        one["metadata"]["name"]: one["spec"]["source"]["helm"]["valuesObject"]
        for one in of_kind(cell, "Application")
        if "helm" in one["spec"]["source"]
    }


def test_controllers_stand_on_system_nodes_and_not_on_those_they_manage(
    cells: list[Cell], values: Callable[[Cell], dict[str, dict[str, Any]]]
) -> None:
    for cell in cells:
        for name, chart in values(cell).items():
            if name not in ELSEWHERE:
                assert "'CriticalAddonsOnly'" in str(chart), name
                kept_off = "{'key': 'karpenter.sh/nodepool', 'operator': 'DoesNotExist'}" in str(chart)
                assert kept_off is (cell.capacity == "karpenter"), name


def test_what_controllers_ask_for_fits_on_the_system_nodes_with_one_of_them_gone(
    cells: list[Cell], values: Callable[[Cell], dict[str, dict[str, Any]]]
) -> None:
    """Those that say what they need; the others ask for nothing and take what is left."""
    for cell in cells:
        if cell.capacity == "karpenter":
            charts = values(cell)
            balancer, istiod = charts["aws-load-balancer-controller"], charts["istiod"]["pilot"]
            asked = [
                (charts["karpenter"]["replicas"], charts["karpenter"]["controller"]["resources"]),
                (balancer["replicaCount"], balancer["resources"]),
                (istiod["autoscaleMin"], istiod["resources"]),
            ]
            needed = sum(replicas * int(one["requests"]["cpu"].removesuffix("m")) for replicas, one in asked)
            left = (capacity.SYSTEM_NODES - 1) * capacity.SYSTEM_NODE_CPU * capacity.USABLE
            assert needed <= left


def test_the_platform_is_served_before_services_and_important_ones_before_others(
    cells: list[Cell], of_kind: OfKind, values: Callable[[Cell], dict[str, dict[str, Any]]]
) -> None:
    for cell in cells:
        classes = {one["metadata"]["name"]: one for one in of_kind(cell, "PriorityClass")}
        order = ["platform", "service-tier-0", "service-tier-1", "service-tier-2", "service-tier-3"]
        assert sorted(classes, key=lambda name: -classes[name]["value"]) == order
        assert classes[order[-1]]["value"] > 0
        assert classes["platform"]["value"] <= 1_000_000_000, "what is above is Kubernetes' own"
        assert not any(one["globalDefault"] for one in classes.values())
        for deployment in of_kind(cell, "Deployment"):
            service = cell.fleet.services[deployment["metadata"]["name"]]
            assert deployment["spec"]["template"]["spec"]["priorityClassName"] == f"service-tier-{service.tier}"
        for name, chart in values(cell).items():
            named = set(re.findall(r"'priorityClassName': '([\w-]+)'", str(chart)))
            assert named <= {"platform", "system-cluster-critical"}, name
            assert named or name in ("istio-base", "karpenter-crd", "istio-cni"), name


def test_nothing_changes_the_size_of_pods_by_itself(
    cells: list[Cell], of_kind: OfKind, values: Callable[[Cell], dict[str, dict[str, Any]]]
) -> None:
    """Their number follows the processor: something that changed what a pod asks for would work against it."""
    for cell in cells:
        chart = values(cell)["vertical-pod-autoscaler"]
        assert chart["recommender"]["enabled"] is True
        assert chart["updater"] == chart["admissionController"] == {"enabled": False}
        for recommendation in of_kind(cell, "VerticalPodAutoscaler"):
            assert recommendation["spec"]["updatePolicy"]["updateMode"] == "Off"


@pytest.mark.parametrize("blueprint", ["growth", "hypergrowth"])
def test_karpenter_is_told_the_cluster_and_the_queue_that_templates_make(
    fleet_of: Callable[[str], Fleet],
    synthesized: Callable[..., dict[str, Template]],
    values: Callable[[Cell], dict[str, dict[str, Any]]],
    blueprint: str,
) -> None:
    templates = synthesized("cell", of=blueprint)
    for cell in fleet_of(blueprint).cells:
        if cell.capacity == "karpenter":
            made = templates[names.stack(cell.fleet, cell.region.code, cell.key, "cell")]["Resources"].values()
            (cluster,) = [one["Properties"]["Name"] for one in made if one["Type"] == "AWS::EKS::Cluster"]
            (queue,) = [one["Properties"]["QueueName"] for one in made if one["Type"] == "AWS::SQS::Queue"]
            settings = values(cell)["karpenter"]["settings"]
            assert (settings["clusterName"], settings["interruptionQueue"]) == (cluster, queue)
            assert not any(settings["featureGates"].values()), "alpha"
            assert settings["minValuesPolicy"] == "BestEffort"


def test_accounts_that_documents_name_are_the_cells_own_or_the_datas(
    cells: list[Cell], documents: Callable[[Cell], list[Document]]
) -> None:
    """A placeholder, or the account of another region, would be a role that nobody can take."""
    for cell in cells:
        allowed = {cell.region.account_id, cell.fleet.accounts["data"], cell.fleet.accounts["edge"]}
        for document in documents(cell):
            assert set(re.findall(r"(?<![\w.])\d{12}(?![\w])", str(document))) <= allowed, document["metadata"]["name"]
