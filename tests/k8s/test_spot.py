"""Spot as it is asked for: counted and weighed from the documents and templates that are emitted, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from fleet import capacity, instances, names, nodepools, spot
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.requirements import Requirement
from local import catalogue

Document = dict[str, Any]
Template = dict[str, Any]
OfKind = Callable[[Cell, str], list[Document]]

FEWEST_IN_REGION, FEWEST_IN_ZONE, FEWEST_TO_MOVE = 250, 200, 15


def reached(pool: Document, zone: str, *more: Requirement) -> set[str]:
    """Types of a zone that an emitted node pool takes, from moto's own catalogue."""
    asked = [
        Requirement(one["key"], one["operator"], tuple(one["values"]))
        for one in pool["spec"]["template"]["spec"]["requirements"]
    ]
    facts = catalogue.catalogue()
    found = set()
    for name in catalogue.offerings()[zone]:
        if catalogue.considered(name, facts[name]):
            described = {
                key: frozenset(text.split(",")) for key, text in catalogue.described(facts[name]).items() if text
            }
            labels = instances.named(name) | described | {instances.ZONE_ID: frozenset([zone])}
            if all(one.met_by(labels.get(one.key, frozenset())) for one in (*asked, *more)):
                found.add(name)
    return found


@pytest.fixture
def pools(of_kind: OfKind) -> Callable[[Cell], dict[str, Document]]:
    return lambda cell: {pool["metadata"]["name"]: pool for pool in of_kind(cell, "NodePool")}


@pytest.fixture
def firsts(cells: list[Cell]) -> list[Cell]:
    """A Karpenter cell with Spot of each region of the blueprints."""
    counted = [cell for cell in cells if spot.counted(cell)]
    return list({(len(cell.fleet.cells), cell.region.name): cell for cell in counted}.values())


def test_cells_of_a_region_ask_for_the_same(cells: list[Cell], pools: Callable[[Cell], dict[str, Document]]) -> None:
    asked: dict[tuple[int, str], set[str]] = {}
    for cell in cells:
        if spot.counted(cell):
            requirements = str(pools(cell)["spot"]["spec"]["template"]["spec"]["requirements"])
            asked.setdefault((len(cell.fleet.cells), cell.region.name), set()).add(requirements)
    assert all(len(texts) == 1 for texts in asked.values())


def test_the_emitted_spot_pool_reaches_250_types_in_each_region_and_200_in_each_zone(
    firsts: list[Cell], pools: Callable[[Cell], dict[str, Document]]
) -> None:
    for cell in firsts:
        by_zone = [reached(pools(cell)["spot"], zone) for zone in cell.region.zones]
        assert len(set().union(*by_zone)) >= FEWEST_IN_REGION
        assert min(len(types) for types in by_zone) >= FEWEST_IN_ZONE


def test_what_is_counted_for_people_is_what_is_emitted(
    firsts: list[Cell], pools: Callable[[Cell], dict[str, Document]]
) -> None:
    for cell in firsts:
        for name, pool in pools(cell).items():
            for zone in cell.region.zones:
                assert spot.types(cell, zone, name) == reached(pool, zone), (cell.name, name, zone)


@pytest.mark.parametrize("architecture", nodepools.ARCHITECTURES)
def test_one_architecture_alone_leaves_enough_to_move_to_cheaper_spot(
    firsts: list[Cell], pools: Callable[[Cell], dict[str, Document]], architecture: str
) -> None:
    only = Requirement(instances.ARCHITECTURE, "In", (architecture,))
    for cell in firsts:
        for name in ("spot", "spot-memory"):
            for zone in cell.region.zones:
                assert len(reached(pools(cell)[name], zone, only)) >= FEWEST_TO_MOVE


