"""Peak is carried with what `policies.survive` allows to be lost, and Spot carries most of it."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import capacity, known
from fleet.known import listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.region import Region
from fleet.service import Service


def check(fleet: Fleet) -> Iterator[Finding]:
    regions = tuple(known.regions(fleet))
    for service in fleet.services.values():
        yield from _asked(fleet, service)
        for region in regions:
            if service.runs_in(region):
                yield from _hosting(service, region)
    yield from _on_demand(fleet, regions)
    survive = fleet.policies.survive
    for field, most in (("cells", 7), ("zones", 1), ("regions", 1)):
        value = getattr(survive, field)
        if not 0 <= value <= most:
            text = f"{value} is more than this platform plans for; use 0 to {most}"
            yield Finding(("policies", "survive", field), text)


def _asked(fleet: Fleet, service: Service) -> Iterator[Finding]:
    """The number of cells a service asks for, against what may be lost and what there is."""
    path, survive = ("services", service.name, "cells"), fleet.policies.survive.cells
    if service.cells <= survive:
        running, limits = capacity.price(survive + 1, survive)
        text = (
            f"{service.cells} cell(s) all go when policies.survive.cells ({survive}) are lost; use at least "
            f"{survive + 1} (running pods {running:.2f} times the peak, limits {limits:.2f})"
        )
        yield Finding(path, text)
    for region in service.in_regions:
        standing = [cell for cell in region.standing_cells if cell.state in ("proving", "active")]
        if region.cells and service.cells > len(region.cells):
            text = f"{service.cells} cells are asked for, and {region.name} has {len(standing)} that serve; use at most {len(standing)}"
            yield Finding(path, text)


def _hosting(service: Service, region: Region) -> Iterator[Finding]:
    """The cells that serve it now: fewer than `cells` while some of them drain."""
    survive, hosting = region.fleet.policies.survive.cells, capacity.hosts(service, region)
    listed_cells = service.cells_in(region)
    unusable = any(cell.state in ("planned", "retired") for cell in listed_cells)
    if service.cells <= survive or len(listed_cells) < service.cells or unusable:
        return  # Said elsewhere, and in plainer words.
    if len(hosting) <= survive:
        lost = listed(f"{region.name}/{cell.key}" for cell in hosting)
        text = (
            f"{len(hosting)} of {len(listed_cells)} cells serve {service.name}; with {lost or 'none'} lost nothing is "
            f"left, and policies.survive.cells is {survive}; place it in a cell that serves"
        )
        yield Finding(("placements", region.name, service.name), text)


def _on_demand(fleet: Fleet, regions: tuple[Region, ...]) -> Iterator[Finding]:
    """On-demand nodes of Karpenter cells at peak: system, ingress, east-west; the burst pool is empty then."""
    cells = [
        cell
        for region in regions
        for cell in region.cells.values()
        if cell.capacity == "karpenter" and cell.state in ("proving", "active")
    ]
    fixed = sum(capacity.on_demand_cpu(cell) for cell in cells)
    total = fixed + sum(capacity.spot_cpu(cell) for cell in cells)
    allowed = 1 - fleet.policies.spot.share
    if cells and fixed > allowed * total:
        text = (
            f"{fleet.policies.spot.share:g} of peak compute is to run on Spot, and system nodes and gateways of "
            f"{len(cells)} cells are {fixed / total:.1%} of it; use {int((1 - fixed / total) * 100) / 100:g}, or fewer cells"
        )
        yield Finding(("policies", "spot", "share"), text)
