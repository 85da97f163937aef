"""The map of a fleet as a report has it: markets, regions, their zones and cells, and how strongly each is touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fleet.record import Record
from ops.diff.places import Places
from ops.guard.change import Action
from ops.guard.report import Report


@dataclass(frozen=True)
class Mark:
    """How something is touched."""

    action: Action | None
    """The gravest of what changes; None: nothing does."""
    own: int = 0
    """Changes of its own stacks and bundles."""
    shared: int = 0
    """Changes of something else that reach it."""
    by_others: bool = False
    """The gravest is of something else."""
    refused: bool = False
    """A reason that refuses is about it."""

    @property
    def key(self) -> str:
        return "none" if self.action is None else self.action.name.lower().replace("_", "-")


@dataclass(frozen=True)
class CellRow:
    name: str
    state: str
    """As the fleet file has it; `new`, or `gone` where only one side has the cell."""
    before: float
    """Part of the fleet's traffic, 0 to 1."""
    after: float
    wave: int | None
    """The first wave that touches it."""
    mark: Mark
    zones: tuple[tuple[str, bool], ...]
    """Zone id, and whether the cell is touched there."""


@dataclass(frozen=True)
class Part:
    """Stacks of one kind that serve a region, or the fleet."""

    name: str
    mark: Mark


@dataclass(frozen=True)
class RegionCard:
    name: str
    zones: tuple[str, ...]
    share: float
    """Part of the fleet's traffic, afterwards."""
    cells: tuple[CellRow, ...]
    parts: tuple[Part, ...]
    """Touched ones; cells apart."""
    quiet: int
    """Number of the others."""


@dataclass(frozen=True)
class Market:
    name: str
    regions: tuple[RegionCard, ...]


@dataclass(frozen=True)
class FleetMap:
    markets: tuple[Market, ...]
    parts: tuple[Part, ...]
    """Of the whole fleet: accounts, the zone, the site."""
    quiet: int


class _Marks:
    """What is known of each cell, each zone of a cell, and each stack of the rest."""

    def __init__(self, report: Report, places: Places) -> None:
        self._places = places
        self._own: dict[object, list[Action]] = {}
        self._shared: dict[str, list[Action]] = {}
        self.zones: set[tuple[str, str]] = set()
        self.refused: set[object] = set()
        for change in report.changes:
            place = places.of(change.home)
            # Without an answer of its own, a change of what a cell has is in all its zones.
            radius = report.radii.get(change.path)
            cells = {place.cell} if place.cell else set()
            reached: Iterable[str] = cells if radius is None else radius.cells
            self._own.setdefault(place.cell or (place.region, place.part), []).append(change.action)
            for cell in reached:
                if cell not in places.cells:
                    continue
                if cell not in cells:
                    self._shared.setdefault(cell, []).append(change.action)
                inside = set(places.zones_of_cell(cell))
                self.zones |= {(cell, zone) for zone in (inside & radius.zones if radius and radius.zones else inside)}
        for reason in report.reasons:
            about = places.named(reason.where)
            if reason.refuses and about is not None:
                self.refused.add(about.cell or (about.region, about.part))

    def of_cell(self, name: str) -> Mark:
        own, shared = self._own.get(name, []), self._shared.get(name, [])
        gravest = max([*own, *shared], default=None)
        by_others = gravest is not None and gravest not in own
        return Mark(gravest, len(own), len(shared), by_others, name in self.refused)

    def of_part(self, region: str | None, part: str) -> Mark:
        own = self._own.get((region, part), [])
        return Mark(max(own, default=None), len(own), refused=(region, part) in self.refused)

    def elsewhere(self) -> set[tuple[str | None, str]]:
        """Regions and parts that change, or are refused, whether or not a record knows them."""
        return {key for key in (*self._own, *self.refused) if isinstance(key, tuple) and key[1].startswith("stack ")}


def fleet_map(report: Report, places: Places, head: Record, base: Record | None) -> FleetMap:
    marks = _Marks(report, places)
    before = {} if base is None else base.weights
    after = head.weights
    waves: dict[str, int] = {}
    for number, step in enumerate(report.waves, 1):
        for cell in step.radius.cells:
            waves.setdefault(cell, number)
    known = {(place.region, place.part) for place in map(places.of, places.stacks) if not place.cell}
    known |= marks.elsewhere()

    def parts(region: str | None) -> tuple[tuple[Part, ...], int]:
        here = [Part(part.removeprefix("stack "), marks.of_part(region, part)) for at, part in known if at == region]
        touched = [part for part in here if part.mark.action is not None or part.mark.refused]
        order = sorted(touched, key=lambda part: (not part.mark.refused, -(part.mark.action or 0), part.name))
        return tuple(order), len(here) - len(touched)

    def state(name: str) -> str:
        if name not in head.cells:
            return "gone"
        return "new" if base is not None and name not in base.cells else head.cells[name].state

    def row(name: str) -> CellRow:
        zones = tuple((zone, (name, zone) in marks.zones) for zone in places.zones_of_cell(name))
        shares = after.get(name, 0.0) if base is None else before.get(name, 0.0), after.get(name, 0.0)
        return CellRow(name, state(name), *shares, waves.get(name), marks.of_cell(name), zones)

    cards: dict[str, list[RegionCard]] = {}
    for name, region in places.regions.items():
        inside = [cell for cell, one in places.cells.items() if one.region == name]
        cells = tuple(row(cell) for cell in sorted(inside, key=lambda cell: (places.cells[cell].slot, cell)))
        share = sum(one.after for one in cells)
        cards.setdefault(region.market, []).append(
            RegionCard(name, places.zones_of_region(name), share, cells, *parts(name))
        )
    markets = tuple(Market(name, tuple(regions)) for name, regions in cards.items())
    return FleetMap(markets, *parts(None))
