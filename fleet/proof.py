"""Whether the fleet carries its peak in every loss that `policies.survive` names, and the loss in which it does not.

What manifests ask for (`fleet.sizing`: replicas, autoscalers' maxima, node pools, gateways) is held against what the
fleet as it stands needs (`fleet.capacity`), loss by loss:

- pods that run carry the peak with one hosting cell lost: nobody waits for a node to start;
- limits carry it with every set of `survive.cells` cells lost, and with every other region of the market lost;
- node pools hold the pods of each of those losses, and the burst pool what one lost cell leaves to another on demand;
- addresses hold all nodes of a cell with each of its zones shifted away;
- gateways carry their share of each loss, and their own pool holds them at their limits.

Cells that drain are losses that were counted beforehand: with one of them out, one less may be lost on top. A service
is taken to be called evenly in the cells that are left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

from fleet import addressing, capacity, gateways, known, losses, pools, sizing
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.problem import Finding, Path
from fleet.region import Region
from fleet.service import Service

RUNNING, LIMITS, POOLS, BURST = "running pods", "limits of pods", "node pools", "burst pool"
BOUND, ADDRESSES = "bound of nodes", "addresses"
GATES_RUNNING, GATES, GATE_POOL = "running gateways", "limits of gateways", "gateway pool"
EAST_WEST_RUNNING, EAST_WEST = "running east-west gateways", "limits of east-west gateways"
ELSEWHERE = "other regions"
NOTHING, A_CELL, A_ZONE, A_REGION = "nothing", "a cell", "a zone", "a region"


@dataclass(frozen=True)
class Margin:
    """What one subject offers in one loss, and what it needs there."""

    where: str
    """`us-east-1 sessions`, `us-east-1/a`."""
    lost: str
    """`us-east-1/b and us-east-1/c are lost`."""
    offered: float
    needed: float
    path: Path
    """What in the fleet's files decides it."""
    message: str = ""
    """Of a counter-example, in the words of a finding."""

    @property
    def ratio(self) -> float:
        """How many times the need is offered; below 1 it is a counter-example."""
        return self.offered / self.needed if self.needed else float("inf")


@dataclass
class Claim:
    """One promise in one region: something carries the peak whatever of a kind is lost."""

    region: str
    what: str
    lost: str
    warning: bool = False
    """What breaks it is in somebody's hands, such as a cell that drains: shown, and it stops nothing."""
    tried: int = 0
    """Losses, times what each of them may hit."""
    tightest: Margin | None = None
    broken: list[Margin] = field(default_factory=list)

    def hold(self, margin: Margin, message: Callable[[], str], tried: int = 1) -> None:
        """Count a loss in; the message is made only for a counter-example."""
        self.tried += tried
        if margin.ratio < 1 - 1e-9:
            margin = Margin(margin.where, margin.lost, margin.offered, margin.needed, margin.path, message())
            self.broken.append(margin)
        if self.tightest is None or margin.ratio < self.tightest.ratio:
            self.tightest = margin

    def shown(self) -> list[tuple[Margin, str]]:
        """Counter-examples with their messages; of a warning, the worst stands for all."""
        if not self.warning or not self.broken:
            return [(margin, margin.message) for margin in self.broken]
        worst, others = min(self.broken, key=lambda margin: margin.ratio), len(self.broken) - 1
        return [(worst, worst.message + (f" ({others} more are short, too)" if others else ""))]


@dataclass(frozen=True)
class Proof:
    """Every claim, region by region."""

    claims: tuple[Claim, ...]

    @property
    def holds(self) -> bool:
        return not any(claim.broken for claim in self.claims)

    def findings(self, without: Collection[str] = ()) -> Iterator[Finding]:
        """The worst counter-example of each place in the files; `without` passes over claims by what they are of."""
        worst: dict[Path, tuple[bool, float, str]] = {}
        for claim in self.claims:
            for margin, message in claim.shown() if claim.what not in without else ():
                found = claim.warning, margin.ratio, message
                worst[margin.path] = min(worst.get(margin.path, found), found)
        for path, (warning, _, message) in worst.items():
            yield Finding(path, message, warning)


def prove(fleet: Fleet, regions: Iterable[Region] | None = None) -> Proof:
    """Try every loss in every region, or in these. What points nowhere is passed over: rules refuse it."""
    claims: list[Claim] = []
    for region in known.regions(fleet) if regions is None else regions:
        claims += [*_pods(region), *_pools(region), *_addresses(region), *_gateways(region), *_elsewhere(region)]
    return Proof(tuple(claim for claim in claims if claim.tried))


def any_of(cells: int) -> str:
    """What is lost, as the title of a claim: `2 cells`."""
    return (NOTHING, A_CELL)[cells] if cells < 2 else f"{cells} cells"


