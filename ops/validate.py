"""`hypercell validate`: everything wrong with a fleet's files, at once; a few lines of what it is when nothing is.

Only what is needed is imported: an editor runs this on every save, and half a second is the budget.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from fleet.headroom import Limit, limits
from fleet.load import Loaded, load_with_warnings
from fleet.model import Fleet
from fleet.problem import FleetError, Problem

EXIT_INPUT = 2


def show(blueprint: Path, *, today: str | None = None, as_json: bool = False) -> int:
    """Print the verdict. Exit code 0, 1 (the fleet breaks rules) or 2 (it, or the date, cannot be read)."""
    loaded = read(blueprint, today=today, as_json=as_json)
    if isinstance(loaded, int):
        return loaded
    if as_json:
        _print_json(report(loaded))
    else:
        tell(blueprint, loaded)
    return 0


def read(blueprint: Path, *, today: str | None, as_json: bool) -> Loaded | int:
    """The fleet, or the exit code where it cannot be used; what is wrong was printed then."""
    try:
        day = None if today is None else date.fromisoformat(today)
    except ValueError:
        print(f"--today: {today!r} is no day of the calendar; write it as YYYY-MM-DD", file=sys.stderr)
        return EXIT_INPUT
    try:
        return load_with_warnings(blueprint, today=day)
    except FleetError as error:
        if as_json:
            _print_json({"valid": False, "problems": _plain(error.problems)})
        else:
            print(error, file=sys.stderr)
            print(_count(error.problems), file=sys.stderr)
        return error.exit_code


def report(loaded: Loaded) -> dict[str, Any]:
    """What is said of a good fleet, for programs."""
    headroom = [{**asdict(limit), "share": limit.share} for limit in limits(loaded.fleet)]
    said = {"valid": True, "problems": _plain(loaded.warnings), "fleet": summary(loaded.fleet)}
    return {**said, "headroom": headroom}


def tell(blueprint: Path, loaded: Loaded) -> None:
    """The same for people."""
    for warning in loaded.warnings:
        print(warning, file=sys.stderr)
    print(f"{blueprint.as_posix()} breaks no rule")
    for line in describe(loaded.fleet):
        print(line)
    tight = [limit for limit in limits(loaded.fleet) if limit.tight]
    if tight:
        _print_headroom(tight)


def summary(fleet: Fleet) -> dict[str, Any]:
    """What the fleet is, in numbers."""
    return {
        "name": fleet.name,
        "stage": fleet.stage,
        "domain": fleet.domain,
        "markets": len(fleet.markets),
        "regions": len(fleet.regions),
        "zones": sum(len(region.zones) for region in fleet.regions.values()),
        "cells": len(fleet.cells),
        "serving": sum(cell.effective_weight > 0 for cell in fleet.cells),
        "services": len(fleet.services),
        "databases": len(fleet.databases),
        "streams": len(fleet.streams),
    }


def describe(fleet: Fleet) -> list[str]:
    """The same for people."""
    lines = [
        f"  {fleet.name} ({fleet.stage}, {fleet.domain}): {_many(len(fleet.markets), 'market')}, "
        f"{_many(len(fleet.regions), 'region')}, {_many(len(fleet.cells), 'cell')}, "
        f"{_many(len(fleet.services), 'service')}, {_many(len(fleet.databases), 'database')}"
    ]
    width = max(len(name) for name in fleet.regions)
    for region in fleet.regions.values():
        cells = " ".join(c.key if c.state == "active" else f"{c.key}({c.state})" for c in region.cells.values())
        lines.append(f"  {region.name:<{width}}  {region.market}  cells {cells}  services {len(region.services)}")
    return lines


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _count(problems: Sequence[Problem]) -> str:
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    return f"{_many(errors, 'error')}" + (f", {_many(warnings, 'warning')}" if warnings else "")


def _plain(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [asdict(problem) for problem in problems]


def _print_json(value: Any) -> None:
    from ops.console import print_json

    print_json(value)


def _print_headroom(tight: Sequence[Limit]) -> None:
    from ops.console import print_table

    rows = [(limit.where, limit.name, f"{limit.used:,}", f"{limit.quota:,}", f"{limit.share:.0%}") for limit in tight]
    print_table("Limits that come near", ("where", "what", "used", "granted", "share"), rows, right=("used", "granted"))
