"""A cell is bounded: its addresses, its control plane and its Spot pools hold what it may grow to."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import addressing, known, spot
from fleet.cell import Cell
from fleet.kubernetes import LARGEST
from fleet.model import Fleet
from fleet.problem import Finding, Path


def check(fleet: Fleet) -> Iterator[Finding]:
    for region in known.regions(fleet):
        for cell in region.cells.values():
            yield from _addresses(cell)
            yield from _control_plane(cell)
        if any(cell.capacity == "karpenter" for cell in region.standing_cells):
            yield from _spot_types(fleet, region.name, region.zones)


def _where(cell: Cell, field: str) -> Path:
    """The field of the cell that has one of its own, else that of the defaults."""
    if getattr(cell, field) is not None:
        return ("regions", cell.region.name, "cells", cell.key, field)
    return ("cell_defaults", field)


def _addresses(cell: Cell) -> Iterator[Finding]:
    fits = addressing.nodes_that_fit(cell)
    if cell.nodes > fits:
        each, zones = addressing.addresses_of_a_node(cell.pods_per_node), len(cell.region.zones) - 1
        text = (
            f"{cell.nodes} nodes of {cell.pods_per_node} pods take {each} addresses each, and with one zone shifted "
            f"away {zones} subnets of /19 hold {fits} of them; use at most {fits} nodes, or fewer pods a node"
        )
        yield Finding(_where(cell, "max_nodes"), text)


def _control_plane(cell: Cell) -> Iterator[Finding]:
    nodes, pods = LARGEST[cell.tier]
    if cell.nodes > nodes or cell.nodes * cell.pods_per_node > pods:
        fitting = [
            tier
            for tier, (most_nodes, most_pods) in LARGEST.items()
            if cell.nodes <= most_nodes and cell.nodes * cell.pods_per_node <= most_pods
        ]
        remedy = f"use {fitting[0]} or a smaller cell" if fitting else "use smaller cells, and more of them"
        text = (
            f"{cell.tier} carries {nodes} nodes and {pods} pods, and {cell.nodes} nodes of {cell.pods_per_node} pods "
            f"are {cell.nodes * cell.pods_per_node}; {remedy}"
        )
        yield Finding(_where(cell, "control_plane"), text)


def _spot_types(fleet: Fleet, region: str, zones: tuple[str, ...]) -> Iterator[Finding]:
    wanted, found = fleet.policies.spot.types, len(spot.reachable(zones))
    if found < wanted:
        text = (
            f"{wanted} Spot instance types are asked for, and {region} offers {found} in {', '.join(zones)}; "
            f"ask for {found} or use another region"
        )
        yield Finding(("policies", "spot", "types"), text)
    for place, zone in enumerate(zones):
        offered = len(spot.types(zone))
        if zone.startswith(zones[0].partition("-")[0]) and offered < min(spot.FEWEST_IN_ZONE, wanted):
            text = (
                f"{zone} offers {offered} Spot instance types, and a zone needs {spot.FEWEST_IN_ZONE}; use another zone"
            )
            yield Finding(("regions", region, "zones", place), text)
