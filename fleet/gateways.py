"""What the gateways of a cell carry in every loss: viewers, who enter by the cells' weights, and other cells' calls."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import capacity, flows, losses
from fleet.cell import Cell
from fleet.region import Region
from fleet.service import Service


def entering(region: Region, may: int) -> Iterator[tuple[Cell, str, float]]:
    """Cell, what is lost, and requests per second through its gateway, with so many cells of the region lost."""
    open_cells = _open(region)
    closed = tuple(cell for cell in losses.hosting(region) if cell.effective_weight == 0)
    peak = float(sum(service.demand.peak(region.name) for service in routed(region)))
    weights = sum(cell.effective_weight for cell in open_cells)
    for cell in open_cells:
        others = tuple(other for other in open_cells if other is not cell)
        for lost in losses.of_cells(others, may - len(closed)):
            left = weights - sum(gone.effective_weight for gone in lost)
            yield cell, losses.named(lost, closed), peak * cell.effective_weight / left


def entering_from(lost: Region, region: Region) -> Iterator[tuple[Cell, float]]:
    """Cell and requests per second through its gateway with another region of the market lost."""
    open_cells = _open(region)
    peak = sum(capacity.peak_without(service, region, lost) for service in routed(region))
    weights = sum(cell.effective_weight for cell in open_cells)
    for cell in open_cells:
        yield cell, peak * cell.effective_weight / weights


def crossing(region: Region, may: int) -> Iterator[tuple[Cell, str, float]]:
    """Cell, what is lost, and requests per second through its east-west gateway.

    Fewer losses are tried, too: a cell that is gone calls nobody any more.
    """
    already, hosts = losses.out(region), _hosts(region)
    for size in range(max(0, may - len(already)) + 1):
        for lost in losses.of_cells(losses.serving(region), size):
            traffic = flows.east_west(region, hosts, [cell.key for cell in (*lost, *already)])
            for key, of_cell in traffic.items():
                yield region.cells[key], losses.named(lost, already), of_cell.entering


def crossing_from(lost: Region, region: Region) -> Iterator[tuple[Cell, float]]:
    """The same with another region of the market lost."""
    fleet, already = region.fleet, [cell.key for cell in losses.out(region)]
    grown = {
        name: capacity.peak_without(fleet.services[name], region, lost) / fleet.services[name].demand.peak(region.name)
        for name in region.services
    }
    for key, of_cell in flows.east_west(region, _hosts(region), already, grown).items():
        yield region.cells[key], of_cell.entering


def _hosts(region: Region) -> flows.Hosts:
    fleet = region.fleet
    return {n: frozenset(cell.key for cell in capacity.hosts(fleet.services[n], region)) for n in region.services}


def routed(region: Region) -> list[Service]:
    """The region's services that viewers reach."""
    return [service for service in region.fleet.services.values() if service.routes and service.runs_in(region)]


def _open(region: Region) -> losses.Cells:
    return tuple(cell for cell in region.cells.values() if cell.effective_weight > 0)