def test_pods_run_on_what_the_pools_start(cells: list[Cell], of_kind: OfKind) -> None:
    """A service names processors; pools start both, and each image is built for both unless its team says otherwise."""
    for cell in cells:
        started = {
            value
            for pool in of_kind(cell, "NodePool")
            for one in pool["spec"]["template"]["spec"]["requirements"]
            if one["key"] == "kubernetes.io/arch"
            for value in one["values"]
        }
        assert started == {"arm64", "amd64"}
        for deployment in of_kind(cell, "Deployment"):
            affinity = deployment["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
            (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
            (named,) = [one["values"] for one in term["matchExpressions"] if one["key"] == "kubernetes.io/arch"]
            service = cell.fleet.services[deployment["metadata"]["name"]]
            assert named == sorted(service.architectures)


# --- the share of on-demand at declared peak ----------------------------------------------------------------------


def _millis(text: str) -> int:
    return int(text.removesuffix("m")) if text.endswith("m") else int(text) * 1000


def _spot_cpu(cell: Cell, of_kind: OfKind) -> int:
    """What pods on Spot request when all run that carry the declared peak, proxies included."""
    least = {
        scaler["spec"]["scaleTargetRef"]["name"]: scaler["spec"].get(
            "minReplicas", scaler["spec"].get("minReplicaCount")
        )
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for scaler in of_kind(cell, kind)
    }
    requested = 0
    for deployment in of_kind(cell, "Deployment"):
        template = deployment["spec"]["template"]
        pod = sum(_millis(one["resources"]["requests"]["cpu"]) for one in template["spec"]["containers"])
        proxy = template["metadata"].get("annotations", {}).get("sidecar.istio.io/proxyCPU", "0")
        requested += least[deployment["metadata"]["name"]] * (pod + _millis(proxy))
    return requested


def _gateway_cpu(cell: Cell, of_kind: OfKind) -> int:
    """Processors of the on-demand nodes under the gateways that carry the declared peak, node by node."""
    charts = {a["metadata"]["name"]: a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")}
    (ingress,) = [pool for pool in of_kind(cell, "NodePool") if pool["metadata"]["name"] == "ingress"]
    requirements = ingress["spec"]["template"]["spec"]["requirements"]
    (sizes,) = [one["values"] for one in requirements if one["key"].endswith("instance-cpu")]
    size = min(map(int, sizes))
    pods: list[int] = []
    for name in {"ingress", "eastwest"} & set(charts):
        values = charts[name]["valuesObject"]
        assert values["nodeSelector"] == {"fleet/pool": "ingress"}
        pods += [_millis(values["resources"]["requests"]["cpu"])] * values["autoscaling"]["minReplicas"]
    free: list[float] = []
    for pod in pods:
        place = next((index for index, left in enumerate(free) if left >= pod), None)
        if place is None:
            free.append(size * 1000 * capacity.USABLE - pod)
        else:
            free[place] -= pod
    return max(len(free), len(cell.region.zones)) * size * 1000


def _system_cpu(template: Template) -> int:
    """Processors of the system nodes that a cell's template starts, by the largest of the types it lists."""
    (group,) = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::EKS::Nodegroup"]
    assert group["CapacityType"] == "ON_DEMAND"
    each = max(int(*instances.labels()[name][f"{instances.OWN}cpu"]) for name in group["InstanceTypes"])
    return int(group["ScalingConfig"]["DesiredSize"]) * each * 1000


def _serving(fleet: Fleet) -> Iterable[Cell]:
    return (cell for cell in fleet.cells if spot.counted(cell) and cell.state in ("proving", "active"))


@pytest.mark.parametrize(("blueprint", "most"), [("growth", 0.2), ("hypergrowth", 0.05)])
def test_on_demand_is_no_more_of_the_declared_peak_than_the_policy_allows(
    fleet_of: Callable[[str], Fleet],
    synthesized: Callable[..., dict[str, Template]],
    of_kind: OfKind,
    blueprint: str,
    most: float,
) -> None:
    """System nodes, ingress and east-west, from templates and manifests; the burst pool is empty at a declared peak."""
    fleet, templates = fleet_of(blueprint), synthesized("cell", of=blueprint)
    assert most == pytest.approx(1 - fleet.policies.spot.share)
    on_demand = spotted = 0
    for cell in _serving(fleet):
        name = names.stack(fleet, cell.region.code, cell.key, "cell")
        on_demand += _system_cpu(templates[name]) + _gateway_cpu(cell, of_kind)
        # Nodes of Spot are counted without what they keep back: more of them would only lower the share.
        spotted += _spot_cpu(cell, of_kind)
    assert 0 < on_demand / (on_demand + spotted) <= most


@pytest.mark.parametrize("blueprint", ["growth", "hypergrowth"])
def test_the_rule_counts_what_is_emitted(
    fleet_of: Callable[[str], Fleet], synthesized: Callable[..., dict[str, Template]], of_kind: OfKind, blueprint: str
) -> None:
    fleet, templates = fleet_of(blueprint), synthesized("cell", of=blueprint)
    for cell in _serving(fleet):
        template = templates[names.stack(fleet, cell.region.code, cell.key, "cell")]
        assert capacity.on_demand_cpu(cell) == _system_cpu(template) + _gateway_cpu(cell, of_kind), cell.name
        assert capacity.running_cpu(cell) == _spot_cpu(cell, of_kind), cell.name


def test_the_burst_pool_is_the_last_to_be_asked_and_the_first_to_be_emptied(
    cells: list[Cell], pools: Callable[[Cell], dict[str, Document]]
) -> None:
    """No pod asks for it by name alone, nothing keeps a node of it, and Spot is cheaper: it is empty in normal times."""
    for cell in cells:
        if "ondemand-burst" in pools(cell):
            burst = pools(cell)["ondemand-burst"]["spec"]
            assert burst["weight"] < min(p["spec"]["weight"] for n, p in pools(cell).items() if n != "ondemand-burst")
            assert "replicas" not in burst
            assert "taints" not in burst["template"]["spec"]
            assert burst["disruption"]["consolidationPolicy"] == "WhenEmptyOrUnderutilized"
            wide = pools(cell)["spot"]["spec"]["template"]["spec"]["requirements"]
            own = burst["template"]["spec"]["requirements"]
            differing = [one["key"] for one, other in zip(own, wide, strict=True) if one != other]
            assert differing == ["karpenter.sh/capacity-type"]
