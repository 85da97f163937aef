"""A cell is bounded: its addresses, its control plane and its Spot pools hold what it may grow to."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import addressing, geography, known, spot
from fleet.cell import Cell
from fleet.kubernetes import LARGEST
from fleet.model import Fleet
from fleet.problem import Finding, Path


def check(fleet: Fleet) -> Iterator[Finding]:
    for region in known.regions(fleet):
        for cell in region.cells.values():
            yield from _addresses(cell)
            yield from _control_plane(cell)
    yield from _spot_types(fleet)


def _where(cell: Cell, *fields: str) -> Path:
    """The first of the fields that the cell has as its own, else the first one of the defaults."""
    own = next((field for field in fields if getattr(cell, field) is not None), None)
    return ("cell_defaults", fields[0]) if own is None else ("regions", cell.region.name, "cells", cell.key, own)


def _addresses(cell: Cell) -> Iterator[Finding]:
    fits = addressing.nodes_that_fit(cell)
    if cell.nodes > fits:
        each, zones = addressing.addresses_of_a_node(cell.pods_per_node), len(cell.region.zones) - 1
        text = (
            f"{cell.nodes} nodes of {cell.pods_per_node} pods take {each} addresses each, and with one zone shifted "
            f"away {zones} subnets of /19 hold {fits} of them; use at most {fits} nodes, or fewer pods a node"
        )
        yield Finding(_where(cell, "max_nodes", "max_pods_per_node"), text)


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
        yield Finding(_where(cell, "control_plane", "max_nodes", "max_pods_per_node"), text)


def _spot_types(fleet: Fleet) -> Iterator[Finding]:
    """The Spot pools are as wide as `policies.spot.types` says in each region, and wide enough in each zone."""
    wanted = fleet.policies.spot.types
    poorest: tuple[int, str] | None = None
    for region in known.regions(fleet):
        # All cells of a region ask for the same: the first stands for them.
        cell = next((cell for cell in region.cells.values() if spot.counted(cell)), None)
        if cell is None:
            continue
        zones = [zone for zone in region.zones if zone in geography.eks_zones(region.name)]
        poorest = min(poorest or (wanted, ""), (len(spot.reachable(cell, zones)), region.name))
        for zone in zones:
            offered, fewest = len(spot.types(cell, zone)), min(spot.FEWEST_IN_ZONE, wanted)
            if offered < fewest:
                text = f"{zone} offers {offered} Spot instance types, and a zone needs {fewest}; use another zone"
                yield Finding(("regions", region.name, "zones", region.zones.index(zone)), text)
        yield from _built_for(fleet, cell, zones)
    if poorest is not None and poorest[0] < wanted:
        text = (
            f"{wanted} Spot instance types are asked for in each region, and {poorest[1]} offers {poorest[0]} in its "
            f"zones; ask for at most {poorest[0]}, or use another region"
        )
        yield Finding(("policies", "spot", "types"), text)


def _built_for(fleet: Fleet, cell: Cell, zones: list[str]) -> Iterator[Finding]:
    """What the pools reach is of no use to an image that runs on half of it."""
    wanted = fleet.policies.spot.types
    for service in fleet.services.values():
        if service.architectures and service.runs_in(cell.region):
            reached = len(spot.reachable(cell, zones, architectures=service.architectures))
            if reached < min(wanted, len(spot.reachable(cell, zones))):
                text = (
                    f"{'/'.join(service.architectures)} alone reaches {reached} Spot instance types in "
                    f"{cell.region.name}, and policies.spot.types asks for {wanted}; build its image for both"
                )
                yield Finding(("services", service.name, "architectures"), text, warning=True)
