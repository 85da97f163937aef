"""What it costs to lose cells with full service: pods beyond the peak, by the number of cells a service lives in."""

from __future__ import annotations

from dataclasses import dataclass

from fleet import capacity, known, sizing
from fleet.model import Fleet
from fleet.prices import HOURS, price


@dataclass(frozen=True)
class Reserve:
    """Services that live in so many cells of a region, counted once for each region."""

    cells: int
    services: int
    running: float
    """Running pods as a multiple of the peak, by arithmetic alone: k/(k-1)."""
    limits: float
    """Limits as a multiple of the peak, by arithmetic alone: k/(k-2) when two cells may be lost."""
    peak_cpu: int
    """Thousandths of a processor that the peak itself takes."""
    running_cpu: int
    """The same for the pods that run, with what rounding and one pod a zone add."""
    limit_cpu: int
    """The same for the limits."""


def reserves(fleet: Fleet) -> tuple[Reserve, ...]:
    """One row for each number of hosting cells."""
    survive = fleet.policies.survive.cells
    sums: dict[int, list[int]] = {}
    for region in known.regions(fleet):
        for service in fleet.services.values():
            cells = len(service.cells_in(region))
            if not cells or not service.runs_in(region):
                continue
            row, cpu = sums.setdefault(cells, [0, 0, 0, 0]), capacity.pod_cpu(service, region)
            row[0] += 1
            row[1] += round(service.demand.peak(region.name) / service.demand.per_pod * cpu)
            row[2] += cells * sizing.min_pods(service, region) * cpu
            row[3] += cells * sizing.max_pods(service, region) * cpu
    return tuple(
        Reserve(cells, services, *capacity.price(cells, survive), *cpu)
        for cells, (services, *cpu) in sorted(sums.items())
    )


def monthly(rows: tuple[Reserve, ...]) -> float:
    """USD a month of what runs beyond the peak, at the price of Spot; limits cost nothing until something is lost."""
    spot = price("spot-vcpu")
    beyond = sum(row.running_cpu - row.peak_cpu for row in rows) / 1000
    return beyond * spot.usd * HOURS if spot else 0.0
