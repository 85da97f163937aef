"""Ingress: every route has its owner, every door its target group, and the cell says whether it serves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet import names
from fleet.cell import Cell
from fleet.load import read_folder
from fleet.model import Fleet
from k8s.ingress import ingress, public_hosts

Document = dict[str, Any]
OfKind = Callable[[Cell, str], list[Document]]
Template = dict[str, Any]
PROJECT = Path(__file__).parents[2]


def _routes(of_kind: OfKind, cell: Cell) -> dict[tuple[str, str], str]:
    """Host and path to the service that answers, as the gateway decides: the first match."""
    found = {}
    for service in of_kind(cell, "VirtualService"):
        if service["spec"].get("gateways") == ["istio-ingress/public"]:
            for host in service["spec"]["hosts"]:
                for route in service["spec"]["http"]:
                    for match in route["match"]:
                        path = match["uri"].get("prefix") or match["uri"]["exact"]
                        if "route" in route:
                            found.setdefault((host, path), route["route"][0]["destination"]["host"])
    return found


def test_every_route_of_the_fleet_reaches_its_service_in_every_meshed_cell(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        routes = _routes(of_kind, cell)
        for service in cell.fleet.services.values():
            if not service.cells_in(cell.region) or not (cell.region.meshed or service in cell.services):
                continue
            for route in service.routes:
                host, _, path = route.partition("/")
                assert routes[host, f"/{path}"] == f"{service.name}.{service.name}.svc.cluster.local"


def test_every_route_leads_to_a_service_the_cell_knows(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        known = {
            f"{s['metadata']['name']}.{s['metadata']['namespace']}.svc.cluster.local" for s in of_kind(cell, "Service")
        }
        assert set(_routes(of_kind, cell).values()) <= known, cell.name


def test_a_wildcard_host_has_a_name_that_kubernetes_takes() -> None:
    source = read_folder(PROJECT / "blueprints" / "day-one")
    name = f"*.{source.tree['domain']}"
    source.tree["services"]["sessions"]["routes"] = [f"{name}/"]
    routes: list[Any] = list(ingress(Fleet.model_validate(source.tree).cells[0]))
    (made,) = [one for one in routes if one["kind"] == "VirtualService" and one["spec"]["hosts"] == [name]]
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", made["metadata"]["name"])


def test_a_longer_path_is_asked_before_a_shorter_one(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for service in of_kind(cell, "VirtualService"):
            if service["spec"].get("gateways") and service["metadata"]["name"] != "traffic-health":
                lengths = [
                    max(len(match["uri"].get("exact", match["uri"].get("prefix"))) for match in route["match"])
                    for route in service["spec"]["http"]
                ]
                assert lengths == sorted(lengths, reverse=True)


def test_the_certificate_covers_every_name_the_gateway_answers_to(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        (certificate,) = of_kind(cell, "Certificate")
        (gateway,) = [g for g in of_kind(cell, "Gateway") if g["metadata"]["name"] == "public"]
        (server,) = gateway["spec"]["servers"]
        assert set(server["hosts"]) <= set(certificate["spec"]["dnsNames"])
        assert set(public_hosts(cell)) <= set(server["hosts"])
        assert server["tls"]["credentialName"] == certificate["spec"]["secretName"]
        assert server["tls"]["minProtocolVersion"] == "TLSV1_2"


def test_certificates_of_two_cells_never_ask_for_the_same_names(fleet: Fleet, of_kind: OfKind) -> None:
    asked = [frozenset(of_kind(cell, "Certificate")[0]["spec"]["dnsNames"]) for cell in fleet.cells]
    assert len(set(asked)) == len(fleet.cells)


def test_the_answer_in_the_bundle_is_the_same_whatever_the_weight(cells: list[Cell], of_kind: OfKind) -> None:
    """Argo CD never overwrites it: an answer that followed the weight would stay what it was at the cell's birth."""
    assert {cell.effective_weight > 0 for cell in cells} == {True, False}
    for cell in cells:
        (health,) = [v for v in of_kind(cell, "VirtualService") if v["metadata"]["name"] == "traffic-health"]
        assert health["spec"]["hosts"] == [names.cell_origin(cell)]
        (route,) = health["spec"]["http"]
        assert route["match"] == [{"uri": {"exact": names.HEALTH_PATH}}]
        assert route["directResponse"] == {"status": 200, "body": {"string": names.HEALTH_BODY}}


