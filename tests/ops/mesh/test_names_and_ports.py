"""Names and ports meet: from what a caller is told to the pod that answers, through templates and manifests alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from fleet import names
from fleet.cell import Cell
from fleet.model import Fleet
from ops.mesh.cluster import Cluster
from ops.mesh.reach import dns
from tests.ops.mesh.conftest import REGIONS

Template = dict[str, Any]
GROWTH = ("growth", "us-east-1")
each_region = pytest.mark.parametrize(("blueprint", "region"), REGIONS)


def of(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    return {id: r["Properties"] for id, r in template["Resources"].items() if r["Type"] == kind}


@pytest.fixture(scope="module")
def cells(fleet_of: Callable[[str], Fleet]) -> list[Cell]:
    return list(fleet_of("growth").regions["us-east-1"].standing_cells)


@pytest.fixture(scope="module")
def clusters(emitted: Any) -> dict[str, Cluster]:
    return {name: Cluster(name, documents) for name, documents in emitted(*GROWTH).items()}


@pytest.fixture(scope="module")
def templates(cells: list[Cell], synthesized: Any) -> dict[str, Template]:
    made = synthesized("cell", of="growth")
    return {cell.name: made[names.stack(cell.fleet, cell.region.code, cell.key, "cell")] for cell in cells}


def test_from_the_name_a_sibling_is_told_to_the_gateways_pod(
    clusters: dict[str, Cluster], templates: dict[str, Template]
):
    for name, template in templates.items():
        cluster = clusters[name]
        (told,) = {here.gateways_of[cluster.network] for here in clusters.values()}
        # The name is a record of the cell's own stack, an alias to its load balancer, which listens at the port told.
        (record,) = of(template, "AWS::Route53::RecordSet").values()
        assert record["Name"] == told[0]
        balancer = record["AliasTarget"]["DNSName"]["Fn::GetAtt"][0]
        assert of(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")[balancer]["Scheme"] == "internal"
        (listener,) = [
            one
            for one in of(template, "AWS::ElasticLoadBalancingV2::Listener").values()
            if one["LoadBalancerArn"] == {"Ref": balancer}
        ]
        assert listener["Port"] == told[1]
        # What it forwards to is bound, by its name, to a port of the gateway's Service and so to its pods.
        group = of(template, "AWS::ElasticLoadBalancingV2::TargetGroup")[
            listener["DefaultActions"][0]["TargetGroupArn"]["Ref"]
        ]
        (binding,) = [
            one for one in cluster.of("TargetGroupBinding") if one["spec"]["targetGroupName"] == group["Name"]
        ]
        reference = binding["spec"]["serviceRef"]
        values = cluster.values(reference["name"])
        ports = {port["port"]: port["targetPort"] for port in values["service"]["ports"]}
        (gate,) = [one for one in cluster.workloads if one.gateway and one.name == reference["name"]]
        assert binding["metadata"]["namespace"] == gate.space
        target = ports[reference["port"]]
        # There the gateway listens, is allowed to, and answers the health check at a port of its own.
        (server,) = cluster.of("Gateway", gate.space)[0]["spec"]["servers"]
        assert server["port"]["number"] == reference["port"]
        (policy,) = cluster.of("AuthorizationPolicy", gate.space)
        assert policy["spec"]["rules"] == [{"to": [{"operation": {"ports": [str(target)]}}]}]
        assert int(group["HealthCheckPort"]) in ports.values()
        # And security groups let the load balancer in at both.
        worn = of(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")[balancer]["SecurityGroups"]
        nodes = next(g for id, g in of(template, "AWS::EC2::SecurityGroup").items() if "GroupsNodes" in id)
        opened = {r["FromPort"] for r in nodes["SecurityGroupIngress"] if r["SourceSecurityGroupId"] in worn}
        assert opened == {target, int(group["HealthCheckPort"])}


def test_a_network_has_one_name_wherever_it_is_named(clusters: dict[str, Cluster]):
    for name, cluster in clusters.items():
        told = cluster.istiod["global"]
        assert told["network"] == told["multiCluster"]["clusterName"] == name
        assert cluster.spaces["istio-system"]["topology.istio.io/network"] == name
        assert cluster.values("eastwest")["networkGateway"] == name
        for here in clusters.values():
            assert here.istiod["global"]["meshNetworks"][name]["endpoints"] == [{"fromRegistry": name}]
        # Of one mesh and one trust domain, both the region's.
        assert told["meshID"] == cluster.trust_domain == "skyline-use1.mesh"


def test_what_a_cell_lends_is_what_its_siblings_ask_for(clusters: dict[str, Cluster], templates: dict[str, Template]):
    for name, cluster in clusters.items():
        (push,) = cluster.of("PushSecret")
        (store,) = [s for s in cluster.of("ClusterSecretStore") if s["metadata"]["name"] == "cell"]
        (match,) = [one["match"] for one in push["spec"]["data"]]
        pushed = store["spec"]["provider"]["aws"]["prefix"] + match["remoteRef"]["remoteKey"]
        parameters = of(templates[name], "AWS::SSM::Parameter").values()
        (parameter,) = [one for one in parameters if one["Name"].endswith("/apiserver")]
        written = set(re.findall(r'"(\w+)": ?"', json.dumps(parameter["Value"]).replace('\\"', '"')))
        for here in clusters.values():
            if here is cluster:
                continue
            (secret,) = [s for s in here.of("ExternalSecret") if s["metadata"]["name"] == f"istio-remote-secret-{name}"]
            asked = {one["secretKey"]: one for one in secret["spec"]["data"]}
            assert asked["token"]["remoteRef"] == {"key": pushed, "property": match["remoteRef"]["property"]}
            for key in ("endpoint", "ca"):
                assert asked[key]["remoteRef"] == {"key": parameter["Name"], "property": key}
                assert key in written
            stores = {s["metadata"]["name"]: s for s in here.of("ClusterSecretStore")}
            for one in asked.values():
                store_asked = stores[one["sourceRef"]["storeRef"]["name"]]["spec"]
                assert "istio-system" in store_asked["conditions"][0]["namespaces"]
                # A prefix would be put in front of a sibling's name.
                assert "prefix" not in store_asked["provider"]["aws"]


def test_the_kubeconfig_that_istiod_reads_leads_to_the_cell_it_is_named_after(clusters: dict[str, Cluster]):
    for here in clusters.values():
        for secret in here.of("ExternalSecret", "istio-system"):
            template = secret["spec"]["target"].get("template")
            if not template:
                continue
            cell = template["metadata"]["annotations"]["networking.istio.io/cluster"]
            ((key, text),) = template["data"].items()
            filled = text.replace("{{ .endpoint }}", "https://api").replace("{{ .ca }}", "Y2E=")
            config = yaml.safe_load(filled.replace("{{ .token }}", "t"))
            assert "{{" not in filled.replace("{{ .token }}", "")
            assert key == cell == config["current-context"]
            (context,) = [one["context"] for one in config["contexts"] if one["name"] == config["current-context"]]
            (cluster,) = [one["cluster"] for one in config["clusters"] if one["name"] == context["cluster"]]
            (user,) = [one["user"] for one in config["users"] if one["name"] == context["user"]]
            assert cluster == {"server": "https://api", "certificate-authority-data": "Y2E="}
            # An `exec` would be run inside istiod.
            assert user == {"token": "t"}


@each_region
def test_what_a_service_is_told_to_call_is_a_service_of_its_own_cell(blueprint: str, region: str, emitted: Any):
    calls = 0
    for name, documents in emitted(blueprint, region).items():
        cluster = Cluster(name, documents)
        known = {dns(one): one for one in cluster.of("Service")}
        for one in cluster.of("Deployment"):
            for container in one["spec"]["template"]["spec"]["containers"]:
                environment = {variable["name"]: variable.get("value") for variable in container.get("env", ())}
                for callee, url in json.loads(environment.get("CALLS") or "{}").items():
                    calls += 1
                    scheme, host, port = re.fullmatch(r"(\w+)://([^:]+):(\d+)", url).groups()  # type: ignore[union-attr]
                    (served,) = known[host]["spec"]["ports"]
                    assert (scheme, int(port)) == (served["appProtocol"], served["port"])
                    assert known[host]["metadata"]["namespace"] == callee
                    # Its rules stand in the same cell, which reads no other's.
                    (rule,) = [r for r in cluster.of("DestinationRule") if r["spec"]["host"] == host]
                    (patience,) = [v for v in cluster.of("VirtualService", callee) if host in v["spec"]["hosts"]]
                    (leads,) = patience["spec"]["http"][0]["route"]
                    assert leads["destination"] == {"host": host, "port": {"number": served["port"]}}
                    assert rule["metadata"]["namespace"] == callee
    assert calls


@each_region
def test_every_identity_that_is_admitted_is_somebodys(blueprint: str, region: str, emitted: Any):
    clusters = [Cluster(name, documents) for name, documents in emitted(blueprint, region).items()]
    real = {
        f"{cluster.trust_domain}/ns/{workload.space}/sa/{workload.account}"
        for cluster in clusters
        for workload in cluster.workloads
    }
    admitted = {
        principal
        for cluster in clusters
        for policy in cluster.of("AuthorizationPolicy")
        for rule in policy["spec"].get("rules", ())
        for source in rule.get("from", ())
        for principal in source["source"]["principals"]
    }
    assert admitted
    assert admitted <= real
