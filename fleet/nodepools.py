"""The kinds of nodes a cell may start: what each of its node pools buys, and what it asks of an instance.

Manifests render these and rules count by them, so that "250 types" is counted from what a cell really asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fleet import instances
from fleet.capacity import GATEWAY_SIZES
from fleet.cell import Cell
from fleet.requirements import AUTO_MODE, Requirement
from fleet.sizing import BURST, GENERAL, INGRESS_POOL, SPOT, SPOT_MEMORY, mixes

CATEGORIES = ("c", "m", "r")
"""Compute, general and memory: the families whose price a processor is close enough to mix."""
NEWER_THAN = 4
"""Generations above this one: Nitro, and near in speed."""
CPU_FROM, CPU_TO = 4, 48
"""Processors of a node. Smaller ones drown in daemons; larger ones are too much to lose at once."""
SMALLEST = 2
"""Processors of the smallest node of a cell without Spot: it holds a handful of pods."""
ARCHITECTURES = ("arm64", "amd64")


@dataclass(frozen=True)
class NodePool:
    """One node pool of a cell."""

    name: str
    bought: Literal["spot", "on-demand"]
    requirements: tuple[Requirement, ...]


def pools(cell: Cell) -> tuple[NodePool, ...]:
    """The cell's node pools.

    Those of Spot take every type they can. Gateways stand on small nodes, so that three zones do not stand half empty.
    """
    wide = (_in("category", *CATEGORIES), *_sizes(CPU_FROM, CPU_TO))
    if not mixes(cell):
        return (_pool(cell, GENERAL, "on-demand", _in("category", *CATEGORIES), *_sizes(SMALLEST, CPU_TO)),)
    return (
        _pool(cell, SPOT, "spot", *wide),
        _pool(cell, SPOT_MEMORY, "spot", _in("category", "r"), *_sizes(CPU_FROM, CPU_TO)),
        _pool(cell, INGRESS_POOL, "on-demand", _in("category", "c", "m"), _in("cpu", *map(str, GATEWAY_SIZES))),
        _pool(cell, BURST, "on-demand", *wide),
    )


def pool(cell: Cell, name: str) -> NodePool:
    """One of the cell's node pools.

    Raises:
        KeyError: the cell has no such pool.
    """
    return {one.name: one for one in pools(cell)}[name]


def _pool(cell: Cell, name: str, bought: Literal["spot", "on-demand"], *own: Requirement) -> NodePool:
    auto = cell.capacity == "auto-mode"
    # Auto Mode runs Linux only and knows no zone ids: the subnets of its class say where. A label that it does not
    # know is taken for one of ours.
    placed = (
        ()
        if auto
        else (
            Requirement(instances.SYSTEM, "In", ("linux",)),
            Requirement(instances.ZONE_ID, "In", tuple(cell.region.zones)),
        )
    )
    modern = (_in("hypervisor", "nitro"), Requirement("generation", "Gt", (str(NEWER_THAN),)))
    prefix = AUTO_MODE if auto else instances.OWN
    return NodePool(
        name,
        bought,
        (
            Requirement(instances.CAPACITY_TYPE, "In", (bought,)),
            Requirement(instances.ARCHITECTURE, "In", ARCHITECTURES),
            *placed,
            *(Requirement(prefix + one.key, one.operator, one.values) for one in (*modern, *own)),
        ),
    )


def _in(label: str, *values: str) -> Requirement:
    return Requirement(label, "In", values)


def _sizes(least: int, most: int) -> tuple[Requirement, Requirement]:
    return Requirement("cpu", "Gt", (str(least - 1),)), Requirement("cpu", "Lt", (str(most + 1),))
