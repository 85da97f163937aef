"""`hypercell cell calls`: who answers the calls of a cell, and who would if zones, cells or pods were lost.

It reads the bundles that a cluster gets. Whatever it says follows from them, and from nothing that runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from fleet import addressing
from fleet.cell import Cell
from fleet.model import Fleet
from ops.console import print_json, print_table
from ops.mesh.cluster import Cluster, Document, Unmodelled, Workload
from ops.mesh.failover import Answer, answer
from ops.mesh.hosts import Loss, When
from ops.mesh.reach import Region

COLUMNS = ("caller", "calls", "answered by", "sent again", "lost at once", "when noticed", "for good")
_UNASKED = frozenset({"istio-eastwest"})
"""Namespaces of gateways that pass on what others ask."""


class Unusable(Exception):
    """What was asked for cannot be looked at; one line for the user (exit code 2)."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to know."""

    cell: str
    service: str | None = None
    lost_cells: tuple[str, ...] = ()
    lost_zones: tuple[str, ...] = ()
    unready: tuple[str, ...] = ()
    """Services whose pods in the cell are not ready."""


@dataclass(frozen=True)
class Call:
    """A caller's calls to one service, from a zone of its cell that stands."""

    caller: str
    callee: str
    at_once: Answer
    noticed: Answer
    known: Answer


def show(fleet: Fleet, root: Path, wish: Wish, *, as_json: bool) -> int:
    """Print where calls go.

    Args:
        root: the folder of the fleet's bundles.

    Returns:
        0, or 1 when calls are lost for good.

    Raises:
        Unusable: a name is unknown, bundles are missing, or say what nobody has learnt to judge.
    """
    cell = _cell(fleet, wish)
    region = Region(
        {one.name: _read(one, root) for one in cell.region.standing_cells},
        {one.name: addressing.cell_block(one) for one in cell.region.standing_cells},
    )
    try:
        found = list(calls(region, cell, wish))
    except Unmodelled as error:
        raise Unusable(f"{root}: {error}: this is not known to hypercell, and so is not judged") from error
    if as_json:
        print_json({"cell": cell.name, "calls": [_described(one) for one in found]})
    else:
        print_table(f"{cell.name}{_lost(wish)}", COLUMNS, [_row(one, cell) for one in found], right=COLUMNS[3:])
    return 1 if any(one.known.lost for one in found) else 0


def calls(region: Region, cell: Cell, wish: Wish) -> Iterator[Call]:
    """Every call that the manifests let a cell's pods and its door make, by caller and callee."""
    here = region.clusters[cell.name]
    zones = {one.name: list(one.region.zones) for one in cell.region.standing_cells}
    standing = [zone for zone in zones[cell.name] if zone not in wish.lost_zones]
    for caller in sorted(here.workloads, key=str):
        if caller.space in _UNASKED:
            continue
        for service in sorted(here.of("Service"), key=lambda one: str(one["metadata"]["name"])):
            name = service["metadata"]["name"]
            if wish.service not in (None, name) or not _reached(region, here, caller, service):
                continue
            unready = frozenset({(cell.name, "")}) if name in wish.unready else frozenset()
            loss = Loss(frozenset(wish.lost_cells), frozenset(wish.lost_zones), unready)

            def ask(when: When, service: Document = service, loss: Loss = loss, door: bool = caller.gateway) -> Answer:
                return answer(
                    region.clusters, zones, cell.name, standing[0], service, loss=loss, when=when, at_the_door=door
                )

            yield Call(caller.name, name, ask(When.AT_ONCE), ask(When.EJECTED), ask(When.KNOWN))


def _reached(region: Region, here: Cluster, caller: Workload, service: Document) -> bool:
    return any(not region.obstacle(here, caller, service, there) for there in region.clusters.values())


def _cell(fleet: Fleet, wish: Wish) -> Cell:
    cells = {cell.name: cell for cell in fleet.cells}
    if wish.cell not in cells:
        raise Unusable(f"{wish.cell!r} is no cell here; one of {', '.join(cells)}")
    cell = cells[wish.cell]
    if not cell.region.meshed:
        raise Unusable(f"regions.{cell.region.name}.mesh: 'none': a call stays in its cell, spread evenly over pods")
    siblings = [one.name for one in cell.region.standing_cells]
    for option, names, allowed in (
        ("--lose-cell", wish.lost_cells, [one for one in siblings if one != cell.name]),
        ("--lose-zone", wish.lost_zones, list(cell.region.zones)),
        ("--unready", wish.unready, [one.name for one in cell.services]),
        ("--service", (wish.service,) if wish.service else (), list(fleet.services)),
    ):
        for name in names:
            if name not in allowed:
                raise Unusable(f"{option}: {name!r} is none here; one of {', '.join(allowed) or 'none'}")
    if set(wish.lost_zones) >= set(cell.region.zones):
        raise Unusable(f"--lose-zone: with all its zones {cell.name} calls nobody; leave one")
    return cell


def _read(cell: Cell, root: Path) -> Cluster:
    folder = root / cell.region.code / cell.key
    files = sorted(folder.glob("*/*.yaml"))
    if not files:
        raise Unusable(f"{folder}: no bundles of {cell.name}; leave --bundles out to have them written")
    try:
        documents = [one for file in files for one in yaml.load_all(file.read_text("utf-8"), yaml.CSafeLoader) if one]
    except (OSError, yaml.YAMLError) as error:
        raise Unusable(f"{folder}: {error}") from error
    return Cluster(cell.name, documents)


def _row(call: Call, cell: Cell) -> tuple[str, ...]:
    return (
        call.caller,
        call.callee,
        ", ".join(f"{who} {_percent(share)}" for who, share in _who(call.known, cell.name).items()) or "nobody",
        _percent(call.known.late),
        *(_percent(one.lost) for one in (call.at_once, call.noticed, call.known)),
    )


def _who(found: Answer, own: str) -> Mapping[str, Fraction]:
    """Zones of the own cell, then other cells."""
    named = {(zone if cell == own else cell): share for (cell, zone), share in found.shares.items()}
    return dict(sorted(named.items(), key=lambda one: (-one[1], one[0])))


def _percent(share: Fraction) -> str:
    if not share:
        return "0 %"
    return "<0.1 %" if share < Fraction(1, 1000) else f"{float(100 * share):.3g} %"


def _lost(wish: Wish) -> str:
    lost = [*wish.lost_cells, *wish.lost_zones, *(f"pods of {name}" for name in wish.unready)]
    return f" without {', '.join(lost)}" if lost else ""


def _described(call: Call) -> dict[str, Any]:
    def one(found: Answer) -> dict[str, Any]:
        return {
            "shares": [
                {"cell": cell, "zone": zone or None, "share": float(share)}
                for (cell, zone), share in sorted(found.shares.items())
            ],
            "lost": float(found.lost),
            "sent_again": float(found.late),
        }

    return {
        "caller": call.caller,
        "callee": call.callee,
        "at_once": one(call.at_once),
        "noticed": one(call.noticed),
        "known": one(call.known),
    }


def written(blueprint: Path) -> Path:
    """The bundles of a fleet, written to `dist` now.

    Raises:
        Unusable: the app refused the fleet, or failed; what it said is in the text.
    """
    from ops.synthesis import SynthesisError, synthesize

    dist = Path("dist")
    try:
        synthesize(blueprint, None, dist, step=lambda _done, _total, what: print(what, file=sys.stderr))
    except SynthesisError as error:
        raise Unusable(str(error)) from None
    return dist
