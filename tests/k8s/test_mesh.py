"""The mesh: denied by default, encrypted, one network a cell, joined only inside a region."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from fleet import authority, names
from fleet.cell import Cell
from fleet.model import Fleet

Document = dict[str, Any]
Files = Callable[[Cell], dict[str, list[Document]]]
OfKind = Callable[[Cell, str], list[Document]]


@pytest.fixture
def meshed(cells: list[Cell]) -> list[Cell]:
    return [cell for cell in cells if cell.region.meshed]


def _application(of_kind: OfKind, cell: Cell, name: str) -> Document:
    return next(d for d in of_kind(cell, "Application") if d["metadata"]["name"] == name)


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))


def test_a_region_without_a_mesh_has_the_gateway_only(
    fleet_of: Callable[[str], Fleet], files: Files, of_kind: OfKind
) -> None:
    (cell,) = fleet_of("day-one").cells
    assert "platform/mesh" not in files(cell)
    for kind in ("AuthorizationPolicy", "PeerAuthentication", "Sidecar", "PushSecret"):
        assert of_kind(cell, kind) == []
    charts = {d["metadata"]["name"] for d in of_kind(cell, "Application")}
    assert {"istiod", "ingress"} <= charts
    assert not {"istio-cni", "eastwest"} & charts


def test_everything_is_encrypted_and_nothing_says_otherwise(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        (peer,) = of_kind(cell, "PeerAuthentication")
        assert (peer["metadata"]["namespace"], peer["spec"]) == ("istio-system", {"mtls": {"mode": "STRICT"}})
        assert all("tls" not in rule["spec"]["trafficPolicy"] for rule in of_kind(cell, "DestinationRule"))


def test_nobody_may_call_whom_its_service_does_not_name(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        policies = {
            (p["metadata"]["namespace"], p["metadata"]["name"]): p["spec"] for p in of_kind(cell, "AuthorizationPolicy")
        }
        assert policies["istio-system", "deny-by-default"] == {}
        assert {"istio-ingress", "istio-eastwest"} <= {space for space, _ in policies}
        domain = names.trust_domain(cell.region)
        for service in cell.services:
            spec = policies[service.name, service.name]
            assert spec["action"] == "ALLOW"
            allowed = {p for rule in spec["rules"] for source in rule["from"] for p in source["source"]["principals"]}
            callers = {o.name for o in cell.fleet.services.values() if service.name in {c.service for c in o.calls}}
            wanted = {f"{domain}/ns/{caller}/sa/{caller}" for caller in callers}
            if service.routes:
                wanted.add(f"{domain}/ns/istio-ingress/sa/ingress")
            assert allowed == wanted


def test_a_caller_knows_every_service_it_names_wherever_it_is_hosted(meshed: list[Cell], files: Files) -> None:
    for cell in meshed:
        for service in cell.services:
            for call in service.calls:
                kinds = {d["kind"] for d in files(cell)[f"services/{call.service}"]}
                assert {"Namespace", "Service", "DestinationRule", "VirtualService"} <= kinds
            (scope,) = [d for d in files(cell)[f"services/{service.name}"] if d["kind"] == "Sidecar"]
            hosts = scope["spec"]["egress"][0]["hosts"]
            assert {f"{call.service}/*" for call in service.calls} <= set(hosts)
            assert "*/*" not in hosts


def test_a_service_hosted_elsewhere_brings_no_pods(meshed: list[Cell], files: Files) -> None:
    found = 0
    for cell in meshed:
        hosted = {f"services/{service.name}" for service in cell.services}
        for file, documents in files(cell).items():
            if file.startswith("services/") and file not in hosted:
                found += 1
                assert not {"Deployment", "HorizontalPodAutoscaler", "ScaledObject"} & {d["kind"] for d in documents}
    assert found


def test_failover_stays_in_the_cell_first_and_ejects_few(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for rule in of_kind(cell, "DestinationRule"):
            policy = rule["spec"]["trafficPolicy"]
            priority = policy["loadBalancer"]["localityLbSetting"]["failoverPriority"]
            zone = "topology.kubernetes.io/zone"
            assert priority == (["topology.istio.io/network", zone] if cell.region.meshed else [zone])


def test_proxies_leave_out_a_zone_of_the_own_cell_or_the_cells_the_fleet_survives_and_never_all(
    cells: list[Cell], files: Files
) -> None:
    """In addresses, as a proxy counts them: it rounds down."""
    for cell in cells:
        zones, survive = len(cell.region.zones), cell.fleet.policies.survive.cells
        hosted = {service.name for service in cell.services}
        for file, documents in files(cell).items():
            for rule in (d for d in documents if d["kind"] == "DestinationRule"):
                percent = rule["spec"]["trafficPolicy"]["outlierDetection"]["maxEjectionPercent"]
                name = file.removeprefix("services/")
                if name in hosted:
                    own = 10 * zones
                    assert own * percent // 100 >= own // zones
                    assert own * percent // 100 < own
                    continue
                hosts = len(cell.fleet.services[name].cells_in(cell.region))
                left_out = hosts * zones * percent // 100
                # A lost zone takes one address of each hosting cell, a lost cell all of its own.
                assert left_out == max(hosts, min(survive, hosts - 1) * zones)


def test_retries_end_within_the_timeout(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for service in of_kind(cell, "VirtualService"):
            for route in service["spec"]["http"]:
                if "route" in route:
                    retries = route["retries"]
                    tries = 1 + retries["attempts"]
                    assert retries["attempts"] <= 2
                    assert tries * _seconds(retries["perTryTimeout"]) <= _seconds(route["timeout"])


def test_cells_of_a_region_form_one_mesh_of_separate_networks(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        siblings = {other.name for other in cell.region.standing_cells}
        values = _application(of_kind, cell, "istiod")["spec"]["source"]["helm"]["valuesObject"]
        networks = values["global"]["meshNetworks"]
        assert set(networks) == siblings
        for name, network in networks.items():
            (gateway,) = network["gateways"]
            assert gateway == {"address": names.eastwest_host(cell.fleet.cell(name)), "port": 15443}
        assert values["meshConfig"]["trustDomain"] == names.trust_domain(cell.region)
        (space,) = [n for n in of_kind(cell, "Namespace") if n["metadata"]["name"] == "istio-system"]
        assert space["metadata"]["labels"]["topology.istio.io/network"] == cell.name == values["global"]["network"]


def test_each_cell_reads_every_other_cell_of_its_region_and_no_more(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        remotes = {}
        for secret in of_kind(cell, "ExternalSecret"):
            template = secret["spec"]["target"].get("template", {}).get("metadata", {})
            if template.get("labels", {}).get("istio/multiCluster") == "true":
                remotes[template["annotations"]["networking.istio.io/cluster"]] = secret
        others = {other.name: other for other in cell.region.standing_cells if other is not cell}
        assert remotes.keys() == others.keys()
        for name, secret in remotes.items():
            read = {entry["remoteRef"]["key"] for entry in secret["spec"]["data"]}
            assert read == {names.apiserver_parameter(others[name]), names.mesh_reader(others[name])}


def test_a_cell_names_another_cell_only_to_find_it(fleet: Fleet, files: Files) -> None:
    every = {cell.name for cell in fleet.cells}
    pattern = re.compile(r"\b(" + "|".join(sorted(every)) + r")\b")
    for cell in fleet.cells:
        region = {other.name for other in cell.region.standing_cells}
        for file, documents in files(cell).items():
            for document in documents:
                named = set(pattern.findall(str(document))) - {cell.name}
                finds = document["metadata"]["name"] == "istiod" or document["metadata"]["name"].startswith(
                    "istio-remote-secret-"
                )
                assert not named or (finds and named <= region), (cell.name, file, document["metadata"]["name"])


def test_the_reader_lent_to_other_cells_reads_no_secret(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        (role,) = [r for r in of_kind(cell, "ClusterRole") if r["metadata"]["name"] == "istio-remote-reader"]
        for rule in role["rules"]:
            assert set(rule["verbs"]) == {"get", "list", "watch"}
            assert not {"secrets", "*", "configmaps"} & set(rule["resources"])


def test_a_key_of_the_mesh_comes_from_the_cells_own_secrets(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        (authority,) = [s for s in of_kind(cell, "ExternalSecret") if s["metadata"]["name"] == "cacerts"]
        assert authority["spec"]["secretStoreRef"]["name"] == "cell"
        (store,) = [s for s in of_kind(cell, "ClusterSecretStore") if s["metadata"]["name"] == "cell"]
        prefix = store["spec"]["provider"]["aws"]["prefix"]
        assert {prefix + entry["remoteRef"]["key"] for entry in authority["spec"]["data"]} == {
            names.mesh_authority(cell)
        }


def test_a_readers_token_is_kept_under_the_key_of_the_cells_and_read_in_the_form_it_is_pushed(
    meshed: list[Cell], of_kind: OfKind
) -> None:
    for cell in meshed:
        (push,) = of_kind(cell, "PushSecret")
        (data,) = push["spec"]["data"]
        assert data["metadata"]["spec"] == {
            "kmsKeyID": f"alias/{cell.fleet.name}-{cell.region.code}-cells",
            "secretPushFormat": "string",
        }
        (pushed,) = [
            s for s in of_kind(cell, "Secret") if s["metadata"]["name"] == push["spec"]["selector"]["secret"]["name"]
        ]
        assert pushed["type"] == "kubernetes.io/service-account-token"
        assert "data" not in pushed


def test_istiod_takes_another_authority_and_another_root_while_it_runs(meshed: list[Cell], of_kind: OfKind) -> None:
    for cell in meshed:
        pilot = _application(of_kind, cell, "istiod")["spec"]["source"]["helm"]["valuesObject"]["pilot"]
        assert pilot["env"] == {"AUTO_RELOAD_PLUGIN_CERTS": "true", "ISTIO_MULTIROOT_MESH": "true"}


def test_a_change_to_an_authority_is_read_within_the_time_that_its_replacement_reckons_with(
    meshed: list[Cell], of_kind: OfKind
) -> None:
    for cell in meshed:
        (secret,) = [s for s in of_kind(cell, "ExternalSecret") if s["metadata"]["name"] == "cacerts"]
        assert secret["spec"]["refreshInterval"] == f"{authority.READ_HOURS}h"
        assert {entry["secretKey"] for entry in secret["spec"]["data"]} == set(authority.KEYS)
        # Nobody gives pods another life than the one that a step of a root's replacement waits for.
        assert "WORKLOAD_CERT_TTL" not in str(_application(of_kind, cell, "istiod"))
    assert authority.SETTLE_HOURS > authority.WORKLOAD_HOURS + authority.READ_HOURS


def test_partners_are_reached_by_those_who_may_and_by_name(meshed: list[Cell], files: Files) -> None:
    for cell in meshed:
        for service in cell.services:
            entries = [d for d in files(cell)[f"services/{service.name}"] if d["kind"] == "ServiceEntry"]
            hosts = [host for entry in entries for host in entry["spec"]["hosts"]]
            assert hosts == (sorted(cell.fleet.partners.hosts) if service.egress == "partners" else [])
            assert all(entry["spec"]["exportTo"] == ["."] for entry in entries)
