"""How many pods carry the peak, with what lost: the arithmetic behind autoscalers, node pools and the rules.

Two numbers a service and cell:

- *running* pods at peak carry it while one hosting cell is gone: nobody waits for a node to start;
- the *limit* (the autoscaler's maximum) carries it with whatever `policies.survive` names gone: so many hosting
  cells, or a region of the market, whose traffic the others take by their weights.

The price of k hosting cells is k/(k-1) in running pods and k/(k-2) in limits when two cells may be lost: 3.0, 2.0
and 1.67 for k = 3, 4, 5. A zone needs no number of its own: its pods start again in the other zones of the same
cell, and the addresses are checked for that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from fleet import flows
from fleet.cell import Cell
from fleet.region import Region
from fleet.service import Service

SIDECAR_CPU = 100
"""Thousandths of a processor that a pod's mesh proxy requests. Judgement: Envoy takes 0.2 vCPU per 1,000 rps."""
SIDECAR_MEMORY = 128 << 20
"""Bytes that a pod's mesh proxy requests."""

NODE_CPU = 16_000
"""Processors of a mean Spot node, in thousandths. The pools take 4 to 48; a cell is planned with the smaller half."""
NODE_MEMORY = 64 << 30
"""Memory of a mean Spot node in bytes: 4 GiB a processor, the middle of c, m and r."""
MEMORY_NODE_MEMORY = 128 << 30
"""Memory of such a node of the family r in bytes: 8 GiB a processor."""
USABLE = 0.9
"""Part of a node that is left for pods beside kubelet, daemons and the eviction margin."""
DAEMON_PODS = 8
"""Pods of a node that every node runs: network, identity, storage, monitoring agents."""

SYSTEM_NODES = 3
"""On-demand nodes of a cell's own controllers: one a zone."""
SYSTEM_NODE_CPU = 2_000
"""Processors of a system node, in thousandths."""
SYSTEM_NODE_TYPES = ("m8g.large", "m7g.large", "m6g.large")
"""Graviton of 2 processors and 8 GiB, in the order tried."""
GATEWAY_RPS = 2_500
"""Requests per second one gateway pod of one processor carries with TLS. Judgement: half of Envoy's own figure."""
EASTWEST_RPS = 10_000
"""The same of an east-west gateway, which passes TLS through as it comes. Judgement: four times as many."""
GATEWAY_CPU = 1_000
"""Thousandths of a processor that a gateway pod requests."""
GATEWAY_SIZES = (4, 8)
"""Processors of a gateway node: small, so that three zones do not stand half empty."""


def hosts(service: Service, region: Region) -> tuple[Cell, ...]:
    """The cells of a region that serve the service now: placed there, and proving or active."""
    return tuple(cell for cell in service.cells_in(region) if cell.state in ("proving", "active"))


def reserve(service: Service, region: Region) -> int:
    """Hosting cells that may be gone while running pods still carry the peak: one, if any may be lost at all."""
    return max(0, min(1, region.fleet.policies.survive.cells, len(hosts(service, region)) - 1))


