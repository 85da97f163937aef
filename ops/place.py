"""`hypercell place`: which cells services should live in, what that is worth, and the file that records it."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path

from fleet.load import judge, read_folder, shaped
from fleet.placement import Plan, RegionPlan, propose
from fleet.placing import writing
from fleet.problem import FleetInvalid
from fleet.proof import prove
from ops.console import print_json, print_table
from ops.prove import plain, print_proof, print_uneven

EXIT_BROKEN, EXIT_FILE = 1, 2
SCHEMAS = Path(__file__).parents[1] / "schemas"
SHOWN = 40
"""Changes that are listed for people; programs get all of them."""
REGIONS = ("region", "services", "worst loss", "no placement below", "calls in their cell", "those to tier 0", "moves")
CELLS = ("cell", "leaving /s", "viewers passed on /s", "entering /s")


class Unwritable(Exception):
    """placements.yaml cannot be written, and why."""


def show(blueprint: Path, *, rebalance: bool, write: bool, as_json: bool) -> int:
    """Print the proposal, and write it if asked. Exit code 0, 1 (rules are broken) or 2 (a file is in the way)."""
    file = blueprint / "placements.yaml"
    source = read_folder(blueprint)
    before = _read(file)
    recorded = shaped(source)
    plan = propose(recorded, rebalance=rebalance)
    source.tree["placements"] = {**recorded.placements, **plan.placements}
    try:
        fleet = judge(source).fleet
    except FleetInvalid as error:
        print(error, file=sys.stderr)
        full = any(problem.field.endswith("max_nodes") for problem in error.problems)
        hint = "; with --rebalance, what is placed already may make room" if full and not rebalance else ""
        print(f"nothing is proposed while a rule is broken{hint}", file=sys.stderr)
        return EXIT_BROKEN
    text, kept = _text(before, plan, blueprint)
    written = write and text != before
    try:
        if written:
            replace(file, before, text)
    except Unwritable as error:
        print(error, file=sys.stderr)
        return EXIT_FILE
    proof = prove(fleet)
    if as_json:
        regions = [asdict(region) for region in plan.regions]
        summary = {"changed": text != before, "written": written, "moves": plan.moves, "regions": regions}
        print_json({**summary, "proof": plain(proof)})
        return 0
    print_plan(plan)
    print_proof(proof)
    print_uneven(fleet)
    if text != before and not kept:
        print(f"{file.as_posix()} is written anew: only the comments on top of it can be kept")
    print(_verdict(file, plan, changed=text != before, written=written))
    return 0


def _verdict(file: Path, plan: Plan, *, changed: bool, written: bool) -> str:
    if not changed:
        return f"{file.as_posix()} is as proposed: nothing to change"
    changes = [change for region in plan.regions for change in region.changes]
    new = sum(1 for change in changes if not change.before)
    summary = f"{len(changes)} lines change: {new} new, {plan.moves} moves of what is placed"
    return (
        f"{summary}; written to {file.as_posix()}" if written else f"{summary}; --write records it in {file.as_posix()}"
    )


def print_plan(plan: Plan) -> None:
    """What the proposal is worth, region by region and cell by cell, and what it changes."""
    print_table("Placement", REGIONS, [_region(region) for region in plan.regions], right=REGIONS[1:])
    for region in plan.regions:
        print(f"{region.region}: {region.proposed.worst:.2f} times the mean load in {region.proposed.when}")
    cells = [
        (f"{region.region}/{cell.cell}", *(f"{rps:,.0f}" for rps in (cell.leaving, cell.passed_on, cell.entering)))
        for region in plan.regions
        for cell in region.proposed.traffic
    ]
    print_table("Requests between cells at peak", CELLS, cells, right=CELLS[1:])
    changes = [(region.region, change) for region in plan.regions for change in region.changes]
    for region_name, change in changes[:SHOWN]:
        lists = " -> ".join(f"[{', '.join(cells)}]" for cells in (change.before, change.after) if cells)
        sign = "~" if change.before and change.after else "+" if change.after else "-"
        print(f"  {sign} {region_name} {change.service}: {lists}")
    if len(changes) > SHOWN:
        print(f"  and {len(changes) - SHOWN} more; --json lists them all")


def _region(plan: RegionPlan) -> tuple[str, ...]:
    def both(show: str, of: str) -> str:
        now, then = (format(getattr(f, of), show) if f else "" for f in (plan.recorded, plan.proposed))
        return then if now in ("", then) else f"{now} -> {then}"

    figures = (both(".2f", "worst"), f"{plan.bound:.2f}", both(".0%", "local"), both(".0%", "vital"))
    return plan.region, str(len(plan.placement)), *figures, str(plan.moves)


def _read(file: Path) -> str | None:
    """The text of now; None when there is no file."""
    return file.read_bytes().decode("utf-8") if file.exists() else None


def _text(before: str | None, plan: Plan, blueprint: Path) -> tuple[str, bool]:
    """The file's text with the proposal in it, and whether its comments were kept."""
    if before is not None:
        return writing.updated(before, plan.placements)
    schemas = Path(os.path.relpath(SCHEMAS, blueprint.resolve())).as_posix()
    head = f"# yaml-language-server: $schema={schemas}/placements.schema.json"
    return writing.fresh(plan.placements, (head, writing.WHY)), True


def replace(file: Path, before: str | None, text: str) -> None:
    """Write the file beside and rename it: whoever reads meanwhile reads all of the old or all of the new.

    Raises:
        Unwritable: the folder refuses, or the file is not what was read any more.
    """
    final = file.resolve()
    partial = final.with_name(f".{final.name}.partial-{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if before is not None:
            partial.chmod(final.stat().st_mode)
        if _read(final) != before:
            raise Unwritable(f"{file.as_posix()} has changed meanwhile and was left alone; start again")
        partial.replace(final)
    except OSError as error:
        raise Unwritable(f"{file.as_posix()} cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
