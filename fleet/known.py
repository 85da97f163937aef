"""The part of a fleet that arithmetic can be done on: what is left when broken references are set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fleet import geography
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.region import Region


def regions(fleet: Fleet) -> Iterator[Region]:
    """Regions that AWS has, with three or four different zones of their own in a known account."""
    for region in fleet.regions.values():
        if (
            geography.known(region.name)
            and 3 <= len(region.zones) <= 4
            and len(set(region.zones)) == len(region.zones)
            and region.account in fleet.accounts
        ):
            yield region


def cells(fleet: Fleet) -> Iterator[Cell]:
    """Cells of known regions with a known release."""
    for region in regions(fleet):
        for cell in region.cells.values():
            if (cell.release_name or fleet.release) in fleet.releases:
                yield cell


def listed(names: Iterable[object]) -> str:
    """`a, b, c`: what is allowed, for a message."""
    return ", ".join(map(str, names))