def pods_for(rps: float, service: Service, cells: int) -> int:
    """Pods each of so many cells needs to carry a rate together."""
    return -int(-rps // (service.demand.per_pod * cells))


def remembered(compute: Callable[[Service, Region], int]) -> Callable[[Service, Region], int]:
    """Computed once for each service and region of a fleet; manifests ask again for every cell."""

    @wraps(compute)
    def answer(service: Service, region: Region) -> int:
        numbers, key = region.fleet._numbers, (compute.__name__, service.name, region.name)
        if key not in numbers:
            numbers[key] = compute(service, region)
        number: int = numbers[key]
        return number

    return answer


Value = TypeVar("Value")


def once(compute: Callable[[Cell], Value]) -> Callable[[Cell], Value]:
    """Computed once for each cell of a fleet: several layers of its manifests and the proof ask for it."""

    @wraps(compute)
    def answer(cell: Cell) -> Value:
        numbers, key = cell.fleet._numbers, (compute.__name__, cell.region.name, cell.key)
        if key not in numbers:
            numbers[key] = compute(cell)
        value: Value = numbers[key]
        return value

    return answer


@remembered
def running_pods_per_cell(service: Service, region: Region) -> int:
    """Pods at peak in each hosting cell, with one hosting cell lost; at least one a zone. 0: nothing hosts it."""
    k = len(hosts(service, region))
    if k == 0:
        return 0
    carried = pods_for(service.demand.peak(region.name), service, k - reserve(service, region))
    return max(carried, len(region.zones))


@remembered
def limit_pods_per_cell(service: Service, region: Region) -> int:
    """The autoscaler's maximum in each hosting cell: the worst that `policies.survive` names."""
    k = len(hosts(service, region))
    if k == 0:
        return 0
    lost = min(region.fleet.policies.survive.cells, k - 1)
    cells_lost = pods_for(service.demand.peak(region.name), service, k - lost)
    region_lost = pods_for(peak_with_a_region_lost(service, region), service, k)
    return max(cells_lost, region_lost, running_pods_per_cell(service, region))


def peak_with_a_region_lost(service: Service, region: Region) -> float:
    """Requests per second at peak when the worst other region of the market is gone; the peak if none may be."""
    own = float(service.demand.peak(region.name))
    if region.fleet.policies.survive.regions == 0:
        return own
    return max([own, *(peak_without(service, region, lost) for lost in service.in_regions if lost is not region)])


def peak_without(service: Service, region: Region, lost: Region) -> float:
    """Requests per second at peak when one region is gone: those left of its market share it by their weights."""
    own = float(service.demand.peak(region.name))
    if lost is region or lost.market != region.market or not service.runs_in(lost):
        return own
    siblings = [other for other in service.in_regions if other.market == lost.market and other is not lost]
    left = sum(other.weight for other in siblings)
    return own + service.demand.peak(lost.name) * region.weight / left if left else own


def pod_cpu(service: Service, region: Region) -> int:
    """Thousandths of a processor a pod requests, its mesh proxy included."""
    return service.demand.cpu + (SIDECAR_CPU if region.meshed else 0)


def pod_memory(service: Service, region: Region) -> int:
    """Bytes a pod requests, its mesh proxy included."""
    return service.demand.memory + (SIDECAR_MEMORY if region.meshed else 0)


def running_cpu(cell: Cell) -> int:
    """Thousandths of a processor that the cell's services request at peak."""
    region = cell.region
    return sum(running_pods_per_cell(s, region) * pod_cpu(s, region) for s in served(cell))


def limit_cpu(cell: Cell) -> int:
    """Thousandths of a processor that the cell's node pools must be able to reach: all services at their limits."""
    region = cell.region
    return sum(limit_pods_per_cell(s, region) * pod_cpu(s, region) for s in served(cell))


def burst_cpu(cell: Cell) -> int:
    """Thousandths of a processor that the on-demand burst pool must hold: what a lost cell leaves to this one.

    The pool is empty in normal times; it is for the hour in which Spot has nothing to offer.
    """
    region = cell.region
    left = {other.key: 0 for other in region.cells.values()}
    for service in served(cell):
        among = hosts(service, region)
        more = left_by_one(service, region, len(among))
        for host in among:
            left[host.key] += more
    return max((cpu for key, cpu in left.items() if key != cell.key), default=0)


def left_by_one(service: Service, region: Region, cells: int) -> int:
    """Thousandths of a processor that one of so many hosting cells leaves to each of the others when it is lost."""
    if cells < 2:
        return 0
    peak = service.demand.peak(region.name)
    return (pods_for(peak, service, cells - 1) - pods_for(peak, service, cells)) * pod_cpu(service, region)


def served(cell: Cell) -> tuple[Service, ...]:
    """The services a cell serves now; none while it is planned, draining or retired."""
    return cell.services if cell.state in ("proving", "active") else ()


def ingress_pods(cell: Cell) -> tuple[int, int]:
    """Running pods and limit of the cell's ingress gateway, from the peak of the services with routes.

    Viewers reach every serving cell of the region by weight, whether it hosts the service or not.
    """
    region = cell.region
    serving = [c for c in region.cells.values() if c.effective_weight > 0]
    if cell not in serving:
        return len(region.zones), len(region.zones)
    routed = [s for s in region.fleet.services.values() if s.routes and s.runs_in(region)]
    peak = sum(s.demand.peak(region.name) for s in routed)
    shifted = sum(peak_with_a_region_lost(s, region) for s in routed)
    survive = region.fleet.policies.survive.cells
    share = cell.effective_weight / sum(c.effective_weight for c in serving)
    running = _gateways(peak * share * _grown(len(serving), min(1, survive)))
    limit = _gateways(max(peak * share * _grown(len(serving), survive), shifted * share))
    return max(running, len(region.zones)), max(limit, running, len(region.zones))


def _grown(cells: int, lost: int) -> float:
    """How much more each cell carries when some of them are lost."""
    return cells / max(1, cells - lost)


def _gateways(rps: float) -> int:
    return -int(-rps // GATEWAY_RPS)


@once
def eastwest_pods(cell: Cell) -> tuple[int, int]:
    """Least and most pods of the gateway where the region's other cells enter.

    Sized for the worst placement of everybody else: a callee in k of the region's n cells leaves its callers n - k in
    which it is not. So a service that moves between other cells changes nothing here.
    """
    region, survive, floor = cell.region, cell.fleet.policies.survive, len(cell.region.zones)
    if not region.meshed:
        return floor, floor
    cells, calls = len(region.cells), flows.flows(region)
    lives_in = {name: len(set(keys)) for name, keys in region.fleet.placements.get(region.name, {}).items()}
    hosted = {service.name for service in cell.services}

    def entering(lost: int, grown: bool) -> float:
        rps = 0.0
        for call in calls:
            callees, callers = lives_in.get(call.callee, 0), lives_in.get(call.caller or "", cells)
            if call.callee in hosted:
                more = _times(cell.fleet.services[call.caller or call.callee], region) if grown else 1.0
                outside = min(1.0, (cells - callees) / max(1, callers - lost))
                rps += call.rps * more * outside / max(1, callees - lost)
        return rps

    least = max(floor, _eastwest(entering(min(1, survive.cells), grown=False)))
    most = max(entering(survive.cells, grown=False), entering(0, grown=True))
    return least, max(least, _eastwest(most))


def _times(service: Service, region: Region) -> float:
    return peak_with_a_region_lost(service, region) / service.demand.peak(region.name)


def _eastwest(rps: float) -> int:
    return -int(-rps // EASTWEST_RPS)


def running_gateways(cell: Cell) -> int:
    """Gateway pods at peak: where viewers enter, and where the region's other cells do."""
    return ingress_pods(cell)[0] + (eastwest_pods(cell)[0] if cell.region.meshed else 0)


def gateway_nodes(cell: Cell) -> int:
    """On-demand nodes under the cell's gateways at peak: of the smaller size, and one a zone at least."""
    return max(len(cell.region.zones), -(-running_gateways(cell) // gateways_that_fit(1)))


def gateways_that_fit(nodes: int) -> int:
    """Gateway pods on so many nodes of their pool, if all are of the smaller size."""
    return nodes * int(GATEWAY_SIZES[0] * 1000 * USABLE // GATEWAY_CPU)


def on_demand_cpu(cell: Cell) -> int:
    """Thousandths of a processor of the on-demand nodes at peak: under the controllers and under the gateways.

    Nodes are counted whole, as they are paid for: a gateway node stands in its zone however little it does.
    """
    return SYSTEM_NODES * SYSTEM_NODE_CPU + gateway_nodes(cell) * GATEWAY_SIZES[0] * 1000


def spot_cpu(cell: Cell) -> int:
    """Thousandths of a processor of the Spot nodes at peak, at least: what services request, and what nodes keep back."""
    return int(running_cpu(cell) / USABLE)


def price(cells: int, lost: int) -> tuple[float, float]:
    """What so many hosting cells cost, as multiples of the peak: running pods and limits."""
    return _grown(cells, min(1, lost)), _grown(cells, lost)
