"""`hypercell cell spot`: how wide the choice of Spot is, counted from what the node pools ask for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleet import capacity, instances, spot
from fleet.cell import Cell
from fleet.known import instead
from fleet.load import load
from fleet.model import Fleet
from fleet.sizing import SPOT_MEMORY
from ops.console import print_json, print_table

EXIT_INPUT = 2

TYPES = ("region", "zone", "types", "arm64", "amd64", "memory-heavy")
POOLS = ("cell", "types", "Spot pools", "shared", "with")
ON_DEMAND = ("region", "cells", "system vCPU", "gateway vCPU", "Spot vCPU", "on demand")


class Unknown(Exception):
    """A name that the fleet does not have; one line for the user (exit code 2)."""


@dataclass(frozen=True)
class Types:
    """Instance types that the Spot pools of a region's cells reach, in one zone or in any of its zones."""

    region: str
    zone: str | None
    types: int
    arm64: int
    amd64: int
    memory: int
    """Of them, types that the pool of memory-hungry services reaches."""


@dataclass(frozen=True)
class Pools:
    """What one cell reaches, and how much of it others do, too."""

    cell: str
    types: int
    pools: int
    """Spot pools: a type in a zone is one."""
    shared: int
    """Pools that at least one other cell of the fleet reaches, too."""
    overlap: dict[str, int]
    """Other cell to the pools that both reach; cells that share none are left out."""


@dataclass(frozen=True)
class OnDemand:
    """Processors at declared peak, of a region's cells that serve."""

    region: str
    cells: int
    system: float
    gateways: float
    spot: float

    @property
    def share(self) -> float:
        """Part of all processors that is bought on demand."""
        fixed = self.system + self.gateways
        return fixed / (fixed + self.spot) if fixed else 0.0


@dataclass(frozen=True)
class Report:
    """Everything the verb says."""

    types: tuple[Types, ...]
    pools: tuple[Pools, ...]
    on_demand: tuple[OnDemand, ...]
    total: OnDemand
    """Of the whole fleet: the policy is about it, whatever was asked for."""
    not_counted: tuple[str, ...]
    """Cells whose nodes Auto Mode finds, or that ask for no Spot."""


def show(blueprint: Path, *, region: str | None = None, cell: str | None = None, as_json: bool = False) -> int:
    """Print the count. Exit code 0, or 2: the fleet has no such region or cell."""
    fleet = load(blueprint)
    try:
        found = count(fleet, region=region, cell=cell)
    except Unknown as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    remarks = list(caveats(fleet, found))
    if as_json:
        print_json(_plain(fleet, found, remarks))
        return 0
    if found.types:
        print_table("Spot instance types within reach", TYPES, map(_types_row, found.types), right=TYPES[2:])
        print_table("Spot pools (a type in a zone)", POOLS, map(_pools_row, found.pools), right=POOLS[1:4])
        print_table("At declared peak", ON_DEMAND, map(_share_row, found.on_demand), right=ON_DEMAND[1:])
    for line in remarks:
        print(line)
    return 0


def count(fleet: Fleet, *, region: str | None = None, cell: str | None = None) -> Report:
    """Count for the cells that were asked for.

    Raises:
        Unknown: the fleet has no such region, or no such cell there.
    """
    chosen = _chosen(fleet, region, cell)
    counted = [one for one in chosen if spot.counted(one)]
    every = {one.name: spot.pools(one) for one in fleet.cells if spot.counted(one)}
    first = {one.region.name: one for one in reversed(counted)}
    regions = [name for name in fleet.regions if name in first]
    serving = [one for one in fleet.cells if spot.counted(one) and one.state in ("proving", "active")]
    return Report(
        # All cells of a region ask for the same: one of them stands for them.
        types=tuple(row for name in regions for row in _types(first[name])),
        pools=tuple(_pools(one.name, len(spot.reachable(one)), every) for one in counted),
        on_demand=tuple(
            _on_demand(name, [one for one in serving if one in counted and one.region.name == name]) for name in regions
        ),
        total=_on_demand("all", serving),
        not_counted=tuple(one.name for one in chosen if not spot.counted(one)),
    )


def _chosen(fleet: Fleet, region: str | None, cell: str | None) -> list[Cell]:
    if region is not None and region not in fleet.regions:
        raise Unknown(f"--region: {region} is no region of {fleet.name}; {instead(region, fleet.regions)}")
    cells = {one.name: one for one in fleet.cells if region in (None, one.region.name)}
    if cell is not None and cell not in cells:
        raise Unknown(f"--cell: {cell} is no cell of {region or fleet.name}; {instead(cell, cells)}")
    return [one for name, one in cells.items() if cell in (None, name)]


