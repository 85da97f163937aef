"""What a cell's node pools hold, and what every loss makes the cell need of them.

Services share one room, but for those that need much memory to a processor: these have a pool of their own, and
nothing else lands there. The burst pool counts as room: it is bought when the Spot pool is at its limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fleet import capacity, losses, sizing
from fleet.cell import Cell
from fleet.region import Region
from fleet.service import Service

SERVICES, MEMORY = "services", "memory-hungry services"


@dataclass(frozen=True)
class Amount:
    """Pods with what they request; or as much as nodes offer them."""

    pods: int
    cpu: int
    """Thousandths of a processor."""
    memory: int
    """Bytes."""


@dataclass(frozen=True)
class Need:
    """What a cell needs in one room when something is lost."""

    lost: str
    of_region: bool
    """Whether it is a region that is lost, and no cell."""
    room: str
    amount: Amount


def rooms(cell: Cell) -> dict[str, Amount]:
    """What the cell's pools offer services at their limits, room by room."""
    nodes = sizing.nodes_of(cell)
    if sizing.GENERAL in nodes:
        # Where EKS runs the nodes, the cell's own controllers stand on them, too.
        own = capacity.SYSTEM_NODES - sizing.system_nodes(cell)
        return {SERVICES: _offered(cell, nodes[sizing.GENERAL] - own)}
    general = nodes[sizing.SPOT] + nodes[sizing.BURST]
    hungry = _offered(cell, nodes[sizing.SPOT_MEMORY], capacity.MEMORY_NODE_MEMORY)
    return {SERVICES: _offered(cell, general), MEMORY: hungry}


def _offered(cell: Cell, nodes: int, memory: int = capacity.NODE_MEMORY) -> Amount:
    usable = max(0, nodes) * capacity.USABLE
    pods = max(0, nodes) * max(0, cell.pods_per_node - capacity.DAEMON_PODS)
    return Amount(pods, int(usable * capacity.NODE_CPU), int(usable * memory))


def needs(region: Region) -> Iterator[tuple[Cell, Need]]:
    """Every serving cell in every loss: of cells beside it, and of another region of the market."""
    groups = _groups(region)
    already = losses.out(region)
    further = region.fleet.policies.survive.cells - len(already)
    serving = losses.serving(region)
    shifted = [(f"{lost.name} is lost", _shifted(region, lost, groups)) for lost in losses.of_regions(region)]
    for cell in serving:
        others = tuple(other for other in serving if other is not cell)
        gone = [
            (losses.named(lost, already), frozenset(c.key for c in lost)) for lost in losses.of_cells(others, further)
        ]
        for room in rooms(cell):
            own = [group for group in groups if cell.key in group.hosts and group.room(cell) == room]
            for text, keys in gone:
                yield cell, Need(text, False, room, _sum(group.left[len(group.hosts - keys)] for group in own))
            for text, more in shifted:
                yield cell, Need(text, True, room, _sum(more[group] for group in own))


def _sum(amounts: Iterable[Amount]) -> Amount:
    pods = cpu = memory = 0
    for amount in amounts:
        pods, cpu, memory = pods + amount.pods, cpu + amount.cpu, memory + amount.memory
    return Amount(pods, cpu, memory)


@dataclass(frozen=True, eq=False)
class _Group:
    """Services that every loss hits alike: the same cells serve them. Their needs are summed once."""

    hosts: frozenset[str]
    hungry: bool
    services: tuple[Service, ...]
    left: tuple[Amount, ...]
    """What they need in each cell, by the number of cells left."""

    def room(self, cell: Cell) -> str:
        return MEMORY if self.hungry and sizing.mixes(cell) else SERVICES


def _groups(region: Region) -> list[_Group]:
    together: dict[tuple[frozenset[str], bool], list[Service]] = {}
    for name in region.fleet.placements.get(region.name, {}):
        service = region.fleet.services.get(name)
        if service is not None and service.runs_in(region):
            hosts = frozenset(cell.key for cell in capacity.hosts(service, region))
            together.setdefault((hosts, sizing.needs_memory(service)), []).append(service)
    return [
        _Group(hosts, hungry, tuple(services), tuple(_needed(services, region, left) for left in range(len(hosts) + 1)))
        for (hosts, hungry), services in together.items()
    ]


def _needed(services: Sequence[Service], region: Region, left: int) -> Amount:
    """Together, with so many of their cells left."""
    return _sum(_amount(s, region, s.demand.peak(region.name), left) for s in services if left)


def _shifted(region: Region, lost: Region, groups: list[_Group]) -> dict[_Group, Amount]:
    """Together, with the share of another region on top."""
    return {
        group: _sum(
            _amount(s, region, capacity.peak_without(s, region, lost), len(group.hosts))
            for s in group.services
            if group.hosts
        )
        for group in groups
    }


def _amount(service: Service, region: Region, rps: float, cells: int) -> Amount:
    """What a service's pods request in each of so many cells; the autoscaler's minimum runs anyway."""
    pods = max(capacity.pods_for(rps, service, cells), sizing.min_pods(service, region))
    return Amount(pods, pods * capacity.pod_cpu(service, region), pods * capacity.pod_memory(service, region))
