"""Beside calls: what pods of a service may reach and be reached by, and what lies open between cells."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from fleet import addressing, names
from ops.mesh.policies import Addresses, Pods, passes
from tests.ops.mesh.conftest import REGIONS

PORTS = (22, 53, 80, 443, 4317, 5432, 6380, 8080, 8443, 10250, 15000, 15010, 15012, 15017, 15020, 15021, 15443)
"""Ports that something in a cell listens at, and some that nothing should."""

each_region = pytest.mark.parametrize(("blueprint", "region"), REGIONS)


def opened(cluster: Any, workload: Any, direction: Any, network: IPv4Network) -> set[int]:
    return {port for port in PORTS if passes(cluster, workload, direction, Addresses(network), port)}


@each_region
def test_a_service_reaches_another_cell_at_its_door_only_and_is_reached_from_none(
    blueprint: str, region: str, fleet_of: Any, emitted: Any, mesh: Any
):
    home = fleet_of(blueprint).regions[region]
    clusters = mesh(blueprint, region, emitted(blueprint, region)).clusters
    reached = set()
    for cluster in clusters.values():
        for workload in (one for one in cluster.workloads if not one.gateway and cluster.meshed(one.space)):
            for other in home.standing_cells:
                block = addressing.cell_block(other)
                reached.add(frozenset(opened(cluster, workload, "egress", block)))
                assert opened(cluster, workload, "ingress", block) == set()
    assert reached == {frozenset({names.MESH_PORT}), frozenset()}


@each_region
def test_the_door_opens_at_one_port_and_for_the_question_whether_it_serves(
    blueprint: str, region: str, fleet_of: Any, emitted: Any, mesh: Any
):
    home = fleet_of(blueprint).regions[region]
    clusters = mesh(blueprint, region, emitted(blueprint, region)).clusters
    for cell in home.standing_cells:
        cluster = clusters[cell.name]
        (gate,) = [one for one in cluster.workloads if one.name == "eastwest"]
        for other in home.standing_cells:
            assert opened(cluster, gate, "ingress", addressing.cell_block(other)) == {15443, 15021}
        assert opened(cluster, gate, "ingress", IPv4Network("192.0.2.0/24")) == set()


@each_region
def test_pods_of_the_platform_reach_a_service_for_its_metrics_and_through_gateways_only(
    blueprint: str, region: str, emitted: Any, mesh: Any
):
    clusters = mesh(blueprint, region, emitted(blueprint, region)).clusters
    for cluster in clusters.values():
        gateways = [one for one in cluster.workloads if one.gateway]
        platform = [w for w in cluster.workloads if not w.gateway and not cluster.meshed(w.space)]
        for service in (one for one in cluster.workloads if cluster.meshed(one.space)):
            for gate in gateways:
                at = {port for port in PORTS if passes(cluster, service, "ingress", Pods(gate), port)}
                assert at <= {8080}, f"{gate} reaches {service} at {at}"
            for pod in platform:
                assert not {port for port in PORTS if passes(cluster, service, "ingress", Pods(pod), port)}


@each_region
def test_a_service_reaches_of_the_platform_names_its_certificate_and_its_collector(
    blueprint: str, region: str, emitted: Any, mesh: Any
):
    """Each at the one port it is for. No pod of a service reaches an API server, a webhook or a debug port."""
    from ops.mesh.cluster import Workload

    clusters = mesh(blueprint, region, emitted(blueprint, region)).clusters
    wanted = {"istio-system": {15012}, "observability-agents": {4317}, "argocd": set(), "karpenter": set()}
    for cluster in clusters.values():
        for service in (one for one in cluster.workloads if cluster.meshed(one.space)):
            for space, ports in wanted.items():
                somebody = Workload(space, "any", (), "any", frozenset())
                at = {port for port in PORTS if passes(cluster, service, "egress", Pods(somebody), port)}
                assert at == ports, f"{service} reaches {space} at {at}"
