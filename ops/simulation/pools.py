"""What a cell's node pools hold, from their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fleet import capacity
from fleet.cell import Cell
from ops.delta.objects import Object, at, quantity
from ops.simulation.world import Room

_MEMORY_OF = {"r": capacity.MEMORY_NODE_MEMORY / capacity.NODE_CPU}
"""Bytes to a thousandth of a processor by instance family; of a mix as of the middle of c, m and r."""
_POD_LABEL = "fleet/pool"


def rooms(objects: Sequence[Object], cell: Cell) -> tuple[Room, Room, dict[str, Room], bool]:
    """The shared room, the burst pool, pools that services have to themselves by name, and whether they are Spot.

    Pools that gateways have to themselves are none of the services'.
    """
    pods = [int(found) for one in objects if (found := at(one, "spec", "kubelet", "maxPods")) is not None]
    pods_per_node = min(pods, default=cell.pods_per_node)
    pools = [one for one in objects if one.get("kind") == "NodePool"]
    open_pools = [one for one in pools if not _taints(one)]
    spot = any(_bought(one) == "spot" for one in pools)
    shared, burst, own = Room(), Room(), {}
    for one in pools:
        room = _room(one, pods_per_node)
        if one in open_pools and spot and _bought(one) != "spot":
            burst += room
        elif one in open_pools:
            shared += room
        elif _bought(one) == "spot" or not spot:
            own[_taints(one)[0]] = room
    if cell.capacity == "auto-mode":
        # Where EKS runs the nodes, the cell's own controllers stand on them, too.
        taken = capacity.SYSTEM_NODES * capacity.USABLE
        shared += Room(
            -taken * capacity.NODE_CPU,
            -taken * capacity.NODE_MEMORY,
            -capacity.SYSTEM_NODES * (pods_per_node - capacity.DAEMON_PODS),
        )
    return shared, burst, own, spot


def _taints(pool: Object) -> list[str]:
    return [str(one.get("value")) for one in at(pool, "spec", "template", "spec", "taints") or ()]


def _asks(pool: Object) -> Mapping[str, list[str]]:
    """What a pool asks of its instances, by the last part of the label."""
    asked: Sequence[Any] = at(pool, "spec", "template", "spec", "requirements") or ()
    return {str(one["key"]).rpartition("/")[2]: list(one.get("values") or ()) for one in asked}


def _bought(pool: Object) -> str:
    return "spot" if "spot" in _asks(pool).get("capacity-type", ()) else "on-demand"


def _room(pool: Object, pods_per_node: int) -> Room:
    """What pods may take of all nodes that a pool may start, if they are mean ones."""
    limits = at(pool, "spec", "limits") or {}
    cpu, memory, nodes = (_limit(limits.get(name)) for name in ("cpu", "memory", "nodes"))
    nodes = min(nodes, 1000 * cpu / capacity.NODE_CPU) if _gateways(pool) is False else nodes
    cpu = min(1000 * cpu, nodes * capacity.NODE_CPU)
    families = _asks(pool).get("instance-category", ()) or _asks(pool).get("category", ())
    of_family = _MEMORY_OF.get(families[0]) if len(families) == 1 else None
    memory = min(memory, cpu * (of_family or capacity.NODE_MEMORY / capacity.NODE_CPU))
    return Room(cpu * capacity.USABLE, memory * capacity.USABLE, nodes * max(0, pods_per_node - capacity.DAEMON_PODS))


def _gateways(pool: Object) -> bool:
    return "ingress" in _taints(pool)


def _limit(value: Any) -> float:
    found = None if value is None else quantity(value)
    return float("inf") if found is None else float(found)
