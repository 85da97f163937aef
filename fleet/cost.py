"""The fixed monthly cost of a fleet, line by line: what stands whether or not anybody comes, and nodes at peak.

Requests, bytes to viewers, database processing and log volume depend on traffic nobody declares; they are left out
and `LEFT_OUT` says so wherever the sum is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from fleet import capacity, endpoints, names, shards
from fleet.model import Fleet
from fleet.prices import HOURS, PRICES
from fleet.region import Region

LEFT_OUT = (
    "requests, bytes to viewers, database processing units, load balancer capacity units, log and metric volume, "
    "traffic between zones and regions, backups, support"
)

PACKING = 0.85
"""Share of a node's processors that pods request; the rest is daemons and what does not fit. An assumption."""

RULES_OF_AN_ACL = 6
"""Managed groups and rate rules of one web ACL."""


@dataclass(frozen=True)
class Line:
    """One line of the estimate."""

    scope: str
    """`us-east-1`, `edge`, `data`."""
    what: str
    count: float
    price: str
    """Key in `fleet.prices.PRICES`."""
    monthly: float
    """USD a month."""


def estimate(fleet: Fleet) -> tuple[Line, ...]:
    """Every line, scope by scope."""
    lines = [*_edge(fleet), *_data(fleet)]
    for region in fleet.regions.values():
        lines += _region(fleet, region)
    return tuple(line for line in lines if line.count)


def total(lines: tuple[Line, ...]) -> float:
    """USD a month."""
    return sum(line.monthly for line in lines)


def _line(scope: str, what: str, count: float, price: str, *, hourly: bool = True) -> Line:
    return Line(scope, what, count, price, count * PRICES[price].usd * (HOURS if hourly else 1))


def _region(fleet: Fleet, region: Region) -> Iterator[Line]:
    name, zones = region.name, len(region.zones)
    own = region.egress.path == "instances"
    yield _line(name, "NAT gateways", zones, "nat-gateway")
    if own:
        yield _line(name, "NAT instances", zones, f"c8gn.{region.egress.size}")
    if region.egress.byoip_pool is None:
        yield _line(name, "public addresses", zones * (2 if own else 1), "public-address")
    if region.egress.monthly is not None and not own:
        gigabytes = zones * region.egress.monthly / 1e9
        yield _line(name, "bytes through NAT gateways", gigabytes, "nat-gateway-byte", hourly=False)
    if region.endpoints == "interface":
        yield _line(name, "interface endpoints x zones", len(endpoints.INTERFACE) * zones, "interface-endpoint")
    databases = [d for d in fleet.databases.values() if name in d.serving.regions and d.network == "privatelink"]
    yield _line(name, "database endpoints x zones", len(databases) * zones, "interface-endpoint")
    if region.access.path == "ssm":
        yield _line(name, "operators' access host", 1, "t4g.nano")
    keys = len(names.REGION_KEYS) + len(region.standing_cells)
    yield _line(name, "KMS keys", keys, "kms-key", hourly=False)
    yield from _cells(region)
    yield from _caches(fleet, region)
    yield from _streams(fleet, region)


def _cells(region: Region) -> Iterator[Line]:
    cells = region.standing_cells
    karpenter = [cell for cell in cells if cell.capacity == "karpenter"]
    yield _line(region.name, "EKS clusters", len(cells), "eks-cluster")
    yield _line(region.name, "Network Load Balancers", len(cells) * (2 if region.meshed else 1), "load-balancer")
    yield _line(region.name, "system nodes", capacity.SYSTEM_NODES * len(karpenter), "m7g.large")
    ingress = sum(capacity.ingress_pods(cell)[0] * capacity.GATEWAY_CPU for cell in karpenter) / 1000
    yield _line(region.name, "ingress nodes at peak, on demand", ceil(ingress / PACKING / 2), "m7g.large")
    spot = sum(capacity.running_cpu(cell) for cell in karpenter) / 1000
    yield _line(region.name, "vCPUs of Spot nodes at peak", ceil(spot / PACKING), "spot-vcpu")
    auto = sum(capacity.running_cpu(cell) for cell in cells if cell.capacity == "auto-mode") / 1000
    # Auto Mode's own share is a tenth of the instance's price; its built-in pools run on demand.
    yield _line(region.name, "Auto Mode nodes at peak, on demand", ceil(auto / PACKING / 2) * 1.1, "m7g.large")


def _caches(fleet: Fleet, region: Region) -> Iterator[Line]:
    nodes: dict[str, int] = {}
    for name in region.services:
        for cache in fleet.services[name].caches.values():
            nodes[cache.size] = nodes.get(cache.size, 0) + cache.shards * (1 + cache.replicas)
    for size, count in nodes.items():
        yield _line(region.name, f"Valkey nodes {size}", count, size)


def _streams(fleet: Fleet, region: Region) -> Iterator[Line]:
    gold = sum(shards.provisioned(stream) for stream in fleet.streams.values() if stream.tier == "gold")
    yield _line(region.name, "provisioned shards", gold, "stream-shard")
    yield _line(region.name, "fan-out consumers x shards", gold, "stream-consumer-shard")
    silver = sum(1 for stream in fleet.streams.values() if stream.tier == "silver")
    yield _line(region.name, "on-demand streams", silver, "on-demand-stream")


def _edge(fleet: Fleet) -> Iterator[Line]:
    firewalls = {host.firewall for host in fleet.edge.hosts.values()} - {"none"}
    yield _line("edge", "hosted zone", 1, "hosted-zone", hourly=False)
    yield _line("edge", "health checks of cells", len(fleet.cells), "health-check", hourly=False)
    yield _line("edge", "web ACLs", len(firewalls), "web-acl", hourly=False)
    yield _line("edge", "rules of web ACLs", len(firewalls) * RULES_OF_AN_ACL, "web-acl-rule", hourly=False)


def _data(fleet: Fleet) -> Iterator[Line]:
    yield _line("data", "KMS keys", 2 * len(fleet.data_regions), "kms-key", hourly=False)
