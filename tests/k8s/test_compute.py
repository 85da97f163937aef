"""Nodes: enough kinds of them, in the right zones, within the cell's bounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet import capacity, names
from fleet.cell import Cell
from fleet.load import read_folder
from fleet.model import Fleet

Document = dict[str, Any]
OfKind = Callable[[Cell, str], list[Document]]
BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def _values(pool: Document, key: str, operator: str = "In") -> list[str]:
    for requirement in pool["spec"]["template"]["spec"]["requirements"]:
        if requirement["key"].endswith(key) and requirement["operator"] == operator:
            return list(requirement["values"])
    return []


@pytest.fixture
def pools(of_kind: OfKind) -> Callable[[Cell], dict[str, Document]]:
    return lambda cell: {pool["metadata"]["name"]: pool for pool in of_kind(cell, "NodePool")}


@pytest.fixture
def spotted(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.fleet.policies.spot.share]


def test_pools_stay_in_the_cells_three_zones(cells: list[Cell], pools: Callable[[Cell], dict[str, Document]]) -> None:
    for cell in cells:
        for pool in pools(cell).values():
            # Auto Mode knows no zone ids: its nodes are where the cell's subnets are.
            asked = [] if cell.capacity == "auto-mode" else list(cell.region.zones)
            assert _values(pool, "topology.k8s.aws/zone-id") == asked
            assert len(cell.region.zones) >= 3
            assert "use1-az3" not in cell.region.zones


def test_on_demand_is_for_gateways_and_for_the_hour_without_spot(
    spotted: list[Cell], pools: Callable[[Cell], dict[str, Document]]
) -> None:
    for cell in spotted:
        bought = {name: _values(pool, "capacity-type") for name, pool in pools(cell).items()}
        assert {name for name, kinds in bought.items() if kinds == ["on-demand"]} == {"ingress", "ondemand-burst"}
        assert {name for name, kinds in bought.items() if kinds == ["spot"]} == {"spot", "spot-memory"}
        assert len(bought) == 4
        weights = {name: pool["spec"]["weight"] for name, pool in pools(cell).items()}
        assert weights["ondemand-burst"] < min(weights[name] for name in weights if name != "ondemand-burst")
        burst = int(pools(cell)["ondemand-burst"]["spec"]["limits"]["cpu"]) * 1000
        assert burst >= capacity.burst_cpu(cell)


def test_memory_never_ends_a_pool_before_its_processors_do(
    cells: list[Cell], pools: Callable[[Cell], dict[str, Document]]
) -> None:
    """The family r has 8 GiB a processor, and every pool of services takes it."""
    for cell in cells:
        for pool in pools(cell).values():
            limits = pool["spec"]["limits"]
            assert int(limits["memory"].removesuffix("Gi")) >= 8 * int(limits["cpu"])


def test_pools_are_bounded_and_together_within_the_cell(
    cells: list[Cell], pools: Callable[[Cell], dict[str, Document]]
) -> None:
    for cell in cells:
        limits = [pool["spec"]["limits"] for pool in pools(cell).values()]
        assert all({"cpu", "memory", "nodes"} <= set(limit) for limit in limits)
        assert sum(int(limit["nodes"]) for limit in limits) <= cell.nodes
        assert sum(int(limit["cpu"]) for limit in limits) * 1000 >= capacity.limit_cpu(cell)


def test_nodes_are_pinned_closed_and_encrypted(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for node in of_kind(cell, "EC2NodeClass"):
            spec = node["spec"]
            assert spec["amiSelectorTerms"] == [{"alias": cell.release.node_image}]
            assert "@latest" not in cell.release.node_image
            assert spec["metadataOptions"]["httpTokens"] == "required"
            assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
            assert spec["associatePublicIPAddress"] is False
            assert all(
                disk["ebs"]["encrypted"] and disk["ebs"]["volumeType"] == "gp3" for disk in spec["blockDeviceMappings"]
            )
            assert spec["instanceProfile"] == names.instance_profile(cell)
            assert spec["kubelet"]["maxPods"] == cell.pods_per_node
            for selector in ("subnetSelectorTerms", "securityGroupSelectorTerms"):
                assert spec[selector] == [{"tags": {"karpenter.sh/discovery": names.cluster(cell)}}]


def test_an_auto_mode_cell_uses_auto_modes_own_class(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        auto = cell.capacity == "auto-mode"
        assert len(of_kind(cell, "NodeClass")) == auto
        assert len(of_kind(cell, "EC2NodeClass")) == (not auto)
        for pool in of_kind(cell, "NodePool"):
            kind = pool["spec"]["template"]["spec"]["nodeClassRef"]["kind"]
            assert kind == ("NodeClass" if auto else "EC2NodeClass")


def test_auto_mode_is_asked_by_labels_it_knows(cells: list[Cell], pools: Callable[[Cell], dict[str, Document]]) -> None:
    """Of its user guide. A label it does not know is taken for one of ours, and written on nodes as it stands."""
    known = {"kubernetes.io/arch", "karpenter.sh/capacity-type", "topology.kubernetes.io/zone"}
    known |= {f"eks.amazonaws.com/instance-{name}" for name in ("category", "cpu", "generation", "hypervisor")}
    for cell in cells:
        if cell.capacity == "auto-mode":
            for pool in pools(cell).values():
                assert {r["key"] for r in pool["spec"]["template"]["spec"]["requirements"]} <= known


def test_auto_mode_is_told_to_enforce_network_policies(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        settings = {(c["metadata"]["namespace"], c["metadata"]["name"]): c["data"] for c in of_kind(cell, "ConfigMap")}
        enforced = {("kube-system", "amazon-vpc-cni"): {"enable-network-policy-controller": "true"}}
        assert settings == (enforced if cell.capacity == "auto-mode" else {})


def test_only_pods_that_ask_for_it_land_on_a_tainted_pool(
    spotted: list[Cell], pools: Callable[[Cell], dict[str, Document]], of_kind: OfKind
) -> None:
    for cell in spotted:
        tainted = {name for name, pool in pools(cell).items() if pool["spec"]["template"]["spec"].get("taints")}
        assert tainted == {"ingress", "spot-memory"}
        for deployment in of_kind(cell, "Deployment"):
            tolerated = deployment["spec"]["template"]["spec"].get("tolerations", [])
            assert all(toleration["value"] != "ingress" for toleration in tolerated)


def test_gateways_stand_on_the_tainted_on_demand_pool_and_nowhere_else(
    spotted: list[Cell], pools: Callable[[Cell], dict[str, Document]], of_kind: OfKind
) -> None:
    for cell in spotted:
        ingress = pools(cell)["ingress"]["spec"]["template"]
        (taint,) = ingress["spec"]["taints"]
        assert (taint["key"], taint["value"], taint["effect"]) == ("fleet/pool", "ingress", "NoSchedule")
        charts = {a["metadata"]["name"]: a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")}
        for name, helm in charts.items():
            values = helm.get("valuesObject", {})
            if name in ("ingress", "eastwest"):
                assert values["nodeSelector"].items() <= ingress["metadata"]["labels"].items()
                (toleration,) = values["tolerations"]
                assert {**toleration, "operator": ""} == {**taint, "operator": ""}
            else:
                assert "'fleet/pool'" not in str(values), name


def _hungry(of: str, cell: str) -> Cell:
    """A cell of a blueprint in which `sessions` wants much memory to a processor."""
    source = read_folder(BLUEPRINTS / of)
    source.tree["services"]["sessions"]["demand"] |= {"cpu": "1", "memory": "8Gi"}
    return Fleet.model_validate(source.tree).cell(cell)


def test_who_needs_much_memory_runs_on_spot_that_has_it_and_on_demand_when_spot_has_none(of_kind: OfKind) -> None:
    cell = _hungry("growth", "use1-a")
    for deployment in of_kind(cell, "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        (term,) = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        named = [one["values"] for one in term["matchExpressions"] if one["key"] == "fleet/pool"]
        tolerated = [one["value"] for one in pod.get("tolerations", [])]
        hungry = deployment["metadata"]["name"] == "sessions"
        assert named == ([["spot-memory", "ondemand-burst"]] if hungry else [])
        assert tolerated == (["spot-memory"] if hungry else [])


def test_a_founders_hungry_service_runs_on_the_one_pool_there_is(of_kind: OfKind) -> None:
    for deployment in of_kind(_hungry("day-one", "use1-z"), "Deployment"):
        assert "tolerations" not in deployment["spec"]["template"]["spec"]
        assert "fleet/pool" not in str(deployment)
