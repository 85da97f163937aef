"""A service in the mesh: how it is called, by whom, and what it may see.

Fail-over goes to the own cell first, then to other cells, by network and then by zone: a remote endpoint is its
gateway and carries no zone, so with the zone first every fault of a zone would spill over cells.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from fleet.region import Region
from fleet.service import Service
from k8s.documents import Body, DestinationRule, Document
from k8s.mesh import NETWORKING, SECURITY, istio
from k8s.reach import callees, principals
from k8s.vocabulary import AGENTS, BEFORE_ITS_KIND, ISTIO, PORT, host, meta, owned, sync

TIMEOUT = "3s"
"""How long a caller waits for a service, retries included."""
RETRIES: Body = {
    "attempts": 2,
    "perTryTimeout": "1s",
    # Nothing that may have been done already: a request that reached the service is not sent again.
    "retryOn": "connect-failure,refused-stream,unavailable,reset-before-request",
}
ROUTE_TIMEOUT = "10s"
"""How long a viewer waits: three services deep."""
ROUTE_RETRIES: Body = {
    "attempts": 1,
    "perTryTimeout": "5s",
    "retryOn": "connect-failure,refused-stream,reset-before-request",
}


def left_out(service: Service, cell: Cell) -> int:
    """Percent of a service's addresses that a proxy of the cell may leave out because they fail.

    A zone's, where the cell hosts it: with less, a zone whose pods fail and say that they are ready keeps a part of its
    calls. Where other cells host it all addresses are gateways, one a zone and cell: what the fleet promises to survive,
    so that lost cells are left out whole, and never more, so that what is left can carry the calls.
    """
    zone = _percent(1, len(cell.region.zones))
    hosts = len(service.cells_in(cell.region))
    if service in cell.services or not hosts:
        return zone
    return max(zone, _percent(min(service.fleet.policies.survive.cells, hosts - 1), hosts))


def _percent(part: int, whole: int) -> int:
    """Rounded up: proxies round the number of addresses down."""
    return -(-100 * part // whole)


def destination(service: Service, cell: Cell) -> DestinationRule:
    """Where calls go and when an address is left out."""
    region = cell.region
    zone = "topology.kubernetes.io/zone"
    priority = ["topology.istio.io/network", zone] if region.meshed else [zone]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": meta(
            service.name, names.namespace(service), labels=owned(service), annotations=sync(BEFORE_ITS_KIND)
        ),
        "spec": {
            "host": host(service),
            "trafficPolicy": {
                "connectionPool": {
                    "tcp": {"connectTimeout": "1s", "maxConnections": 1024},
                    "http": {"http2MaxRequests": 4096, "maxRequestsPerConnection": 0, "idleTimeout": "300s"},
                },
                "outlierDetection": {
                    "consecutive5xxErrors": 5,
                    "consecutiveGatewayErrors": 3,
                    "interval": "10s",
                    "baseEjectionTime": "30s",
                    "maxEjectionPercent": left_out(service, cell),
                },
                "loadBalancer": {
                    "simple": "LEAST_REQUEST",
                    "localityLbSetting": {"enabled": True, "failoverPriority": priority},
                    "warmup": {"duration": "30s"},
                },
            },
        },
    }


def patience(service: Service) -> Document:
    """Timeout and retries of everybody who calls it."""
    return istio(
        NETWORKING,
        "VirtualService",
        service.name,
        names.namespace(service),
        {
            "hosts": [host(service)],
            "http": [
                {
                    "name": service.name,
                    "route": [{"destination": {"host": host(service), "port": {"number": PORT}}}],
                    "timeout": TIMEOUT,
                    "retries": RETRIES,
                }
            ],
        },
    )


def access(service: Service, region: Region) -> Document:
    """Who may call it: the services whose `calls` name it and, if it has routes, the ingress gateway."""
    allowed = principals(service, region)
    rules: list[Body] = []
    if allowed:
        rules.append(
            {
                "from": [{"source": {"principals": allowed}}],
                "to": [{"operation": {"ports": [str(PORT)]}}],
            }
        )
    return istio(
        SECURITY,
        "AuthorizationPolicy",
        service.name,
        names.namespace(service),
        {
            "selector": {"matchLabels": {"app.kubernetes.io/name": service.name}},
            "action": "ALLOW",
            "rules": rules,
        },
    )


def scope(service: Service, region: Region) -> Document:
    """What its proxies know: itself, whom it calls, the mesh's own services, the node's collector."""
    spaces = sorted(callee.name for callee in callees(service, region))
    return istio(
        NETWORKING,
        "Sidecar",
        service.name,
        names.namespace(service),
        {
            "workloadSelector": {"labels": {"app.kubernetes.io/name": service.name}},
            "egress": [{"hosts": ["./*", f"{ISTIO}/*", f"{AGENTS}/*", *(f"{space}/*" for space in spaces)]}],
            "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
        },
    )


def partners(service: Service) -> Document:
    """The hosts outside that the service may reach, by the name in their TLS hello."""
    return istio(
        NETWORKING,
        "ServiceEntry",
        "partners",
        names.namespace(service),
        {
            "hosts": sorted(service.fleet.partners.hosts),
            "location": "MESH_EXTERNAL",
            "resolution": "NONE",
            "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}],
            "exportTo": ["."],
        },
    )


def in_mesh(service: Service, cell: Cell) -> list[Document]:
    """What a hosted service adds to the mesh. Without a mesh, only what the ingress gateway follows."""
    region = cell.region
    if not region.meshed:
        return [destination(service, cell)]
    reaches_partners = service.egress == "partners" and service.fleet.partners.hosts
    return [
        destination(service, cell),
        patience(service),
        access(service, region),
        scope(service, region),
        *((partners(service),) if reaches_partners else ()),
    ]
