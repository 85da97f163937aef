"""A service's network policies: everything denied, then what its place in the call graph needs."""

from __future__ import annotations

from collections.abc import Sequence

from fleet import addressing, names
from fleet.cell import Cell
from fleet.service import Service
from k8s.documents import Body, Document, NetworkPolicy
from k8s.reach import callees, callers
from k8s.vocabulary import AGENTS, EASTWEST, INGRESS, ISTIO, PORT, meta, owned

PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""What "the internet" leaves out: nobody reaches a neighbour by its address."""
POD_IDENTITY = "169.254.170.23/32"
DSQL_PORT, VALKEY_PORT = names.DATABASE_PORT, names.CACHE_PORT


def policies(service: Service, cell: Cell) -> list[Document]:
    """The denial first, then one policy for each reason to talk."""
    region = cell.region
    found: list[Document] = [
        denial(service),
        _policy(service, "dns", egress=[_dns(cell)]),
        _policy(service, "telemetry", egress=[_to_spaces([AGENTS], 4317)], ingress=[_from_spaces([AGENTS], 15020)]),
    ]
    if region.meshed:
        found.append(_policy(service, "mesh", egress=[_to_spaces([ISTIO], 15012)]))
    incoming = sorted(caller.name for caller in callers(service, region))
    if service.routes:
        incoming.append(INGRESS)
    if incoming and region.meshed:
        incoming.append(EASTWEST)
    if incoming:
        found.append(_policy(service, "callers", ingress=[_from_spaces(incoming, PORT)]))
    called = sorted(callee.name for callee in callees(service, region))
    if called:
        outgoing = [_to_spaces(called, PORT)]
        if region.meshed:
            outgoing.append(_to_networks([str(addressing.region_block(region))], names.MESH_PORT))
        found.append(_policy(service, "callees", egress=outgoing))
    found.append(_policy(service, "aws", egress=_amazon(service, cell)))
    if service.egress == "partners":
        found.append(_policy(service, "partners", egress=[_to_internet(443)]))
    return found


def denial(service: Service) -> NetworkPolicy:
    """Nothing in, nothing out, for every pod of the namespace."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta("default-deny", names.namespace(service), labels=owned(service)),
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }


def _amazon(service: Service, cell: Cell) -> list[Body]:
    """Credentials, the AWS APIs, the data it names."""
    region = cell.region
    data = [str(addressing.data_subnet(region, zone)) for zone in region.zones]
    endpoints = [str(addressing.endpoint_subnet(region, zone)) for zone in region.zones]
    rules = [_to_networks([POD_IDENTITY], 80)]
    if region.endpoints == "interface":
        rules.append(_to_networks(endpoints, 443))
    if region.endpoints == "gateway" or service.tables:
        # DynamoDB's gateway endpoint keeps public addresses: the route, not the address, is private.
        rules.append(_to_internet(443))
    if service.caches:
        rules.append(_to_networks(data, VALKEY_PORT))
    database = service.database_in(region)
    if database is not None:
        private = database.network == "privatelink"
        rules.append(_to_networks([*data, *endpoints], DSQL_PORT) if private else _to_internet(DSQL_PORT))
    return rules


def _policy(
    service: Service, name: str, *, ingress: Sequence[Body] | None = None, egress: Sequence[Body] | None = None
) -> NetworkPolicy:
    policy: NetworkPolicy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(name, names.namespace(service), labels=owned(service)),
        "spec": {"podSelector": {}, "policyTypes": []},
    }
    spec = policy["spec"]
    if ingress is not None:
        spec["policyTypes"], spec["ingress"] = [*spec["policyTypes"], "Ingress"], ingress
    if egress is not None:
        spec["policyTypes"], spec["egress"] = [*spec["policyTypes"], "Egress"], egress
    return policy


def _dns(cell: Cell) -> Body:
    """CoreDNS: pods in kube-system, or in Auto Mode a server on each node behind the cluster's DNS address."""
    if cell.capacity == "auto-mode":
        to: list[Body] = [{"ipBlock": {"cidr": f"{addressing.cluster_dns(cell)}/32"}}]
    else:
        to = [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
            }
        ]
    return {"to": to, "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}


def _spaces(spaces: Sequence[str]) -> Body:
    expression = {"key": "kubernetes.io/metadata.name", "operator": "In", "values": list(spaces)}
    return {"namespaceSelector": {"matchExpressions": [expression]}}


def _from_spaces(spaces: Sequence[str], port: int) -> Body:
    return {"from": [_spaces(spaces)], "ports": [{"protocol": "TCP", "port": port}]}


def _to_spaces(spaces: Sequence[str], port: int) -> Body:
    return {"to": [_spaces(spaces)], "ports": [{"protocol": "TCP", "port": port}]}


def _to_networks(cidrs: Sequence[str], port: int) -> Body:
    return {"to": [{"ipBlock": {"cidr": cidr}} for cidr in cidrs], "ports": [{"protocol": "TCP", "port": port}]}


def _to_internet(port: int) -> Body:
    block = {"cidr": "0.0.0.0/0", "except": list(PRIVATE)}
    return {"to": [{"ipBlock": block}], "ports": [{"protocol": "TCP", "port": port}]}
