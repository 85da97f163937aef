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

Asked = tuple[int, int]
"""Thousandths of a processor and MiB of memory that a pod requests."""

NODE: Asked = (2_000 - 70, int(8_192 * 0.925) - (255 + 11 * 110) - 100)
"""What kubelet leaves of a system node, as EKS sets it: of the processors 6 % of the first and 1 % of the second are kept,
of the memory 255 MiB, 11 MiB for each of 110 pods and 100 MiB before it evicts. 7.5 % of it no pod ever sees (what
Karpenter reckons with)."""
EKS_DAEMONS: list[Asked] = [(50, 0), (100, 0), (30, 120), (10, 30)]
"""vpc-cni with its policy agent, kube-proxy, the EBS driver and the monitoring agent, by their add-ons' defaults."""
EKS_PODS: list[Asked] = [(100, 70)] * 3 + [(100, 200)] * 2 + [(60, 240)] * 2
"""coredns, metrics-server and the EBS controller, the same. They may stand on any node, and came first."""

OWN_BUDGETS = ("karpenter's", "podDisruptionBudget.enabled", "pdb.create")
"""Budgets whose numbers are the chart's own, and keep one pod of two: Karpenter's without asking, two switched on."""
PODS: dict[str, list[tuple[str | int, str, str | None]]] = {
    "karpenter": [("replicas", "controller.resources", "karpenter's")],
    "aws-load-balancer-controller": [("replicaCount", "resources", "podDisruptionBudget")],
    "cert-manager": [
        (1, "resources", None),
        ("webhook.replicaCount", "webhook.resources", "webhook.podDisruptionBudget"),
        (1, "cainjector.resources", None),
    ],
    "external-secrets": [
        ("replicaCount", "resources", "podDisruptionBudget.enabled"),
        (1, "webhook.resources", None),
        (1, "certController.resources", None),
    ],
    "keda": [
        ("operator.replicaCount", "resources.operator", "podDisruptionBudget.operator"),
        ("metricsServer.replicaCount", "resources.metricServer", "podDisruptionBudget.metricServer"),
        (1, "resources.webhooks", None),
    ],
    "vertical-pod-autoscaler": [("recommender.replicas", "recommender.resources", None)],
    "opentelemetry-operator": [("replicaCount", "manager.resources", "pdb.create")],
    "argo-cd": [
        (1, "controller.resources", None),
        ("repoServer.replicas", "repoServer.resources", "repoServer.pdb"),
        ("server.replicas", "server.resources", "server.pdb"),
        (1, "redis.resources", None),
    ],
}
"""Chart to its Deployments and StatefulSets: where its values say how many pods, or how many the chart makes; what each
asks for; and the budget of a drain, where there are several."""


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


def _at(values: dict[str, Any], path: str) -> Any:
    found: Any = values
    for key in path.split("."):
        found = found[key]
    return found


def _controllers(charts: dict[str, dict[str, Any]], istiods: str) -> list[Asked]:
    """What each pod of each controller asks for, the largest first."""
    istiod = {"istiod": [(f"pilot.{istiods}", "pilot.resources", None)]}
    found = [
        _asked(_at(charts[name], resources)["requests"])
        for name, pods in (PODS | istiod).items()
        for count, resources, _budget in pods
        for _ in range(count if isinstance(count, int) else _at(charts[name], count))
    ]
    return sorted(found, key=lambda pod: -pod[1])


def _asked(requests: dict[str, str]) -> Asked:
    memory = requests["memory"]
    return int(requests["cpu"].removesuffix("m")), int(memory[:-2]) << (10 if memory.endswith("Gi") else 0)


def _waiting(nodes: int, pods: list[Asked], daemons: list[Asked]) -> list[Asked]:
    """Pods without a place when each goes to the node that it leaves the most room on."""
    free = [[NODE[0] - sum(d[0] for d in daemons), NODE[1] - sum(d[1] for d in daemons)] for _ in range(nodes)]
    waiting = []
    for pod in pods:
        node = max(free, key=lambda room: min((room[0] - pod[0]) / NODE[0], (room[1] - pod[1]) / NODE[1]))
        if node[0] < pod[0] or node[1] < pod[1]:
            waiting.append(pod)
        else:
            node[0] -= pod[0]
            node[1] -= pod[1]
    return waiting


