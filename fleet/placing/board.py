"""A region's services on its cells, and what that costs: kept up to date move by move.

Cells are bits, and a placement is a mask for each service. The load of a surviving cell is the traffic it carries at
peak, as processors and as memory, against what its nodes hold; 1 is the load that every cell would have if all of it
were spread evenly and nothing were lost. The traffic of a service is taken to be even over the cells left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

Vector = list[float]


@dataclass(frozen=True)
class Piece:
    """A service to place."""

    name: str
    loads: tuple[float, ...]
    """What its traffic takes at peak: of each resource, in the unit of `rooms`."""
    choices: tuple[int, ...]
    """The sets of cells it may live in; one if it stays where it is."""


@dataclass(frozen=True)
class Edge:
    """Calls from one piece to another, by their places in the list of pieces."""

    caller: int
    callee: int
    weight: float
    """Requests per second, times how much more a crossing of these calls counts than of others."""
    forced: bool = False
    """Nothing carries these calls out of their cell: the callee must live wherever the caller does."""


FORCE = 1e9
"""What a forced call that leaves its cell counts, as a multiple of all other calls: more than any load above a cap."""


class Board:
    """A placement and its costs. Pieces start nowhere."""

    def __init__(
        self, pieces: Sequence[Piece], edges: Sequence[Edge], rooms: Sequence[tuple[float, ...]], lost: int
    ) -> None:
        """`rooms`: what each cell holds of each resource. `lost`: how many cells may be gone at once."""
        self.pieces, self.edges, self.rooms, self.lost = tuple(pieces), tuple(edges), tuple(rooms), lost
        cells, self._kinds = range(len(rooms)), range(len(rooms[0]))
        self._gone = [sum(1 << c for c in gone) for gone in combinations(cells, max(0, min(lost, len(rooms) - 1)))]
        self._survivors = [(cell, gone) for gone in self._gone for cell in cells if not gone >> cell & 1]
        self.even = max(self._totals()[kind] / sum(room[kind] for room in rooms) for kind in self._kinds) or 1.0
        """What load 1 is, as a part of a cell's room."""
        self._shares: dict[int, list[Vector]] = {}
        self.around: list[list[Edge]] = [[] for _ in pieces]
        """The calls to and from each piece."""
        for edge in edges:
            self.around[edge.caller].append(edge)
            self.around[edge.callee].append(edge)
        self.calls = sum(edge.weight for edge in edges if not edge.forced) or 1.0
        self.masks = [0] * len(pieces)
        self.loads: Vector = [0.0] * (len(self._survivors) * len(self._kinds))
        """Of each survivor of each loss, resource by resource."""

    def _totals(self) -> list[float]:
        return [sum(piece.loads[kind] for piece in self.pieces) for kind in self._kinds]

    def bound(self) -> float:
        """A load that no placement is below: survivors carry everything, or one of them its part of one piece.

        What may go as a whole with the cells that are lost is not counted.
        """
        left = [[room for cell, room in enumerate(self.rooms) if not gone >> cell & 1] for gone in self._gone]
        largest = [max(room[kind] for room in self.rooms) for kind in self._kinds]
        lost = self._gone[0].bit_count()
        staying = [(p, p.choices[0].bit_count() - lost) for p in self.pieces if p.choices[0].bit_count() > lost]
        found = [piece.loads[kind] / cells / largest[kind] for piece, cells in staying for kind in self._kinds]
        for kind in self._kinds:
            total = sum(piece.loads[kind] for piece, _ in staying)
            found += [total / sum(room[kind] for room in rooms) for rooms in left]
        return max(found, default=0.0) / self.even

    def _share(self, mask: int) -> list[Vector]:
        """What one unit of each resource in these cells adds to the entries of `loads`."""
        if mask not in self._shares:
            left = {gone: (mask & ~gone).bit_count() for gone in self._gone}
            self._shares[mask] = [
                [
                    1 / (left[gone] * self.rooms[cell][kind] * self.even) if mask >> cell & 1 else 0.0
                    for cell, gone in self._survivors
                ]
                for kind in self._kinds
            ]
        return self._shares[mask]

    def moved(self, piece: int, mask: int) -> Vector:
        """The loads if a piece lived in these cells."""
        return self._shifted(self.pieces[piece].loads, self.masks[piece], mask)

    def swapped(self, one: int, other: int) -> Vector:
        """The loads if two pieces changed places."""
        units = [a - b for a, b in zip(self.pieces[one].loads, self.pieces[other].loads, strict=True)]
        return self._shifted(units, self.masks[one], self.masks[other])

    def _shifted(self, units: Sequence[float], before: int, after: int) -> Vector:
        new: Vector = []
        size = len(self._survivors)
        for kind, unit, gone, come in zip(self._kinds, units, self._share(before), self._share(after), strict=True):
            old = self.loads[kind * size : (kind + 1) * size]
            new += [load + unit * (b - a) for load, a, b in zip(old, gone, come, strict=True)]
        return new

    def move(self, piece: int, mask: int, loads: Vector | None = None) -> None:
        """Put a piece into other cells; `loads`, if they are known already."""
        self.loads = self.moved(piece, mask) if loads is None else loads
        self.masks[piece] = mask

    def swap(self, one: int, other: int, loads: Vector) -> None:
        """Let two pieces change places."""
        self.loads = loads
        self.masks[one], self.masks[other] = self.masks[other], self.masks[one]

    def put(self, masks: Sequence[int]) -> None:
        """Put every piece anew; sums of many moves carry the dust of their rounding."""
        self.masks, self.loads = [0] * len(self.pieces), [0.0] * len(self.loads)
        for piece, mask in enumerate(masks):
            self.move(piece, mask)

    def worst(self) -> float:
        """The highest load of a surviving cell over all losses."""
        return max(self.loads)

    def crossing(self, piece: int, mask: int) -> float:
        """The part of all calls that are to or from a piece and leave their cell, if it lived in these cells."""
        total = 0.0
        for edge in self.around[piece]:
            callers = mask if edge.caller == piece else self.masks[edge.caller]
            callees = mask if edge.callee == piece else self.masks[edge.callee]
            if callers and callees:
                weight = FORCE if edge.forced else edge.weight / self.calls
                total += weight * (callers & ~callees).bit_count() / callers.bit_count()
        return total

    def crossings(self) -> tuple[float, float]:
        """Forced calls that leave their cell, as a number of calls; and the part of all others that does."""
        forced = others = 0.0
        for edge in self.edges:
            callers, callees = self.masks[edge.caller], self.masks[edge.callee]
            if callers and callees:
                part = (callers & ~callees).bit_count() / callers.bit_count()
                forced += part if edge.forced else 0.0
                others += 0.0 if edge.forced else part * edge.weight / self.calls
        return forced, others

    def worst_case(self) -> tuple[int, int]:
        """The survivor with the highest load, and the cells that are gone then, as a mask."""
        highest = max(range(len(self.loads)), key=self.loads.__getitem__)
        return self._survivors[highest % len(self._survivors)]
