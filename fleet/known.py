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


_MOST = 12
"""Names a message lists; nobody reads three thousand services."""


def instead(name: str, names: Iterable[object]) -> str:
    """`did you mean use1?`, or `use one of …` when nothing known is near."""
    import difflib

    options = [str(option) for option in names]
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.7)
    if close:
        return f"did you mean {close[0]}?"
    if not options:
        return "there is none yet, add it"
    return f"use one of {listed(options[:_MOST])}" + (
        f" and {len(options) - _MOST} more" if len(options) > _MOST else ""
    )
