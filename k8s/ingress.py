"""Ingress: from the cell's network load balancer to the services, and the answer that keeps the cell in traffic.

The load balancer passes TCP through; TLS ends at the gateway, with a certificate this cell asks for itself (DNS-01,
by a role of the edge account that may write `_acme-challenge.*` and nothing else).
"""

from __future__ import annotations

from collections.abc import Iterable

from fleet import addressing, names
from fleet.cell import Cell
from fleet.service import Service
from k8s.documents import Body, Document, NetworkPolicy, TargetGroupBinding
from k8s.mesh import NETWORKING, istio
from k8s.reach import routed
from k8s.service_mesh import ROUTE_RETRIES, ROUTE_TIMEOUT
from k8s.vocabulary import AGENTS, ASK_FIRST, BEFORE_ITS_KIND, EASTWEST, INGRESS, PORT, host, meta, obj, sync

GATEWAY = f"{INGRESS}/public"
HTTPS = 443
"""Port of the gateways' Service; the pods listen on `names.WEB_PORT`."""
_CERTIFICATE = "public-tls"


def ingress(cell: Cell) -> list[Document]:
    """Certificate, gateway, routes, bindings and network policies."""
    bindings = [_binding(cell, "web", INGRESS, "ingress", HTTPS), _binding(cell, "health", INGRESS, "ingress", HTTPS)]
    policies = [_public(cell)]
    if cell.region.meshed:
        bindings.append(_binding(cell, "mesh", EASTWEST, "eastwest", names.MESH_PORT))
        policies.append(_mesh_door(cell))
    return [
        _issuer(cell),
        _certificate(cell),
        _gateway(cell),
        _health(cell),
        *_routes(cell),
        *bindings,
        *policies,
    ]


def public_hosts(cell: Cell) -> list[str]:
    """Every host name that viewers may reach the cells under."""
    families = cell.fleet.edge.hosts.values()
    return sorted(name for family in families if family.origin == "cells" for name in family.names)


def _issuer(cell: Cell) -> Document:
    """Let's Encrypt by way of the one public zone. cert-manager finds the zone by its name."""
    route53 = {"region": cell.region.name, "role": names.certificate_role_arn(cell.region)}
    return obj(
        "cert-manager.io/v1",
        "ClusterIssuer",
        meta("public", annotations=sync(BEFORE_ITS_KIND)),
        {
            "acme": {
                "server": "https://acme-v02.api.letsencrypt.org/directory",
                "privateKeySecretRef": {"name": "public-account"},
                "solvers": [{"selector": {"dnsZones": [cell.fleet.domain]}, "dns01": {"route53": route53}}],
            }
        },
    )


def _certificate(cell: Cell) -> Document:
    """Viewers' names, since CloudFront compares the certificate with the Host it forwards, and the origin's own.

    The cell's own name makes each cell's set of names another one: an authority counts requests per set.
    """
    fleet, region = cell.fleet, cell.region
    origins = [
        names.cell_origin(cell),
        names.region_origin(region),
        names.market_origin(fleet, region.market),
        names.origin(fleet),
    ]
    return obj(
        "cert-manager.io/v1",
        "Certificate",
        meta("public", INGRESS, annotations=sync(BEFORE_ITS_KIND)),
        {
            "secretName": _CERTIFICATE,
            "issuerRef": {"kind": "ClusterIssuer", "name": "public"},
            "dnsNames": [*origins, *public_hosts(cell)],
            "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
            "duration": "2160h",
            "renewBefore": "720h",
        },
    )


def _gateway(cell: Cell) -> Document:
    return istio(
        NETWORKING,
        "Gateway",
        "public",
        INGRESS,
        {
            "selector": {"istio": "ingress"},
            "servers": [
                {
                    "port": {"number": HTTPS, "name": "https", "protocol": "HTTPS"},
                    "tls": {"mode": "SIMPLE", "credentialName": _CERTIFICATE, "minProtocolVersion": "TLSV1_2"},
                    "hosts": [names.cell_origin(cell), names.origin(cell.fleet), *public_hosts(cell)],
                }
            ],
        },
    )


