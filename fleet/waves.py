"""In which order a change travels: one cell, its region cell by cell, region by region, and last what all of them share.

Pure: what is touched comes in, waves come out. What they are made of, in the order wanted:

- the regions, that of the first cell first; of each its foundations (keys, registry, network, egress), what stands on
  them (streams, databases' endpoints, services' caches), its cells, the alarms that roll up its cells, its traffic;
- last, each in a wave of its own, what reaches more than a region: accounts, zone, databases, site.

A producer precedes whoever reads it, though: so what is wanted last comes as late as its touched readers allow. Nobody
reads an account's stack, and its change waits to the end; only a stack that stands nowhere yet comes before all that
needs its boundary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from fleet import phases
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.names import PLATFORM_CHANNEL
from fleet.phases import StackPlan
from fleet.precedence import Part, Unit, ordered, part
from fleet.region import Region


@dataclass(frozen=True)
class Wave:
    """What changes together. Its stacks before its bundles."""

    number: int
    """From 1."""
    title: str
    part: Part
    region: str | None
    """The fleet's region that it is about, `us-east-1`; None: more than one."""
    stacks: tuple[str, ...]
    """In the order they are deployed in."""
    bundles: tuple[tuple[str, str], ...]
    """Cell and channel, `("use1-a", "platform")`: the platform before services."""
    cells: tuple[str, ...]
    """Cells whose own stacks or bundles are in it: one, or none, or several that host no service in common."""


@dataclass(frozen=True)
class First:
    """The cell that a change reaches first, and how it was found."""

    cell: str
    why: str
    """`fleet.yaml names it`, `hosts every tier (0-3)`."""


class Unplaced(Exception):
    """Something touched that the fleet does not have. The text names it, and says what to do."""


def waves(
    fleet: Fleet,
    stacks: Collection[str],
    bundles: Collection[tuple[str, str]],
    *,
    new: Collection[str] = (),
) -> tuple[Wave, ...]:
    """The waves of a change.

    Args:
        stacks: names of the stacks touched.
        bundles: cell and channel of the bundles touched.
        new: those of the stacks that stand nowhere yet.

    Raises:
        Unplaced: the fleet has no such stack, or no such cell stands. What leaves a fleet leaves it by hand.
    """
    plans = {plan.name: plan for plan in phases.every_stack(fleet)}
    _known(fleet, plans, stacks, bundles)
    named = frozenset(stacks)
    touched = [plan for name, plan in plans.items() if name in named]
    changing = {cell for cell, _ in bundles} | {plan.subject.name for plan in touched if isinstance(plan.subject, Cell)}
    first = first_cell(fleet, changing)
    units = [*_regional(fleet, touched, changing, bundles, first), *_shared(touched)]
    return tuple(_wave(number, unit, first) for number, unit in enumerate(ordered(units, new), 1))


def first_cell(fleet: Fleet, among: Collection[str]) -> First | None:
    """Which of the cells goes first; None: there are none.

    The fleet file's own choice, if it is among them. Else of those that serve the one that hosts the most tiers, and
    of these the one that carries the least.
    """
    cells = [cell for cell in fleet.cells if cell.name in among]
    if not cells:
        return None
    region, _, key = (fleet.rollout.first or "").partition("/")
    for cell in cells:
        if (cell.region.name, cell.key) == (region, key):
            return First(cell.name, f"fleet.yaml names it; {_hosts(fleet, cell)}")
    # A cell without weight would prove nothing: nobody is there to be hurt.
    serving = [cell for cell in cells if cell.effective_weight] or cells
    best = min(serving, key=lambda cell: (-len(_tiers(cell)), cell.effective_weight * cell.region.weight))
    return First(best.name, _hosts(fleet, best))


def _tiers(cell: Cell) -> frozenset[int]:
    return frozenset(service.tier for service in cell.services)


def _hosts(fleet: Fleet, cell: Cell) -> str:
    every, here = frozenset(service.tier for service in fleet.services.values()), _tiers(cell)
    said = ", ".join(map(str, sorted(here))) or "none"
    if every <= here:
        return f"hosts every tier ({said})"
    return f"hosts tiers {said}, and not {', '.join(map(str, sorted(every - here)))}"


def _known(fleet: Fleet, known: Collection[str], stacks: Iterable[str], bundles: Iterable[tuple[str, str]]) -> None:
    standing = {cell.name for cell in fleet.cells}
    strange = sorted({name for name in stacks if name not in known} | {cell for cell, _ in bundles} - standing)
    if strange:
        raise Unplaced(
            f"{', '.join(strange)}: not in this fleet; what a fleet no longer has is taken away by hand "
            "(docs/runbooks/removal.md), never by a roll-out"
        )