def _types(cell: Cell) -> Iterator[Types]:
    for zone in (None, *cell.region.zones):
        zones = cell.region.zones if zone is None else [zone]
        arm, intel = (len(spot.reachable(cell, zones, architectures=[one])) for one in ("arm64", "amd64"))
        memory = len(spot.reachable(cell, zones, SPOT_MEMORY))
        yield Types(cell.region.name, zone, len(spot.reachable(cell, zones)), arm, intel, memory)


def _pools(name: str, types: int, every: dict[str, spot.Pools]) -> Pools:
    own = every[name]
    both = {other: own & pools for other, pools in every.items() if other != name}
    overlap = {other: len(pools) for other, pools in both.items() if pools}
    return Pools(name, types, len(own), len(frozenset().union(*both.values())), overlap)


def _on_demand(region: str, cells: Sequence[Cell]) -> OnDemand:
    system = len(cells) * capacity.SYSTEM_NODES * capacity.SYSTEM_NODE_CPU
    fixed = sum(capacity.on_demand_cpu(cell) for cell in cells)
    bought = sum(capacity.spot_cpu(cell) for cell in cells)
    return OnDemand(region, len(cells), system / 1000, (fixed - system) / 1000, bought / 1000)


def caveats(fleet: Fleet, found: Report) -> Iterator[str]:
    """What the numbers do not say."""
    policy, total = fleet.policies.spot, found.total
    if total.cells:
        yield (
            f"on demand at declared peak: {total.share:.1%} of the fleet's compute, and {1 - policy.share:.1%} is allowed; "
            f"{policy.types} types are asked for in a region, and {spot.FEWEST_IN_ZONE} in a zone"
        )
    if found.not_counted:
        why = "AWS decides what Auto Mode buys" if policy.share else "policies.spot.share is 0"
        yield f"not counted: {', '.join(found.not_counted)} ({why})"
    if not found.types:
        return
    yield f"from: {instances.source()}; AWS is ahead of it, so that counts are at least what is offered"
    yield "offered is not available: whether a pool has machines, and at what price, only EC2 knows"
    yield (
        f"a request carries the {spot.MOST_IN_REQUEST} cheapest types that fit its pods, out of the "
        f"{spot.MOST_CONSIDERED} cheapest that Karpenter keeps: the count is what is reached over time"
    )
    yield (
        f"no Spot node moves to cheaper Spot: Karpenter wants {spot.FEWEST_TO_MOVE} cheaper types for that, and its gate "
        "spotToSpotConsolidation is off here"
    )
    if any(one.shared for one in found.pools):
        yield (
            "cells of a region draw on the same pools: what EC2 takes back of one, it takes from all of them; other "
            "regions share no pool"
        )


def _plain(fleet: Fleet, found: Report, remarks: Sequence[str]) -> dict[str, object]:
    policy = fleet.policies.spot
    on_demand = [{**one.__dict__, "share": round(one.share, 4)} for one in (*found.on_demand, found.total)]
    return {
        "source": instances.source(),
        "policy": {"share": policy.share, "types": policy.types, "types_in_zone": spot.FEWEST_IN_ZONE},
        "types": [one.__dict__ for one in found.types],
        "cells": [one.__dict__ for one in found.pools],
        "on_demand": on_demand[:-1],
        "total": on_demand[-1],
        "not_counted": list(found.not_counted),
        "limits": {
            "types_considered": spot.MOST_CONSIDERED,
            "types_in_a_request": spot.MOST_IN_REQUEST,
            "types_to_move": spot.FEWEST_TO_MOVE,
        },
        "caveats": list(remarks),
    }


def _types_row(one: Types) -> tuple[str, ...]:
    numbers = (one.types, one.arm64, one.amd64, one.memory)
    return (one.region if one.zone is None else "", one.zone or "any", *map(str, numbers))


def _pools_row(one: Pools) -> tuple[str, ...]:
    return one.cell, str(one.types), f"{one.pools:,}", f"{one.shared:,}", " ".join(one.overlap) or "-"


def _share_row(one: OnDemand) -> tuple[str, ...]:
    vcpu = (f"{number:,.0f}" for number in (one.system, one.gateways, one.spot))
    return one.region, str(one.cells), *vcpu, f"{one.share:.1%}"