def _health(cell: Cell) -> Document:
    """What Route 53 asks: whether this gateway serves. The weight says whether it is to, and says it in DNS.

    Argo CD leaves the answer alone (`gitops`), so that an operator inside the cell can make it 503 by hand: the way
    out that needs no AWS control plane. So it is the same in every cell: what followed the weight would stay for ever
    what it was when the cell was born.
    """
    answer: Body = {"status": 200, "body": {"string": names.HEALTH_BODY}}
    return istio(
        NETWORKING,
        "VirtualService",
        "traffic-health",
        INGRESS,
        {
            "hosts": [names.cell_origin(cell)],
            "gateways": [GATEWAY],
            "http": [
                {
                    "name": "traffic",
                    "match": [{"uri": {"exact": names.HEALTH_PATH}}],
                    "directResponse": answer,
                }
            ],
        },
    )


def _routes(cell: Cell) -> Iterable[Document]:
    """One VirtualService a host, its longest paths first: a shorter one would swallow them."""
    owners: dict[str, list[tuple[str, Service]]] = {}
    for service in routed(cell.region):
        if cell.region.meshed or service in cell.services:
            for route in service.routes:
                name, _, path = route.partition("/")
                owners.setdefault(name, []).append((f"/{path}", service))
    for name, paths in sorted(owners.items()):
        ordered = sorted(paths, key=lambda owned: (-len(owned[0]), owned[0]))
        yield istio(
            NETWORKING,
            "VirtualService",
            name.replace("*", "any").replace(".", "-"),
            INGRESS,
            {
                "hosts": [name],
                "gateways": [GATEWAY],
                "http": [_route(path, service) for path, service in ordered],
            },
        )


def _route(path: str, service: Service) -> Body:
    """`/flights` takes `/flights` and what lies below it, not `/flightsim`: Istio's prefixes are plain strings."""
    match = [{"uri": {"prefix": "/"}}] if path == "/" else [{"uri": {"exact": path}}, {"uri": {"prefix": f"{path}/"}}]
    return {
        "name": service.name,
        "match": match,
        "route": [{"destination": {"host": host(service), "port": {"number": PORT}}}],
        "timeout": ROUTE_TIMEOUT,
        "retries": ROUTE_RETRIES,
    }


def _binding(cell: Cell, purpose: str, space: str, service: str, port: int) -> TargetGroupBinding:
    """The target group by its name. CDK owns the security groups: no `networking`, no VPC id."""
    return {
        "apiVersion": "eks.amazonaws.com/v1" if cell.capacity == "auto-mode" else "elbv2.k8s.aws/v1beta1",
        "kind": "TargetGroupBinding",
        "metadata": meta(purpose, space, annotations=sync(BEFORE_ITS_KIND, ASK_FIRST)),
        "spec": {
            "targetGroupName": names.target_group(cell, purpose),
            "targetType": "ip",
            "serviceRef": {"name": service, "port": port},
        },
    }


def _public(cell: Cell) -> NetworkPolicy:
    """Viewers come under their own addresses, which the load balancer keeps: who may is its security groups' to say.
    Its own addresses, in the public subnets, ask only whether the gateway can serve."""
    own = [str(addressing.public_subnet(cell.region, zone)) for zone in cell.region.zones]
    return _policy(INGRESS, [{"ports": [_tcp(names.WEB_PORT)]}, _from(own, names.STATUS_PORT)])


def _mesh_door(cell: Cell) -> NetworkPolicy:
    """Other cells come by way of the internal load balancer, under its addresses."""
    return _policy(EASTWEST, [_from([str(addressing.region_block(cell.region))], names.MESH_PORT, names.STATUS_PORT)])


def _tcp(port: int) -> Body:
    return {"protocol": "TCP", "port": port}


def _from(cidrs: list[str], *ports: int) -> Body:
    return {"from": [{"ipBlock": {"cidr": cidr}} for cidr in cidrs], "ports": [_tcp(port) for port in ports]}


def _policy(space: str, rules: list[Body]) -> NetworkPolicy:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta("load-balancer", space),
        "spec": {
            "podSelector": {},
            "policyTypes": ["Ingress"],
            "ingress": [*rules, {"from": [_observability()], "ports": [_tcp(15020)]}],
        },
    }


def _observability() -> Body:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": AGENTS}}}
