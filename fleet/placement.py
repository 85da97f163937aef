"""Which cells each service should live in: a proposal for `placements.yaml`. Synthesis only reads that file.

In this order: the lowest load of a surviving cell, whatever `policies.survive.cells` cells are lost; the fewest calls
that leave their cell, those to tier 0 first; the fewest moves from what is recorded. `fleet.placing.search` says what
counts as equal.

What is recorded stays unless `rebalance` asks: then only what lives nowhere yet, or in fewer or more cells than it
asks for, is placed. So a new cell moves nothing by itself. A cell that drains stays listed beside its successor until
it is retired; the successor is found like any missing cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from fleet import capacity, flows, known, losses
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.placing.board import Board, Edge, Piece
from fleet.placing.search import Masks, best, moves
from fleet.region import Region
from fleet.service import Service

VITAL = 5.0
"""How much more a call to tier 0 counts that leaves its cell: the journey stops without it."""

Cells = tuple[str, ...]
Placement = Mapping[str, Cells]
"""Service to the keys of its cells, in one region."""


@dataclass(frozen=True)
class Figures:
    """What a placement of a region is worth."""

    worst: float
    """The highest load of a surviving cell in the worst loss, as a multiple of the mean load with nothing lost."""
    when: str
    """`c carries it when a and b are lost`."""
    local: float
    """The part of all calls that stays in its cell."""
    vital: float
    """The same for calls to tier 0."""
    traffic: tuple[flows.EastWest, ...]
    """What leaves and enters each cell."""


@dataclass(frozen=True)
class Change:
    """One service that is to live in other cells than recorded."""

    service: str
    before: Cells
    """Empty: it is not recorded yet."""
    after: Cells
    """Empty: it is recorded, and does not run there."""


@dataclass(frozen=True)
class RegionPlan:
    """The proposal for one region."""

    region: str
    placement: Placement
    """In the order of the services' files."""
    changes: tuple[Change, ...]
    moves: int
    """Cells that a recorded service newly lives in."""
    bound: float
    """A worst load that no placement is below, as `Figures.worst`."""
    recorded: Figures | None
    """None while a service is recorded nowhere."""
    proposed: Figures


@dataclass(frozen=True)
class Plan:
    """The proposal for the fleet."""

    regions: tuple[RegionPlan, ...]

    @property
    def moves(self) -> int:
        return sum(region.moves for region in self.regions)

    @property
    def changed(self) -> bool:
        return any(region.changes for region in self.regions)

    @property
    def placements(self) -> dict[str, dict[str, Cells]]:
        """What is to be recorded: region, service, cells."""
        return {region.region: dict(region.placement) for region in self.regions}


def propose(fleet: Fleet, *, rebalance: bool = False) -> Plan:
    """Place what is not placed, or everything anew.

    Regions that no cell serves or no service runs in are passed over, and what points nowhere, too: rules refuse it.
    """
    regions = [region for region in known.regions(fleet) if losses.serving(region) and region.services]
    answers: Answers = {}
    return Plan(tuple(_region(region, rebalance, answers) for region in regions))


Answers = dict[tuple[object, ...], Masks]
"""What was asked already, and the answer: regions are mostly alike, and the search takes seconds."""


def _region(region: Region, rebalance: bool, answers: Answers) -> RegionPlan:
    cells, services = losses.serving(region), [region.fleet.services[name] for name in region.services]
    written = region.fleet.placements.get(region.name, {})
    bits = {cell.key: 1 << place for place, cell in enumerate(cells)}
    recorded = [sum({bits[key] for key in written.get(s.name, ()) if key in bits}) for s in services]
    choices = [_choices(s, mask, len(cells), rebalance) for s, mask in zip(services, recorded, strict=True)]
    calls = flows.flows(region)
    board = _board(region, services, choices, calls)
    asked = board.pieces, board.edges, board.rooms, board.lost, tuple(recorded)
    if asked not in answers:
        answers[asked] = best(board, recorded)
    chosen = answers[asked]
    placement = {s.name: _keys(region, s, mask, bits) for s, mask in zip(services, chosen, strict=True)}
    changes = [Change(name, tuple(written.get(name, ())), keys) for name, keys in placement.items()]
    changes += [Change(name, keys, ()) for name, keys in written.items() if name not in placement]
    return RegionPlan(
        region.name,
        placement,
        tuple(change for change in changes if change.before != change.after),
        moves(chosen, recorded),
        board.bound(),
        _figures(region, board, recorded, calls) if all(recorded) else None,
        _figures(region, board, chosen, calls),
    )


def _choices(service: Service, here: int, cells: int, rebalance: bool) -> tuple[int, ...]:
    """The sets of cells a service may live in; `here` are those of now that serve."""
    wanted = min(service.cells, cells)
    every = (sum(1 << cell for cell in chosen) for chosen in combinations(range(cells), wanted))
    if rebalance or here == 0:
        return tuple(every)
    # As many of the cells of now as it may keep.
    kept = min(wanted, here.bit_count())
    return tuple(mask for mask in every if (mask & here).bit_count() == kept)


def _board(
    region: Region, services: Sequence[Service], choices: Sequence[tuple[int, ...]], calls: Sequence[flows.Flow]
) -> Board:
    pieces = [Piece(s.name, _load(s, region), masks) for s, masks in zip(services, choices, strict=True)]
    place = {service.name: number for number, service in enumerate(services)}
    edges = [
        Edge(place[call.caller], place[call.callee], call.rps * (VITAL if call.vital else 1.0), call.forced)
        for call in calls
        if call.caller
    ]
    return Board(pieces, edges, [_room(cell) for cell in losses.serving(region)], region.fleet.policies.survive.cells)


def _load(service: Service, region: Region) -> tuple[float, float]:
    """Thousandths of a processor and bytes that the traffic of a region takes at peak, whatever pods it is cut into."""
    pods = service.demand.peak(region.name) / service.demand.per_pod
    return pods * capacity.pod_cpu(service, region), pods * capacity.pod_memory(service, region)


def _room(cell: Cell) -> tuple[float, float]:
    """The same, of the nodes a cell has for services: how much larger it is than its siblings."""
    nodes = max(1, cell.nodes - capacity.SYSTEM_NODES)
    return nodes * capacity.NODE_CPU * capacity.USABLE, nodes * capacity.NODE_MEMORY * capacity.USABLE


def _keys(region: Region, service: Service, mask: int, bits: Mapping[str, int]) -> Cells:
    """The cells to record: as they are written, if they are the same."""
    written = service.cells_in(region)
    leaving = {cell.key for cell in written if cell.state == "draining"}
    keys = {key for key, bit in bits.items() if mask & bit} | leaving
    if keys == {cell.key for cell in written} and len(keys) == len(written):
        return tuple(cell.key for cell in written)
    return tuple(key for key in region.cells if key in keys)


def _figures(region: Region, board: Board, masks: Sequence[int], calls: Sequence[flows.Flow]) -> Figures:
    cells = losses.serving(region)
    board.put(masks)
    survivor, gone = board.worst_case()
    lost = losses.named(cell for place, cell in enumerate(cells) if gone >> place & 1)
    hosts = {
        piece.name: frozenset(cell.key for place, cell in enumerate(cells) if mask >> place & 1)
        for piece, mask in zip(board.pieces, masks, strict=True)
    }
    return Figures(
        board.worst(),
        f"{region.name}/{cells[survivor].key} when {lost}",
        flows.local_share(calls, hosts),
        flows.local_share([call for call in calls if call.vital], hosts),
        tuple(flows.east_west(region, hosts).values()),
    )