@pytest.fixture
def daemons(of_kind: OfKind, values: Callable[[Cell], dict[str, dict[str, Any]]]) -> Callable[[Cell], list[Asked]]:
    """`daemons(cell)`: what each node runs for itself."""

    def of(cell: Cell) -> list[Asked]:
        agents = [c for c in of_kind(cell, "OpenTelemetryCollector") if c["spec"]["mode"] == "daemonset"]
        own = [one["spec"]["resources"]["requests"] for one in agents]
        if "istio-cni" in values(cell):
            own.append(values(cell)["istio-cni"]["resources"]["requests"])
        return [*EKS_DAEMONS, *map(_asked, own)]

    return of


def test_every_controller_on_system_nodes_says_what_it_needs(
    cells: list[Cell], values: Callable[[Cell], dict[str, dict[str, Any]]]
) -> None:
    """A pod that asks for nothing is the first to be evicted, and is counted nowhere."""
    for cell in cells:
        placed = set(values(cell)) - set(ELSEWHERE)
        assert placed - {"istiod"} <= set(PODS), "a chart whose pods nobody counts"
        for name in placed & set(PODS):
            for _, resources, _ in PODS[name]:
                assert set(_at(values(cell)[name], resources)["requests"]) == {"cpu", "memory"}, name
        assert values(cell)["argo-cd"]["applicationSet"] == {"replicas": 0}


def test_controllers_fit_on_the_system_nodes_with_one_of_them_gone(
    cells: list[Cell], values: Callable[[Cell], dict[str, dict[str, Any]]], daemons: Callable[[Cell], list[Asked]]
) -> None:
    for cell in cells:
        if cell.capacity == "karpenter":
            pods = _controllers(values(cell), "autoscaleMin")
            assert _waiting(capacity.SYSTEM_NODES - 1, pods, daemons(cell)) == [], cell.name


def test_istiod_never_asks_for_more_pods_than_the_system_nodes_hold(
    cells: list[Cell], values: Callable[[Cell], dict[str, dict[str, Any]]], daemons: Callable[[Cell], list[Asked]]
) -> None:
    """Nobody makes more of those nodes: Karpenter's are not for controllers."""
    for cell in cells:
        if cell.capacity == "karpenter":
            pods = _controllers(values(cell), "autoscaleMax")
            assert _waiting(capacity.SYSTEM_NODES, [*pods, *EKS_PODS], daemons(cell)) == [], cell.name


def test_a_drain_takes_one_pod_of_a_controller_at_a_time(
    cells: list[Cell], values: Callable[[Cell], dict[str, dict[str, Any]]]
) -> None:
    """No chart keeps the two pods of a controller apart: they may stand on the node that is drained."""
    for cell in cells:
        charts = values(cell)
        for name in set(charts) & set(PODS):
            for count, _, budget in PODS[name]:
                several = isinstance(count, str) and _at(charts[name], count) > 1
                assert several is bool(budget), (name, count)
                if budget in OWN_BUDGETS[1:]:
                    assert _at(charts[name], budget) is True, name
                elif budget not in (None, *OWN_BUDGETS):
                    assert _at(charts[name], budget)["maxUnavailable"] == 1, name


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
        # Where the chart reads them; elsewhere they are dropped without a word, and `restricted` refuses the pod.
        assert chart["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert chart["containerSecurityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert chart["recommender"]["replicas"] == 1
        assert chart["recommender"]["podDisruptionBudget"] == {"enabled": False}
        recommendations = {one["metadata"]["name"]: one["spec"] for one in of_kind(cell, "VerticalPodAutoscaler")}
        assert recommendations.keys() == {service.name for service in cell.services if service.recommend}
        for name, spec in recommendations.items():
            assert spec["updatePolicy"]["updateMode"] == "Off"
            assert spec["targetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}


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
