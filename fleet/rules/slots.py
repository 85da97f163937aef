"""Slots are addresses: one holder each, and no two networks share one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from fleet import addressing, known
from fleet.known import listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.region import Region


def check(fleet: Fleet) -> Iterator[Finding]:
    yield from _regions(fleet)
    for region in fleet.regions.values():
        yield from _cells(region)
    for region in known.regions(fleet):
        yield from _overlaps(region)


def _regions(fleet: Fleet) -> Iterator[Finding]:
    holders: dict[int, str] = {}
    for region in fleet.regions.values():
        holder = holders.setdefault(region.slot, region.name)
        if holder != region.name:
            free = next((slot for slot in range(1, 32) if slot not in {r.slot for r in fleet.regions.values()}), None)
            text = f"{region.slot} is {holder}'s address slot; use a free one, e.g. {free}"
            yield Finding(("regions", region.name, "slot"), text)


def _cells(region: Region) -> Iterator[Finding]:
    path = ("regions", region.name, "cells")
    if not region.cells:
        yield Finding(path, "is empty; a region has at least one cell")
    holders: dict[int, str] = {}
    for cell in region.cells.values():
        holder = holders.setdefault(cell.slot, cell.key)
        if holder != cell.key:
            free = [s for s in range(addressing.MOST_CELLS) if s not in {c.slot for c in region.cells.values()}]
            text = f"{cell.slot} is the address slot of cell {holder}; use a free one of {listed(free)}"
            yield Finding((*path, cell.key, "slot"), text)


def _overlaps(region: Region) -> Iterator[Finding]:
    """What arithmetic promises, looked at once more: no two subnets of a region share an address."""
    slots = [cell.slot for cell in region.cells.values()]
    if len(set(slots)) < len(slots):
        return
    networks = sorted(addressing.every_network(region).items(), key=lambda pair: int(pair[1].network_address))
    for (one, first), (other, second) in pairwise(networks):
        if first.overlaps(second):
            text = f"the subnets of {one} ({first}) and {other} ({second}) overlap; this is a mistake of the addressing"
            yield Finding(("regions", region.name), text)
    blocks = [(cell, addressing.service_block(cell)) for cell in region.cells.values()]
    for (cell, first), (other_cell, second) in combinations(blocks, 2):
        if first.overlaps(second):
            yield Finding(("regions", region.name), f"services of {cell.name} and {other_cell.name} share {first}")
