"""What may be lost at once: every set of cells, every zone and every region that `policies.survive` names."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from fleet.cell import Cell
from fleet.region import Region

Cells = tuple[Cell, ...]


def serving(region: Region) -> Cells:
    """The cells of a region that can be lost: those that serve now."""
    return tuple(cell for cell in region.cells.values() if cell.state in ("proving", "active"))


def hosting(region: Region) -> Cells:
    """Cells of a region that something is placed in."""
    placed = {key for keys in region.fleet.placements.get(region.name, {}).values() for key in keys}
    return tuple(cell for cell in region.cells.values() if cell.key in placed)


def out(region: Region) -> Cells:
    """Cells that services are placed in and that do not serve: each is one of the losses counted beforehand.

    What manifests ask for follows from the placement alone (`fleet.sizing`), so a cell that drains takes its share
    with it just as one that is lost does.
    """
    return tuple(cell for cell in hosting(region) if cell.state not in ("proving", "active"))


def of_cells(among: Cells, most: int) -> tuple[Cells, ...]:
    """Every set of so many of these cells; the one empty set when none may be lost."""
    return tuple(combinations(among, min(max(0, most), len(among))))


def of_regions(region: Region) -> tuple[Region, ...]:
    """Every other region of the market, if one may be lost."""
    fleet = region.fleet
    if fleet.policies.survive.regions == 0:
        return ()
    return tuple(other for other in fleet.regions.values() if other.market == region.market and other is not region)


def named(lost: Iterable[Cell], already: Iterable[Cell] = ()) -> str:
    """What is gone, for a message: `us-east-1/b and us-east-1/c are lost`."""
    gone, leaving = _listed(lost), _listed(already)
    words = [f"{leaving} out of service"] if leaving else []
    words += [f"{gone} lost"] if gone else []
    return " and ".join(words) or "nothing is lost"


def _listed(cells: Iterable[Cell]) -> str:
    names = [f"{cell.region.name}/{cell.key}" for cell in cells]
    return f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'}" if names else ""