def _placed(region: Region) -> list[Service]:
    placed = region.fleet.placements.get(region.name, {})
    running = (s for s in region.fleet.services.values() if s.name in placed and s.runs_in(region))
    return [service for service in running if service.cells_in(region)]


def _pods(region: Region) -> Iterator[Claim]:
    """Running pods and limits of each service, by the cells that are left to it."""
    survive, services, already = region.fleet.policies.survive, _placed(region), losses.out(region)
    for what, may, pods in (
        (RUNNING, min(1, survive.cells), sizing.min_pods),
        (LIMITS, survive.cells, sizing.max_pods),
    ):
        claim = Claim(region.name, what, any_of(may), warning=bool(already))
        sets = losses.of_cells(losses.serving(region), may - len(already))
        worst: dict[frozenset[str], tuple[int, str]] = {}
        for service in services:
            hosts = frozenset(cell.key for cell in capacity.hosts(service, region))
            if hosts not in worst:
                hit = max(([cell for cell in lost if cell.key in hosts] for lost in sets), key=len)
                worst[hosts] = len(hosts) - len(hit), losses.named(hit, already)
            left, lost = worst[hosts]
            peak = float(service.demand.peak(region.name))
            _carry(claim, service, region, lost, peak, cells=left, pods=pods(service, region), tried=len(sets))
        yield claim
    claim = Claim(region.name, LIMITS, A_REGION, warning=bool(already))
    for other in losses.of_regions(region):
        for service in services:
            cells, peak = len(capacity.hosts(service, region)), capacity.peak_without(service, region, other)
            pods_each = sizing.max_pods(service, region)
            _carry(claim, service, region, f"{other.name} is lost", peak, cells=cells, pods=pods_each)
    yield claim


def _carry(
    claim: Claim, service: Service, region: Region, lost: str, peak: float, *, cells: int, pods: int, tried: int = 1
) -> None:
    """So many cells left with so many pods each, against a peak in requests per second."""
    carried = cells * pods * service.demand.per_pod

    def message() -> str:
        return (
            f"{claim.what} of {service.name} carry {carried:,.0f} of {peak:,.0f} requests a second when {lost}: "
            f"{cells} of its cells are left, with {pods} pods each; place it in more cells that serve"
        )

    path: Path = ("placements", region.name, service.name)
    claim.hold(Margin(f"{region.name} {service.name}", lost, carried, peak, path), message, tried)


def sized_by(cell: Cell) -> Path:
    """Where the cell's upper bound of nodes stands."""
    if cell.max_nodes is None:
        return ("cell_defaults", "max_nodes")
    return ("regions", cell.region.name, "cells", cell.key, "max_nodes")


def _pools(region: Region) -> Iterator[Claim]:
    """Each cell's pools hold its services in every loss; and, on demand alone, what one lost cell leaves to it."""
    kinds = any_of(region.fleet.policies.survive.cells), A_REGION
    claims = {kind: Claim(region.name, POOLS, kind) for kind in kinds}
    rooms = {cell.key: pools.rooms(cell) for cell in losses.serving(region)}
    for cell, need in pools.needs(region):
        offered, needed = rooms[cell.key][need.room], need.amount
        for unit, size, most, least in (
            ("pods", 1, offered.pods, needed.pods),
            ("processors", 1000, offered.cpu, needed.cpu),
            ("GiB of memory", 2**30, offered.memory, needed.memory),
        ):
            margin = Margin(f"{region.name}/{cell.key}", need.lost, most, least, sized_by(cell))
            message = _too_small(cell, need, f"{most // size:,} {unit}", f"{-(-least // size):,}")
            claims[A_REGION if need.of_region else kinds[0]].hold(margin, message)
    yield from claims.values()
    claim = Claim(region.name, BURST, A_CELL)
    # A cell that is out has left its share already.
    may = min(1, region.fleet.policies.survive.cells) - len(losses.out(region))
    for cell in losses.serving(region) if may > 0 else ():
        nodes = sizing.nodes_of(cell).get(sizing.BURST, 0)
        offered_cpu, needed_cpu = nodes * int(capacity.NODE_CPU * capacity.USABLE), capacity.burst_cpu(cell)
        if nodes:
            text = f"{nodes} burst nodes hold {offered_cpu // 1000:,} processors, and another cell leaves {needed_cpu // 1000:,}; raise max_nodes"
            margin = Margin(
                f"{region.name}/{cell.key}", "another cell is lost", offered_cpu, needed_cpu, sized_by(cell)
            )
            claim.hold(margin, text.__str__)
    yield claim


def _too_small(cell: Cell, need: pools.Need, most: str, least: str) -> Callable[[], str]:
    def message() -> str:
        region = cell.region
        largest = max(capacity.served(cell), key=lambda service: sizing.max_pods(service, region))
        return (
            f"the pools of {cell.nodes} nodes hold {most} of {need.room}, and {region.name}/{cell.key} needs {least} "
            f"when {need.lost}; raise max_nodes, or spread the services over more cells ({largest.name} is the "
            f"largest, with cells: {largest.cells})"
        )

    return message


