"""A service's bundle: spread, bounded, hardened, closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from itertools import combinations
from typing import Any

import pytest

from fleet import addressing, capacity, names
from fleet.cell import Cell
from fleet.model import Fleet

Document = dict[str, Any]
Files = Callable[[Cell], dict[str, list[Document]]]
OfKind = Callable[[Cell, str], list[Document]]


@pytest.fixture
def deployments(cells: list[Cell], of_kind: OfKind) -> list[tuple[Cell, Document]]:
    return [(cell, deployment) for cell in cells for deployment in of_kind(cell, "Deployment")]


def _one(files: Files, cell: Cell, service: str, kind: str) -> Document:
    return next(d for d in files(cell)[f"services/{service}"] if d["kind"] == kind)


def test_every_placed_service_runs_in_its_cells(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        assert {d["metadata"]["name"] for d in of_kind(cell, "Deployment")} == {s.name for s in cell.services}


def test_pods_spread_over_the_zones_that_are_there(deployments: list[tuple[Cell, Document]]) -> None:
    for _cell, deployment in deployments:
        spread = {c["topologyKey"]: c for c in deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]}
        zone = spread["topology.kubernetes.io/zone"]
        assert (zone["maxSkew"], zone["whenUnsatisfiable"], zone["nodeTaintsPolicy"]) == (1, "DoNotSchedule", "Honor")
        assert "kubernetes.io/hostname" in spread
        assert all("minDomains" not in constraint for constraint in spread.values())


def test_exactly_one_autoscaler_owns_the_number_of_pods(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            kinds = [d["kind"] for d in files(cell)[f"services/{service.name}"]]
            assert kinds.count("HorizontalPodAutoscaler") + kinds.count("ScaledObject") == 1
            assert "replicas" not in _one(files, cell, service.name, "Deployment")["spec"]


def _bounds(files: Files, cell: Cell, service: str) -> tuple[int, int]:
    for document in files(cell)[f"services/{service}"]:
        if document["kind"] == "HorizontalPodAutoscaler":
            return document["spec"]["minReplicas"], document["spec"]["maxReplicas"]
        if document["kind"] == "ScaledObject":
            return document["spec"]["minReplicaCount"], document["spec"]["maxReplicaCount"]
    raise AssertionError(f"{service} has no autoscaler")


def test_running_pods_carry_the_peak_with_a_hosting_cell_lost(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            hosts, peak = service.cells_in(cell.region), service.demand.peak(cell.region.name)
            lost = min(1, cell.fleet.policies.survive.cells)
            running = sorted(_bounds(files, host, service.name)[0] for host in hosts)
            assert sum(running[: len(running) - lost]) * service.demand.per_pod >= peak
            assert min(running) >= 3


def test_limits_carry_the_peak_with_every_survivable_loss_of_cells(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            hosts, peak = service.cells_in(cell.region), service.demand.peak(cell.region.name)
            limits = sorted(_bounds(files, host, service.name)[1] for host in hosts)
            left = limits[: len(limits) - cell.fleet.policies.survive.cells]
            assert left
            assert sum(left) * service.demand.per_pod >= peak


def test_every_service_of_the_large_fleet_is_in_three_to_five_cells_and_any_two_of_them_may_go(
    fleet: Fleet, files: Files
) -> None:
    """From the emitted files alone: who has pods where, and how many there may be."""
    for region in fleet.regions.values():
        for service in region.fleet.services.values():
            if service.runs_in(region):
                limits = {
                    cell.name: _bounds(files, cell, service.name)[1]
                    for cell in region.standing_cells
                    if any(d["kind"] == "Deployment" for d in files(cell).get(f"services/{service.name}", []))
                }
                assert 3 <= len(limits) <= 5
                assert len(limits) == 5 or service.tier > 0, "what the journey stops without is spread widest"
                for lost in combinations(limits, 2):
                    left = [most for cell, most in limits.items() if cell not in lost]
                    assert left
                    assert sum(left) * service.demand.per_pod >= service.demand.peak(region.name), (service.name, lost)


def test_limits_carry_the_traffic_of_a_lost_region(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            hosts = service.cells_in(cell.region)
            most = sum(_bounds(files, host, service.name)[1] for host in hosts)
            assert most * service.demand.per_pod >= capacity.peak_with_a_region_lost(service, cell.region)


def test_a_drain_is_never_blocked_and_never_takes_many(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            budgets = [d for d in files(cell)[f"services/{service.name}"] if d["kind"] == "PodDisruptionBudget"]
            assert len(budgets) == 1
            assert budgets[0]["spec"]["maxUnavailable"] == "10%"
            assert budgets[0]["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_pods_meet_the_restricted_level(deployments: list[tuple[Cell, Document]]) -> None:
    for _cell, deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        assert pod["automountServiceAccountToken"] is False
        assert all(set(volume) <= {"name", "emptyDir", "secret"} for volume in pod["volumes"])
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["readOnlyRootFilesystem"] is True
            assert security["capabilities"] == {"drop": ["ALL"]}


def test_images_come_by_digest_from_the_regions_mirror(deployments: list[tuple[Cell, Document]]) -> None:
    for cell, deployment in deployments:
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            registry, _, rest = container["image"].partition("/")
            assert registry == names.registry(cell.region)
            assert re.fullmatch(r"[a-z0-9/._-]+@sha256:[0-9a-f]{64}", rest)


def test_pods_say_what_they_need_and_when_they_are_ready(deployments: list[tuple[Cell, Document]]) -> None:
    for _cell, deployment in deployments:
        pod = deployment["spec"]["template"]["spec"]
        for container in pod["containers"]:
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}
            assert container["resources"]["limits"]["memory"]
            assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8080}
            drain = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            assert drain < pod["terminationGracePeriodSeconds"] <= 120


def test_pods_are_given_time_to_start_and_are_not_killed_for_what_they_call(
    deployments: list[tuple[Cell, Document]],
) -> None:
    """A liveness probe that asks the service restarts every pod of it when a database is slow."""
    for _cell, deployment in deployments:
        for container in deployment["spec"]["template"]["spec"]["containers"]:
            start, alive = container["startupProbe"], container["livenessProbe"]
            assert start["periodSeconds"] * start["failureThreshold"] >= 60
            assert set(alive) & {"httpGet", "tcpSocket", "grpc", "exec"} == {"tcpSocket"}
            assert alive["periodSeconds"] * alive["failureThreshold"] >= 30


def test_quotas_allow_the_limit_and_no_load_balancer(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            hard = _one(files, cell, service.name, "ResourceQuota")["spec"]["hard"]
            most = _bounds(files, cell, service.name)[1]
            assert hard["services.loadbalancers"] == hard["services.nodeports"] == "0"
            assert int(hard["pods"]) >= most * 1.25
            assert int(hard["requests.cpu"].removesuffix("m")) >= most * 1.25 * capacity.pod_cpu(service, cell.region)


def test_quotas_fit_into_the_node_pools_that_services_may_use(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for resource, one in (("requests.cpu", _millis), ("requests.memory", _mebibytes)):
            promised = sum(one(quota["spec"]["hard"][resource]) for quota in of_kind(cell, "ResourceQuota"))
            limits = {pool["metadata"]["name"]: pool["spec"]["limits"] for pool in of_kind(cell, "NodePool")}
            # None of the blueprints' services needs the memory pool, and none may stand among the gateways.
            usable = {name: limit for name, limit in limits.items() if name not in ("ingress", "spot-memory")}
            assert promised <= sum(one(limit[resource.partition(".")[2]]) for limit in usable.values()), cell.name


def _millis(text: str) -> int:
    return int(text.removesuffix("m")) if text.endswith("m") else 1000 * int(text)


def _mebibytes(text: str) -> int:
    return int(text.removesuffix("Gi")) << 10 if text.endswith("Gi") else int(text.removesuffix("Mi"))


def test_nothing_opens_a_door_of_its_own(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        assert of_kind(cell, "Ingress") == []
        assert {service["spec"]["type"] for service in of_kind(cell, "Service")} <= {"ClusterIP"}


def test_every_services_namespace_denies_first(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for file, documents in files(cell).items():
            if file.startswith("services/"):
                policies = {d["metadata"]["name"]: d["spec"] for d in documents if d["kind"] == "NetworkPolicy"}
                assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_hosted_services_reach_dns_and_their_mesh(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            policies = {
                d["metadata"]["name"]: d["spec"]
                for d in files(cell)[f"services/{service.name}"]
                if d["kind"] == "NetworkPolicy"
            }
            assert {port["port"] for rule in policies["dns"]["egress"] for port in rule["ports"]} == {53}
            assert ("mesh" in policies) is cell.region.meshed
            assert ("partners" in policies) is (service.egress == "partners")


def test_only_the_public_gateway_hears_the_internet(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        region = addressing.region_block(cell.region)
        open_ports = set()
        for policy in of_kind(cell, "NetworkPolicy"):
            for rule in policy["spec"].get("ingress", []):
                for source in rule.get("from", []):
                    if "ipBlock" in source:
                        assert ip_network(source["ipBlock"]["cidr"]).subnet_of(region)
                if "from" not in rule:
                    open_ports |= {(policy["metadata"]["namespace"], port["port"]) for port in rule["ports"]}
        assert open_ports == {("istio-ingress", names.WEB_PORT)}


def test_callers_get_in_and_callees_are_reached(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        for service in cell.services:
            policies = {
                d["metadata"]["name"]: d["spec"]
                for d in files(cell)[f"services/{service.name}"]
                if d["kind"] == "NetworkPolicy"
            }
            called = {call.service for call in service.calls}
            assert ("callees" in policies) is bool(called)
            for callee in called & {s.name for s in cell.services}:
                doors = str(_one_policy(files, cell, callee, "callers")["ingress"])
                assert f"'{service.name}'" in doors
                assert f"'{callee}'" in str(policies["callees"]["egress"])


def _one_policy(files: Files, cell: Cell, service: str, name: str) -> Document:
    found = [
        d["spec"]
        for d in files(cell)[f"services/{service}"]
        if d["kind"] == "NetworkPolicy" and d["metadata"]["name"] == name
    ]
    assert len(found) == 1
    return found[0]


def test_databases_and_caches_are_reached_past_the_proxy_where_they_listen(
    deployments: list[tuple[Cell, Document]],
) -> None:
    for cell, deployment in deployments:
        annotations = deployment["spec"]["template"]["metadata"].get("annotations", {})
        if cell.region.meshed:
            excluded = annotations["traffic.sidecar.istio.io/excludeOutboundPorts"].split(",")
            assert {int(port) for port in excluded} == {names.DATABASE_PORT, names.CACHE_PORT}


def test_pods_know_names_and_never_secrets_or_addresses(deployments: list[tuple[Cell, Document]]) -> None:
    for cell, deployment in deployments:
        service = cell.fleet.services[deployment["metadata"]["name"]]
        pod = deployment["spec"]["template"]["spec"]
        told = {entry["name"]: entry.get("value", "") for entry in pod["containers"][0]["env"]}
        assert told["CELL"] == cell.name
        database = service.database_in(cell.region)
        if database is not None:
            assert told["DATABASE_PARAMETER"] == names.database_parameter(database)
        for key in service.caches:
            assert names.cache(service, key) in told["CACHES"]
        mounted = {v["secret"]["secretName"] for v in pod["volumes"] if "secret" in v}
        assert mounted == set(service.secrets)
        assert not any(re.search("SECRET|TOKEN|PASSWORD", name) for name in told)
