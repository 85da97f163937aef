"""What of a change travels together, and what must precede what: the ground that `fleet.waves` stands on."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import TopologicalSorter

from fleet.cell import Cell
from fleet.phases import StackPlan
from fleet.region import Region


class Part(StrEnum):
    """What a wave changes, in the order wanted inside a region; `SHARED` is no region's."""

    FOUNDATIONS = "foundations"
    REGION = "region"
    CELLS = "cells"
    WATCH = "watch"
    TRAFFIC = "traffic"
    SHARED = "shared"


@dataclass(frozen=True)
class Unit:
    """What cannot be parted: becomes one wave."""

    part: Part
    region: Region | None
    stacks: tuple[StackPlan, ...] = ()
    cells: tuple[Cell, ...] = ()
    bundles: tuple[tuple[str, str], ...] = ()


_PARTS = {
    "keys": Part.FOUNDATIONS,
    "registry": Part.FOUNDATIONS,
    "network": Part.FOUNDATIONS,
    "egress": Part.FOUNDATIONS,
    "streams": Part.REGION,
    "backup": Part.REGION,
    "database": Part.REGION,
    "service": Part.REGION,
    "cell": Part.CELLS,
    "services": Part.CELLS,
    "observability": Part.WATCH,
    "edge-addresses": Part.TRAFFIC,
    "edge-traffic": Part.TRAFFIC,
    "account": Part.SHARED,
    "edge-dns": Part.SHARED,
    "edge-site": Part.SHARED,
    "data-keys": Part.SHARED,
    "data-callers": Part.SHARED,
    "data-backup": Part.SHARED,
    "dsql": Part.SHARED,
}
"""Kind of stack to the part it travels in."""


def part(plan: StackPlan) -> Part:
    """The part that a stack travels in."""
    return _PARTS[plan.kind]


_RANK = {part: place for place, part in enumerate(Part)}


def ordered(units: Sequence[Unit], new: Collection[str]) -> Iterator[Unit]:
    """Every unit after what it needs, and else in the order given.

    What somebody waits for takes the place of the first who waits: so a shared stack that two regions need comes right
    before the first of them, and does not let the second pass.
    """
    readers = [[n for n, other in enumerate(units) if _precedes(one, other, new)] for one in units]
    needs: dict[int, set[int]] = {n: set() for n in range(len(units))}
    for n, found in enumerate(readers):
        for reader in found:
            needs[reader].add(n)
    wanted = list(range(len(units)))
    for n in reversed([*TopologicalSorter(needs).static_order()]):
        wanted[n] = min([n, *(wanted[reader] for reader in readers[n])])
    sorter = TopologicalSorter(needs)
    sorter.prepare()
    ready: list[tuple[int, int]] = []
    while sorter.is_active():
        for n in sorter.get_ready():
            heapq.heappush(ready, (wanted[n], n))
        _, chosen = heapq.heappop(ready)
        sorter.done(chosen)
        yield units[chosen]


def _precedes(one: Unit, other: Unit, new: Collection[str]) -> bool:
    """Whether the second needs what the first may bring."""
    if one.region is not None and one.region is other.region:
        return _RANK[one.part] < _RANK[other.part]
    if one.part is Part.SHARED:
        return one is not other and _serves(one.stacks[0], other, new)
    if other.part is not Part.SHARED or one.region is None:
        return False
    needing = other.stacks[0]
    if needing.kind == "dsql":  # a cluster's policy admits the network beside it
        return one.part is Part.FOUNDATIONS and needing.region == one.region.name
    return needing.kind == "edge-site" and one.part is Part.TRAFFIC  # it watches the regions' checks


def _serves(plan: StackPlan, other: Unit, new: Collection[str]) -> bool:
    """Whether a shared stack brings what the other needs."""
    if plan.kind == "account":
        return plan.name in new and any(one.account == plan.account for one in other.stacks if one.kind != "account")
    if any(plan.name in one.after for one in other.stacks):
        return True
    here = other.region is not None and other.region.name == plan.region
    if plan.kind == "edge-dns":
        # A region that is new finds the role its certificates are proved with.
        joins = other.region is not None and any(one.name in new for one in other.stacks)
        return joins or any(one.kind == "edge-site" for one in other.stacks)
    if plan.kind == "dsql":
        callers = any(one.kind == "data-callers" and one.region == plan.region for one in other.stacks)
        return callers or (here and other.part is Part.REGION)
    return plan.kind == "data-callers" and here and other.part is Part.CELLS