def test_an_operators_own_answer_is_not_overruled(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        (platform,) = [a for a in of_kind(cell, "Application") if a["metadata"]["name"] == "platform"]
        (left,) = platform["spec"]["ignoreDifferences"]
        assert (left["kind"], left["name"], left["namespace"]) == ("VirtualService", "traffic-health", "istio-ingress")
        assert left["jsonPointers"] == ["/spec/http"]
        assert "RespectIgnoreDifferences=true" in platform["spec"]["syncPolicy"]["syncOptions"]


def test_the_runbook_changes_the_answer_that_route_53_asks_for(fleet: Fleet, of_kind: OfKind) -> None:
    page = (PROJECT / "docs" / "runbooks" / "drain.md").read_text("utf-8")
    (health,) = [v for v in of_kind(fleet.cells[0], "VirtualService") if v["metadata"]["name"] == "traffic-health"]
    assert f"--namespace {health['metadata']['namespace']} patch virtualservice traffic-health" in page
    answers = []
    for patch in re.findall(r"^    '(\[.*\])'$", page, re.MULTILINE):
        (change,) = json.loads(patch)
        assert (change["op"], change["path"]) == ("replace", "/spec/http/0/directResponse")
        assert change["value"].keys() == health["spec"]["http"][0]["directResponse"].keys()
        answers.append(change["value"])
    there, back = answers
    assert there["status"] == 503
    assert names.HEALTH_BODY not in there["body"]["string"]
    assert back == health["spec"]["http"][0]["directResponse"]


def test_each_target_group_is_bound_to_a_port_its_gateway_has(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        charts = {a["metadata"]["name"]: a for a in of_kind(cell, "Application")}
        wanted = {"web", "health"} | ({"mesh"} if cell.region.meshed else set())
        bindings = {b["metadata"]["name"]: b for b in of_kind(cell, "TargetGroupBinding")}
        assert bindings.keys() == wanted
        for purpose, binding in bindings.items():
            assert binding["spec"]["targetGroupName"] == names.target_group(cell, purpose)
            assert len(binding["spec"]["targetGroupName"]) <= 32
            reference = binding["spec"]["serviceRef"]
            values = charts[reference["name"]]["spec"]["source"]["helm"]["valuesObject"]
            assert values["name"] == reference["name"]
            assert values["service"]["type"] == "ClusterIP"
            targets = {port["port"]: port["targetPort"] for port in values["service"]["ports"]}
            assert targets[reference["port"]] == (names.MESH_PORT if purpose == "mesh" else names.WEB_PORT)
            assert names.STATUS_PORT in targets.values()


def test_a_gateway_is_ready_when_its_load_balancer_says_so(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        spaces = {n["metadata"]["name"]: n["metadata"]["labels"] for n in of_kind(cell, "Namespace")}
        group = "eks.amazonaws.com" if cell.capacity == "auto-mode" else "elbv2.k8s.aws"
        for binding in of_kind(cell, "TargetGroupBinding"):
            assert binding["apiVersion"].startswith(f"{group}/")
            assert spaces[binding["metadata"]["namespace"]][f"{group}/pod-readiness-gate-inject"] == "enabled"


@pytest.mark.parametrize("blueprint", ["day-one", "growth"])
def test_templates_and_manifests_agree_on_every_name(
    fleet_of: Callable[[str], Fleet],
    synthesized: Callable[..., dict[str, Template]],
    of_kind: OfKind,
    blueprint: str,
) -> None:
    templates = synthesized("cell", of=blueprint)
    for cell in fleet_of(blueprint).cells:
        resources = templates[names.stack(cell.fleet, cell.region.code, cell.key, "cell")]["Resources"].values()

        def made(kind: str, among: Any = resources) -> list[dict[str, Any]]:
            return [r["Properties"] for r in among if r["Type"] == kind]

        groups = {group["Name"] for group in made("AWS::ElasticLoadBalancingV2::TargetGroup")}
        assert groups == {b["spec"]["targetGroupName"] for b in of_kind(cell, "TargetGroupBinding")}
        released = max(
            int(attribute["Value"])
            for group in made("AWS::ElasticLoadBalancingV2::TargetGroup")
            for attribute in group["TargetGroupAttributes"]
            if attribute["Key"] == "deregistration_delay.timeout_seconds"
        )
        for gateway in (a for a in of_kind(cell, "Application") if a["metadata"]["name"] in ("ingress", "eastwest")):
            values = gateway["spec"]["source"]["helm"]["valuesObject"]
            assert values["terminationGracePeriodSeconds"] > released
        clusters = {cluster["Name"] for cluster in made("AWS::EKS::Cluster")}
        assert clusters == {names.cluster(cell)}
        profiles = {profile["InstanceProfileName"] for profile in made("AWS::IAM::InstanceProfile")}
        for node in of_kind(cell, "EC2NodeClass"):
            assert node["spec"]["instanceProfile"] in profiles
        roles = {role.get("RoleName") for role in made("AWS::IAM::Role")}
        for node in of_kind(cell, "NodeClass"):
            assert node["spec"]["role"] in roles
        tagged = {
            tag["Value"]
            for kind in ("AWS::EC2::Subnet", "AWS::EC2::SecurityGroup")
            for one in made(kind)
            for tag in one.get("Tags", [])
            if tag["Key"] == "karpenter.sh/discovery"
        }
        assert tagged == {names.cluster(cell)}
        associated = {(a["Namespace"], a["ServiceAccount"]) for a in made("AWS::EKS::PodIdentityAssociation")}
        spaces = {n["metadata"]["name"] for n in of_kind(cell, "Namespace")} | {"kube-system"}
        assert associated
        assert {space for space, _ in associated} <= spaces
        assert associated <= set(names.CONTROLLERS.values())
