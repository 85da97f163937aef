"""How much of everything a cell's manifests ask for, so that no cell's numbers depend on what a sibling does today.

`fleet.capacity` judges the fleet as it stands: who serves now, under which weights. Manifests are sized from what is
recorded (placements, peaks, the cell's own weight): a sibling that drains or changes its weight is one of the losses
that were counted beforehand, and must not roll out a change to every other cell of its region. `fleet.proof` holds
the two against each other.
"""

from __future__ import annotations

from fleet import capacity
from fleet.cell import Cell
from fleet.region import Region
from fleet.service import Service

SPOT, SPOT_MEMORY, INGRESS_POOL, BURST = "spot", "spot-memory", "ingress", "ondemand-burst"
"""Node pools of a cell that runs Spot."""
GENERAL = "general"
"""The one pool, on demand, of a fleet that asks for no Spot: a founder's cell holds a handful of nodes."""
MEMORY_HUNGRY = 6 << 30
"""Bytes of memory to a processor from which a service belongs on memory-optimised nodes (r has 8 GiB, m has 4)."""


def needs_memory(service: Service) -> bool:
    """Whether the service belongs on memory-optimised nodes."""
    return service.demand.memory * 1000 >= MEMORY_HUNGRY * service.demand.cpu


def mixes(cell: Cell) -> bool:
    """Whether the cell runs Spot, and so keeps its gateways on nodes of their own."""
    return cell.fleet.policies.spot.share > 0


@capacity.once
def nodes_of(cell: Cell) -> dict[str, int]:
    """Upper bound of nodes by pool; with the system nodes they are the cell's `max_nodes`."""
    system = system_nodes(cell)
    if not mixes(cell):
        return {GENERAL: cell.nodes - system}
    gateways = 2 * len(cell.region.zones) + _gateway_nodes(gateway_pods(cell)[1] + capacity.eastwest_pods(cell)[1])
    burst = max(len(cell.region.zones), _nodes(burst_cpu(cell)))
    rest = max(2, cell.nodes - system - gateways - burst)
    memory = max(1, rest // 5)
    return {SPOT: rest - memory, SPOT_MEMORY: memory, INGRESS_POOL: gateways, BURST: burst}


def system_nodes(cell: Cell) -> int:
    """Nodes beside the pools: a group of the cell's own controllers, where EKS does not run the nodes."""
    return capacity.SYSTEM_NODES if cell.capacity == "karpenter" else 0


def _gateway_nodes(pods: int) -> int:
    return -(-pods // capacity.gateways_that_fit(1))


def _nodes(cpu: int) -> int:
    """Mean nodes that so many thousandths of a processor take."""
    return -int(-cpu // int(capacity.NODE_CPU * capacity.USABLE))


@capacity.remembered
def min_pods(service: Service, region: Region) -> int:
    """What runs at least in each hosting cell: the peak with one of them lost, and one pod a zone."""
    hosting = _placed(service, region)
    lost = min(1, region.fleet.policies.survive.cells, hosting - 1)
    return max(capacity.pods_for(service.demand.peak(region.name), service, hosting - lost), len(region.zones))


@capacity.remembered
def max_pods(service: Service, region: Region) -> int:
    """What may run at most in each hosting cell: the peak with everything lost that `policies.survive` names."""
    hosting = _placed(service, region)
    lost = min(region.fleet.policies.survive.cells, hosting - 1)
    cells_lost = capacity.pods_for(service.demand.peak(region.name), service, hosting - lost)
    region_lost = capacity.pods_for(capacity.peak_with_a_region_lost(service, region), service, hosting)
    return max(cells_lost, region_lost, min_pods(service, region))


def _placed(service: Service, region: Region) -> int:
    """Cells of the region the service is placed in, whatever their state; at least one, for the arithmetic."""
    return max(1, len(service.cells_in(region)))


@capacity.once
def gateway_pods(cell: Cell) -> tuple[int, int]:
    """Least and most pods of the cell's ingress gateway.

    The cell's share of the region's routed peak is its own weight against siblings of the usual weight.
    """
    region, survive = cell.region, cell.fleet.policies.survive
    usual = cell.fleet.cell_defaults.weight or 1
    own = usual if cell.weight is None else max(cell.weight, usual)
    routed = [service for service in cell.fleet.services.values() if service.routes and service.runs_in(region)]
    peak = sum(service.demand.peak(region.name) for service in routed)
    shifted = sum(capacity.peak_with_a_region_lost(service, region) for service in routed)
    cells = len(_hosting(region) | {cell.key})

    def share(lost: int) -> float:
        return own / (own + usual * (max(1, cells - lost) - 1))

    floor = len(region.zones)
    least = max(floor, _gateways(peak * share(min(1, survive.cells))))
    return least, max(least, _gateways(max(peak * share(survive.cells), shifted * share(0))))


def _gateways(rps: float) -> int:
    return -int(-rps // capacity.GATEWAY_RPS)


def _hosting(region: Region) -> set[str]:
    """Keys of the cells that anything is placed in."""
    return {key for placed in region.fleet.placements.get(region.name, {}).values() for key in placed}


@capacity.once
def burst_cpu(cell: Cell) -> int:
    """Thousandths of a processor that the on-demand burst pool holds: the most that one lost cell leaves to this one."""
    region = cell.region
    left = dict.fromkeys(_hosting(region), 0)
    for service in cell.services:
        among = service.cells_in(region)
        more = capacity.left_by_one(service, region, len(among))
        for host in among:
            left[host.key] += more
    return max((cpu for key, cpu in left.items() if key != cell.key), default=0)
