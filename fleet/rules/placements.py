"""Every service lives where it says it does, in cells that stand."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import geography
from fleet.known import instead, listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.region import Region
from fleet.service import Service


def check(fleet: Fleet) -> Iterator[Finding]:
    for name, placed in fleet.placements.items():
        path = ("placements", name)
        if name not in fleet.regions:
            yield Finding(path, f"{name} is no region of this fleet; {instead(name, fleet.regions)}")
            continue
        for key, cells in placed.items():
            if key not in fleet.services:
                yield Finding((*path, key), f"{key} is no service of this fleet; remove it, or add it to services/")
            elif not fleet.services[key].runs_in(fleet.regions[name]):
                yield Finding((*path, key), f"{key} does not run in {name}; its `regions` say where")
            elif fleet.regions[name].cells:
                yield from _cells(fleet.services[key], fleet.regions[name], cells)
    for region in fleet.regions.values():
        if not geography.known(region.name):
            continue
        path, placed = ("placements", region.name), fleet.placements.get(region.name, {})
        missing = [name for name in region.services if name not in placed]
        if missing and region.name not in fleet.placements:
            text = f"is missing, and {len(missing)} services run there; write the cells of each, like {missing[0]}: [a, b, c]"
            yield Finding(path, text)
        for name in missing if region.name in fleet.placements else ():
            yield Finding((*path, name), f"is missing; write the cells it lives in, like {name}: [a, b, c]")


def _cells(service: Service, region: Region, keys: tuple[str, ...]) -> Iterator[Finding]:
    path = ("placements", region.name, service.name)
    for place, key in enumerate(keys):
        if key not in region.cells:
            text = f"{key} is no cell of {region.name}; use one of {listed(region.cells)}"
            yield Finding((*path, place), text)
        elif key in keys[:place]:
            yield Finding((*path, place), f"{key} stands twice; a service is once in a cell")
        elif region.cells[key].state in ("planned", "retired"):
            text = f"{key} is {region.cells[key].state} and runs nothing; use a cell that stands"
            yield Finding((*path, place), text)
    if not set(keys) <= region.cells.keys() or len(set(keys)) < len(keys):
        return
    # A cell that drains may still be listed beside its successor: between the two edits, both run.
    leaving = sum(region.cells[key].state == "draining" for key in keys)
    if not len(keys) - leaving <= service.cells <= len(keys):
        text = f"{len(keys)} listed, and {service.name} asks for {service.cells} cells; list as many, or change `cells`"
        yield Finding(path, text)