def _regional(
    fleet: Fleet,
    touched: Collection[StackPlan],
    changing: Collection[str],
    bundles: Collection[tuple[str, str]],
    first: First | None,
) -> Iterator[Unit]:
    """In the order wanted: the first cell's region before the others, and the first cell before its neighbours."""
    ahead = None if first is None else fleet.cell(first.cell)
    for region in sorted(fleet.regions.values(), key=lambda region: ahead is None or region is not ahead.region):
        parts: dict[Part, list[StackPlan]] = {part: [] for part in Part}
        for plan in touched:
            if _home(plan) is region:
                parts[part(plan)].append(plan)
        cells = [cell for cell in region.standing_cells if cell.name in changing]
        cells.sort(key=lambda cell: cell is not ahead)
        for kind in Part:
            if kind is Part.CELLS:
                # The region that is first proves the change: there no two cells go together, whatever may.
                alone = (ahead is not None and region is ahead.region) or not _wide(fleet)
                yield from (_of_cells(region, wave, parts[kind], bundles) for wave in _apart(cells, alone))
            elif parts[kind]:
                yield Unit(kind, region, tuple(parts[kind]))


def _shared(touched: Collection[StackPlan]) -> Iterator[Unit]:
    """What is no region's, each alone, in the order of a first deployment."""
    return (Unit(Part.SHARED, None, (plan,)) for plan in touched if part(plan) is Part.SHARED)


def _home(plan: StackPlan) -> Region | None:
    """The region whose part a stack is."""
    if part(plan) is Part.SHARED:
        return None
    return plan.subject if isinstance(plan.subject, Region) else plan.scope


def _of_cells(
    region: Region, cells: tuple[Cell, ...], plans: Iterable[StackPlan], bundles: Iterable[tuple[str, str]]
) -> Unit:
    names = [cell.name for cell in cells]
    own = {bundle for bundle in bundles if bundle[0] in names}
    ordered = sorted(own, key=lambda bundle: (names.index(bundle[0]), bundle[1] != PLATFORM_CHANNEL, bundle[1]))
    return Unit(Part.CELLS, region, tuple(p for p in plans if p.subject in cells), cells, tuple(ordered))


def _wide(fleet: Fleet) -> bool:
    return fleet.policies.change_scope in ("region", "fleet")


def _apart(cells: Iterable[Cell], alone: bool) -> Iterator[tuple[Cell, ...]]:
    """Cells that change together: never two that host a service in common, which was promised to survive the loss of
    one or two of its cells and not of all."""
    together: list[list[Cell]] = []
    for cell in cells:
        fitting = (wave for wave in together if not alone and not any(_share(cell, other) for other in wave))
        place = next(fitting, None)
        if place is None:
            together.append([cell])
        else:
            place.append(cell)
    return (tuple(wave) for wave in together)


def _share(one: Cell, other: Cell) -> bool:
    hosted = {service.name for service in one.services}
    return any(service.name in hosted for service in other.services)


def _wave(number: int, unit: Unit, first: First | None) -> Wave:
    cells = tuple(cell.name for cell in unit.cells)
    return Wave(
        number=number,
        title=_title(unit, cells, first),
        part=unit.part,
        region=None if unit.region is None else unit.region.name,
        stacks=tuple(plan.name for plan in unit.stacks),
        bundles=unit.bundles,
        cells=cells,
    )


def _title(unit: Unit, cells: tuple[str, ...], first: First | None) -> str:
    if first is not None and cells == (first.cell,):
        return f"first cell {first.cell}: {first.why}"
    if cells:
        return f"{'cell' if len(cells) == 1 else 'cells'} {', '.join(cells)}"
    if unit.region is not None:
        return f"{_REGIONAL[unit.part]} of {unit.region.name}"
    plan = unit.stacks[0]
    return _GLOBAL[plan.kind].format(alias=plan.alias, region=plan.region, name=plan.name)


_REGIONAL = {
    Part.FOUNDATIONS: "foundations",
    Part.REGION: "data and services",
    Part.WATCH: "alarms",
    Part.TRAFFIC: "traffic",
}
_GLOBAL = {
    "account": "account {alias}",
    "edge-dns": "the public zone",
    "edge-site": "the site",
    "data-keys": "the databases' keys in {region}",
    "data-callers": "who may reach the databases of {region}",
    "data-backup": "the databases' backups in {region}",
    "dsql": "database {name}",
}
