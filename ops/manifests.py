"""`hypercell validate --manifests`: every object of every cell before what its API server would say."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from admission.builtin import versions
from admission.custom import DefinitionsUnreadable
from admission.review import Bundle, Report, review
from fleet.cell import Cell
from fleet.model import Fleet
from ops import validate
from ops.console import print_json
from ops.synthesis import SynthesisError, synthesize

CRDS = "HYPERCELL_CRDS"
"""Environment variable with folders or files of CustomResourceDefinitions, separated like a PATH."""
DIST = Path("dist")
MARK = ".hypercell"
"""File in a cell's folder, with the fleet and the cell; whoever writes bundles leaves it there."""

EXIT_REFUSED = 1
EXIT_INPUT = 2
EXIT_INTERRUPTED = 130

_SHOWN = 100
"""Problems that are shown before the rest is only counted."""


class Unjudged(Exception):
    """Nothing was judged: the text for the user, and the exit code."""

    def __init__(self, exit_code: int, said: str) -> None:
        self.exit_code = exit_code
        super().__init__(said)


def show(
    blueprint: Path, folder: Path | None, *, crds: Sequence[Path], today: str | None = None, as_json: bool = False
) -> int:
    """Print the verdict on the fleet's files and on its manifests.

    Args:
        folder: bundles that are written already; without it they are written to `dist` first.
        crds: folders or files with definitions, beside those of HYPERCELL_CRDS.

    Returns:
        0, 1 (rules of the fleet are broken, or an object would be refused), 2 (something cannot be read) or 130.
    """
    loaded = validate.read(blueprint, today=today, as_json=as_json)
    if isinstance(loaded, int):
        return loaded
    try:
        root = folder or _synthesized(blueprint)
        bundles, missing = found(loaded.fleet, blueprint, root)
        report = review(bundles, definitions(crds, os.environ.get(CRDS, "")), memory=_memory(root))
    except Unjudged as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except DefinitionsUnreadable as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    except KeyboardInterrupt:
        print("interrupted; nothing was judged", file=sys.stderr)
        return EXIT_INTERRUPTED
    except OSError as error:
        print(f"{error.filename or folder}: {error.strerror or error}", file=sys.stderr)
        return EXIT_INPUT
    if as_json:
        print_json({**validate.report(loaded), "manifests": plain(report, missing)})
    else:
        validate.tell(blueprint, loaded)
        _tell(root, report, missing)
    return EXIT_REFUSED if report.problems else 0


def definitions(given: Sequence[Path], listed: str) -> list[Path]:
    """Folders and files of definitions: those given, then those of the environment."""
    return [*given, *(Path(one) for one in listed.split(os.pathsep) if one)]


def _synthesized(blueprint: Path) -> Path:
    try:
        synthesize(blueprint, None, DIST, step=lambda _done, _total, _what: None)
    except SynthesisError as error:
        raise Unjudged(error.exit_code, str(error)) from None
    return DIST


def _memory(root: Path) -> Path | None:
    """A cell's own folder is published: nothing of ours may stand in it."""
    return None if (root / MARK).exists() else root


def found(fleet: Fleet, blueprint: Path, root: Path) -> tuple[list[Bundle], list[str]]:
    """The cells whose bundles stand below a folder, and those of the fleet that have none there.

    Args:
        root: the folder of all bundles, of a region's or of one cell's.

    Raises:
        Unjudged: there are none, they are another fleet's, or nobody has the schemas of a cell's Kubernetes.
    """
    cells = {cell.name: cell for cell in fleet.cells}
    bundles = []
    for mark in sorted({*root.glob(MARK), *root.glob(f"*/{MARK}"), *root.glob(f"*/*/{MARK}")}):
        if ".partial" in mark.parent.name:
            continue
        owner, _, name = mark.read_text("utf-8").strip().partition(" ")
        if owner != fleet.name or name not in cells:
            text = f"{mark.parent}: was written for {owner} {name}, which is no cell of {blueprint}; name its blueprint"
            raise Unjudged(EXIT_INPUT, f"{text} with --blueprint, or synthesize again")
        bundles.append(Bundle(name, mark.parent, _kubernetes(cells[name])))
    if not bundles:
        text = f"{root}: holds no bundles of cells; leave the folder out to have them written, or run `make synth`"
        raise Unjudged(EXIT_INPUT, text)
    written = {bundle.cell for bundle in bundles}
    return bundles, [name for name in cells if name not in written]


def _kubernetes(cell: Cell) -> str:
    version = cell.release.kubernetes
    if version not in versions():
        text = (
            f"{cell.name} runs Kubernetes {version}, and schemas are at hand from {versions()[0]} to {versions()[-1]}"
        )
        raise Unjudged(EXIT_INPUT, f"{text}; take a kubernetes-validate that has them")
    return version


# --- telling ----------------------------------------------------------------------------------------------------


def plain(report: Report, missing: Sequence[str]) -> dict[str, Any]:
    """The report for programs."""
    return {
        "valid": not report.problems,
        "kubernetes": list(report.versions),
        "cells": report.cells,
        "missing": list(missing),
        "objects": report.objects,
        "judged": report.judged,
        "problems": [asdict(problem) for problem in report.problems],
        "unchecked": [
            {"apiVersion": api_version, "kind": kind, "objects": number}
            for (api_version, kind), number in report.unchecked.items()
        ],
        "exceptions": [{**asdict(one), "cells": cells} for one, cells in report.exempt.items()],
    }


def _tell(root: Path, report: Report, missing: Sequence[str]) -> None:
    for problem in report.problems[:_SHOWN]:
        print(problem, file=sys.stderr)
    more = len(report.problems) - _SHOWN
    if more > 0:
        print(f"and {more:,} more; --json has all of them", file=sys.stderr)
    asked = " and ".join(report.versions)
    what = f"{report.objects:,} objects of {_many(report.cells, 'cell')} in {root.as_posix()}"
    known = "" if report.judged else "; all of them were known from before"
    if report.problems:
        print(f"{what}: {_many(len(report.problems), 'problem')} before Kubernetes {asked}", file=sys.stderr)
    else:
        print(f"{what} pass what is known of Kubernetes {asked}{known}")
    if missing:
        print(f"  not there: {', '.join(missing)}")
    for (api_version, kind), number in report.unchecked.items():
        print(f"  not checked, no definition at hand: {kind} of {api_version}, {_many(number, 'object')}")
    if report.unchecked:
        print(f"  bring their CustomResourceDefinitions with --crds FOLDER, or {CRDS}")
    for one, cells in report.exempt.items():
        print(f"  not restricted: {one.namespace} is {one.level} in {_many(len(cells), 'cell')}: {one.reason}")


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
