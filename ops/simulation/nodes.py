"""Which pods the nodes of a cell hold: by rank where not all of them fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ops.simulation.world import Cell, Pods, Room

Counts = Mapping[str, float]
"""Service to pods."""


def fitting(
    cell: Cell, wanted: Counts, stood: Counts | None = None, *, spot: float = 1.0, pool: str | None = None
) -> Counts:
    """Service to the pods that run of those that are wanted.

    Args:
        stood: pods under which Spot nodes stand, when no others are to be had.
        spot: part of those nodes that stays.
        pool: the one pool whose nodes go; empty: the shared one; None: all Spot pools.
    """
    rooms = {"": cell.shared, **cell.own}
    if stood is not None and cell.spot:
        for name, room in rooms.items():
            part = spot if pool in (None, name) else 1.0
            rooms[name] = _least(room, _need(cell, stood, name), part) if pool in (None, name) else room
    burst = cell.burst
    needs = {name: _need(cell, wanted, name) for name in rooms}
    # The burst pool is bought when no other is to be had: it belongs to the shared room, and in a drought to all.
    if _part(rooms[""] + burst, needs[""]) >= 1 and all(_part(rooms[name], needs[name]) >= 1 for name in cell.own):
        return wanted
    found: dict[str, float] = {}
    for rank in sorted({pods.rank for pods in cell.pods.values()}, reverse=True):
        for name in rooms:
            group = {one: wanted[one] for one, pods in cell.pods.items() if pods.rank == rank and pods.room == name}
            need = _sum(cell.pods, group)
            inside = _part(rooms[name], need)
            outside = (1 - inside) * _part(burst, _times(need, 1 - inside)) if not name or stood is not None else 0.0
            rooms[name] = rooms[name] + _times(need, -inside)
            burst = burst + _times(need, -outside)
            found |= {one: count * (inside + outside) for one, count in group.items()}
    return found


def _need(cell: Cell, counts: Counts, room: str) -> Room:
    return _sum(cell.pods, {name: count for name, count in counts.items() if cell.pods[name].room == room})


def _sum(pods: Mapping[str, Pods], counts: Counts) -> Room:
    return Room(
        sum(count * pods[name].cpu for name, count in counts.items()),
        sum(count * pods[name].memory for name, count in counts.items()),
        sum(counts.values()),
    )


def _least(limit: Room, need: Room, part: float) -> Room:
    return Room(*(part * min(pair) for pair in _pairs(limit, need)))


def _times(room: Room, by: float) -> Room:
    return Room(room.cpu * by, room.memory * by, room.pods * by)


def _pairs(one: Room, other: Room) -> Iterable[tuple[float, float]]:
    return (one.cpu, other.cpu), (one.memory, other.memory), (one.pods, other.pods)


def _part(room: Room, need: Room) -> float:
    """Part of a need that a room holds."""
    parts = [have / want for have, want in _pairs(room, need) if want > 1e-6 and have < want * (1 - 1e-12)]
    return max(0.0, min(parts, default=1.0))
