"""`hypercell simulate`: what losses cost, played on what was synthesized."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from fleet.load import load
from fleet.model import Fleet
from fleet.record import Record, record
from ops.console import print_json
from ops.diff.folder import read
from ops.diff.revision import working_tree
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.simulation import show as shown
from ops.simulation.outcome import Outcome
from ops.simulation.play import Player
from ops.simulation.reading import world
from ops.simulation.scenario import Scenario, scenarios
from ops.simulation.world import World
from ops.standing import EXIT_UNREADABLE, Stages, run

CARRIED, NOT_CARRIED = 0, 1
"""Exit codes, beside those of unreadable input and of interrupts."""
_KNOWN = 6
"""Names that a message about an unknown one shows."""


def show(folder: Path | None, blueprint: Path, *, scenario: str | None, as_json: bool) -> int:
    """Play losses, and say what they cost.

    Args:
        folder: a stored assembly, or templates with manifests beside them; None: the blueprint is synthesized.
        scenario: only this one, moment by moment.

    Returns:
        0 everything that is promised is carried; 1 something is not; 2 something cannot be read; 130 interrupted.
    """
    code = CARRIED

    def verb() -> None:
        nonlocal code
        stages = Stages()
        snapshot = _snapshot(folder, blueprint, stages)
        with stages.stage("read"):
            played = world(snapshot)
        outcomes = _play(played, scenario, stages)
        broken = [one for one in outcomes if one.scenario.promised and not one.carried]
        if as_json:
            print_json(shown.document(snapshot.origin, snapshot.record.fleet, outcomes))
        elif scenario is not None:
            shown.detail(outcomes[0])
        else:
            shown.table(outcomes)
        for one in broken:
            why = one.short[0] if one.short else f"{one.overload:,.0f} requests/s fail for good"
            print(f"{one.scenario.name} is promised (policies.survive) and not carried: {why}", file=sys.stderr)
        code = NOT_CARRIED if broken else CARRIED

    try:
        return run(verb) or code
    except Unusable as error:
        print(error, file=sys.stderr)
        return EXIT_UNREADABLE


def _snapshot(folder: Path | None, blueprint: Path, stages: Stages) -> Snapshot:
    if folder is not None:
        found = read(folder, blueprint=blueprint)
        return found if found.fleet is not None else replace(found, fleet=_files(found, blueprint))
    with tempfile.TemporaryDirectory(prefix="hypercell-") as scratch, stages.stage("synthesize") as step:
        return read(working_tree(blueprint, Path(scratch), step=step), origin=str(blueprint))


def _files(of: Snapshot, blueprint: Path) -> Fleet:
    """The files of a folder that does not hold them, and whose record they do not repeat to the letter.

    Raises:
        Unusable: they are another fleet's: its peaks say nothing of these objects.
    """
    fleet = load(blueprint)
    now, then = record(fleet), of.record
    for what, here, there in (
        ("fleet", now.fleet, then.fleet),
        ("regions", _where(now), _where(then)),
        ("services", now.services, then.services),
        ("placements", _hosted(now), _hosted(then)),
    ):
        if here != there:
            raise Unusable(
                f"{of.origin} was not made of {blueprint}, whose {what} are others, and peaks stand in no object; name "
                f"its files with --blueprint, or store both with `hypercell synth --out FOLDER`"
            )
    return fleet


def _where(one: Record) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Region to market and zones."""
    return {name: (region.market, region.zones) for name, region in one.regions.items()}


def _hosted(one: Record) -> dict[str, tuple[str, frozenset[str]]]:
    """Cell to its state and services."""
    return {name: (cell.state, frozenset(cell.services)) for name, cell in one.cells.items()}


def _play(played: World, name: str | None, stages: Stages) -> list[Outcome]:
    wanted = list(scenarios(played))
    if not wanted:
        raise Unusable(f"{played.origin}: no cell serves yet, so there is nothing to lose")
    if name is not None:
        wanted = [_named(name, wanted)]
    player, outcomes = Player(played), []
    with stages.stage("play") as step:
        for number, one in enumerate(wanted, start=1):
            outcomes.append(player.play(one))
            step(number, len(wanted), one.name)
    return outcomes


def _named(name: str, known: list[Scenario]) -> Scenario:
    for one in known:
        if one.name == name:
            return one
    kind = name.partition(":")[0]
    alike = [one.name for one in known if one.kind == kind] or [one.name for one in known]
    more = f" and {len(alike) - _KNOWN} more" if len(alike) > _KNOWN else ""
    raise Unusable(f"--scenario {name}: is none; there are {', '.join(alike[:_KNOWN])}{more}")