def _addresses(region: Region) -> Iterator[Claim]:
    """All nodes that a cell's pools may start, and its system nodes: within its bound, and on the subnets left."""
    bound, addresses = Claim(region.name, BOUND, NOTHING), Claim(region.name, ADDRESSES, A_ZONE)
    for cell in region.standing_cells:
        where, nodes = f"{region.name}/{cell.key}", sum(sizing.nodes_of(cell).values()) + sizing.system_nodes(cell)
        text = (
            f"{cell.nodes} nodes are too few for the pools of {where}, whose least sizes are {nodes}; raise max_nodes"
        )
        bound.hold(Margin(where, "nothing is lost", cell.nodes, nodes, sized_by(cell)), text.__str__)
        fits = addressing.nodes_that_fit(cell)
        for zone in region.zones if region.fleet.policies.survive.zones else ():
            text = f"{nodes} nodes may start, and with {zone} shifted away the subnets of {where} hold {fits}; lower max_nodes"
            margin = Margin(where, f"{zone} is shifted away", fits, nodes, sized_by(cell))
            addresses.hold(margin, text.__str__)
    yield from (bound, addresses)


def _gateways(region: Region) -> Iterator[Claim]:
    """Where viewers enter, by the weights of the cells that are left, and where calls of other cells do."""
    survive, usual = region.fleet.policies.survive, region.fleet.cell_defaults.weight
    # A weight that differs is somebody's decision of today: what it brings to the others is no mistake in the files.
    open_cells = (*losses.hosting(region), *losses.serving(region))
    uneven = any(cell.effective_weight != usual for cell in open_cells)
    kinds = [
        (GATES_RUNNING, GATES, gateways.entering, gateways.entering_from, sizing.gateway_pods, capacity.GATEWAY_RPS)
    ]
    if region.meshed:
        east_west = gateways.crossing, gateways.crossing_from, capacity.eastwest_pods, capacity.EASTWEST_RPS
        kinds.append((EAST_WEST_RUNNING, EAST_WEST, *east_west))
    for running, limits, entering, entering_from, pods, each in kinds:
        for what, may, place in ((running, min(1, survive.cells), 0), (limits, survive.cells, 1)):
            claim = Claim(region.name, what, any_of(may), warning=uneven)
            for cell, lost, rps in entering(region, may):
                _enter(claim, cell, lost, rps, pods(cell)[place] * each)
            yield claim
        claim = Claim(region.name, limits, A_REGION, warning=uneven)
        for other in losses.of_regions(region):
            for cell, rps in entering_from(other, region):
                _enter(claim, cell, f"{other.name} is lost", rps, pods(cell)[1] * each)
        yield claim
    claim = Claim(region.name, GATE_POOL, NOTHING)
    for cell in region.standing_cells:
        nodes = sizing.nodes_of(cell).get(sizing.INGRESS_POOL)
        if nodes is not None:
            offered, needed = (
                capacity.gateways_that_fit(nodes),
                sizing.gateway_pods(cell)[1] + capacity.eastwest_pods(cell)[1],
            )
            margin = Margin(
                f"{region.name}/{cell.key}", "all gateways are at their limits", offered, needed, sized_by(cell)
            )
            text = f"{nodes} gateway nodes hold {offered} gateways, and {region.name}/{cell.key} may start {needed}; raise max_nodes"
            claim.hold(margin, text.__str__)
    yield claim


def _enter(claim: Claim, cell: Cell, lost: str, rps: float, offered: int) -> None:
    """So many requests a second that gateways carry, against a rate."""
    where = f"{cell.region.name}/{cell.key}"

    def message() -> str:
        return (
            f"{claim.what} of {where} carry {offered:,} of {rps:,.0f} requests a second when {lost}; weigh cells alike, "
            f"and bring back those that are out"
        )

    claim.hold(Margin(where, lost, offered, rps, ("regions", cell.region.name, "cells", cell.key)), message)


def _elsewhere(region: Region) -> Iterator[Claim]:
    """Who runs in one region of the market alone goes with it."""
    claim = Claim(region.name, ELSEWHERE, A_REGION, warning=True)
    for service in _placed(region) if region.fleet.policies.survive.regions else ():
        others = [other.name for other in losses.of_regions(region) if service.runs_in(other)]
        path: Path = (
            ("policies", "survive", "regions") if service.regions is None else ("services", service.name, "regions")
        )
        text = (
            f"{service.name} runs in no other region of market {region.market}, and is gone when {region.name} is; run it "
            f"in another one, or promise no region in policies.survive"
        )
        margin = Margin(f"{region.name} {service.name}", f"{region.name} is lost", len(others), 1, path)
        claim.hold(margin, text.__str__)
    yield claim
