"""The fixed monthly cost of a fleet, line by line: what stands whether or not anybody comes, and nodes at peak.

Requests, bytes to viewers, database processing and log volume depend on traffic nobody declares; they are left out
and `LEFT_OUT` says so wherever the sum is shown. What has no price is a line without money, and the sum says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from fleet import capacity, egress, egress_cost, endpoints, firewall, names, shards
from fleet.model import Fleet
from fleet.prices import HOURS, price
from fleet.region import ACCESS_HOST, Region

LEFT_OUT = (
    "requests, bytes to viewers, database processing units, load balancer capacity units, log and metric volume, "
    "alarms, disks, secrets, traffic between zones and regions, backups, support"
)

_CONTROLLER = {
    "lambda-gb-seconds": "NAT controller, million GB-seconds",
    "lambda-requests": "NAT controller, million requests",
    "schedules": "NAT controller, million schedules",
}

PACKING = 0.85
"""Share of a node's processors that pods request; the rest is daemons and what does not fit. An assumption."""


@dataclass(frozen=True)
class Line:
    """One line of the estimate."""

    scope: str
    """`us-east-1`, `edge`, `data`."""
    what: str
    count: float
    price: str
    """What `fleet.prices.price` is asked for."""
    monthly: float | None
    """USD a month; None: it has no price, and is not in the sum."""


def estimate(fleet: Fleet) -> tuple[Line, ...]:
    """Every line, scope by scope."""
    lines = [*_edge(fleet), *_data(fleet)]
    for region in fleet.regions.values():
        lines += _region(fleet, region)
    return tuple(line for line in lines if line.count)


def total(lines: tuple[Line, ...]) -> float:
    """USD a month of the lines that have a price."""
    return sum(line.monthly or 0 for line in lines)


def unverified(lines: tuple[Line, ...]) -> float:
    """The part of the total, in USD a month, whose prices come from memory or an assumption."""
    return total(tuple(line for line in lines if (known := price(line.price)) and not known.verified))


def _line(scope: str, what: str, count: float, name: str, *, hourly: bool = True) -> Line:
    known = price(name)
    return Line(scope, what, count, name, None if known is None else count * known.usd * (HOURS if hourly else 1))


def _region(fleet: Fleet, region: Region) -> Iterator[Line]:
    name, zones = region.name, len(region.zones)
    yield from _ways_out(region)
    if region.endpoints == "interface":
        yield _line(name, "interface endpoints x zones", len(endpoints.INTERFACE) * zones, "interface-endpoint")
    databases = [d for d in fleet.databases.values() if name in d.serving.regions and d.network == "privatelink"]
    yield _line(name, "database endpoints x zones", len(databases) * zones, "interface-endpoint")
    if region.access.path == "ssm":
        yield _line(name, "operators' access host", 1, ACCESS_HOST)
        if region.endpoints == "gateway":
            yield _line(name, "public address of the access host", 1, "public-address")
    yield _line(name, "private hosted zone", 1, "hosted-zone", hourly=False)
    keys = len(names.REGION_KEYS) + len(region.standing_cells)
    yield _line(name, "KMS keys", keys, "kms-key", hourly=False)
    yield from _cells(region)
    yield from _caches(fleet, region)
    yield from _streams(fleet, region)


def _ways_out(region: Region) -> Iterator[Line]:
    name, zones = region.name, len(region.zones)
    own = region.egress.path == "instances"
    yield _line(name, "NAT gateways", zones, "nat-gateway")
    if own:
        for kind, count in Counter(egress.instance_type(zone, region.egress.size) for zone in region.zones).items():
            yield _line(name, f"NAT instances {kind}", count, kind)
    if region.egress.byoip_pool is None:
        yield _line(
            name, "public addresses of NAT", zones * region.egress.addresses * (2 if own else 1), "public-address"
        )
    if own:
        for thing, millions in egress_cost.CONTROLLER.items():
            yield _line(name, _CONTROLLER[thing], zones * millions, thing, hourly=False)
    if region.egress.monthly is not None:
        share = egress_cost.GATEWAY_SHARE if own else 1
        gigabytes = zones * region.egress.monthly / 1e9 * share
        yield _line(name, "GB through NAT gateways", gigabytes, "nat-gateway-byte", hourly=False)


def _cells(region: Region) -> Iterator[Line]:
    name, cells = region.name, region.standing_cells
    karpenter = [cell for cell in cells if cell.capacity == "karpenter"]
    auto = [cell for cell in cells if cell.capacity == "auto-mode"]
    yield _line(name, "EKS clusters", len(cells), "eks-cluster")
    for tier, count in Counter(cell.tier for cell in cells if cell.tier != "standard").items():
        yield _line(name, f"control planes of {tier}", count, f"eks-{tier}")
    yield _line(name, "Network Load Balancers", len(cells) * (2 if region.meshed else 1), "load-balancer")
    yield _line(name, "public addresses of load balancers", len(cells) * len(region.zones), "public-address")
    yield _line(name, "system nodes", capacity.SYSTEM_NODES * len(karpenter), capacity.SYSTEM_NODE_TYPES[0])
    gateways = sum(capacity.gateway_nodes(cell) for cell in karpenter)
    yield _line(name, "gateway nodes at peak, on demand", gateways, "m7g.xlarge")
    spot = sum(capacity.running_cpu(cell) for cell in karpenter) / 1000
    yield _line(name, "vCPUs of Spot nodes at peak", ceil(spot / PACKING), "spot-vcpu")
    # Controllers take what they take on system nodes elsewhere: no figure of Auto Mode's own is known.
    system = capacity.SYSTEM_NODES * capacity.SYSTEM_NODE_CPU
    gates = [capacity.running_gateways(cell) * capacity.GATEWAY_CPU for cell in auto]
    nodes = sum(system + gate + capacity.running_cpu(cell) for cell, gate in zip(auto, gates, strict=True)) / 1000
    # Auto Mode's own share is a tenth of the instance's price; its built-in pools run on demand.
    yield _line(name, "Auto Mode nodes at peak, on demand", ceil(nodes / PACKING / 2) * 1.1, "m7g.large")


def _caches(fleet: Fleet, region: Region) -> Iterator[Line]:
    nodes: Counter[str] = Counter()
    for name in region.services:
        for cache in fleet.services[name].caches.values():
            nodes[cache.size] += cache.shards * (1 + cache.replicas)
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
    rules = sum(firewall.rules(kind) for kind in firewalls)
    yield _line("edge", "hosted zone", 1, "hosted-zone", hourly=False)
    yield _line("edge", "health checks of cells", len(fleet.cells), "health-check", hourly=False)
    yield _line("edge", "health checks of regions", len(fleet.regions), "calculated-health-check", hourly=False)
    yield _line("edge", "KMS keys", 1, "kms-key", hourly=False)
    yield _line("edge", "web ACLs", len(firewalls), "web-acl", hourly=False)
    yield _line("edge", "rules of web ACLs", rules, "web-acl-rule", hourly=False)


def _data(fleet: Fleet) -> Iterator[Line]:
    yield _line("data", "KMS keys", len(fleet.data_regions) * len(names.DATA_KEYS), "kms-key", hourly=False)
