"""Hundreds of services emitted and bundled: all of them, then after edits of one.

    python -m benchmarks.bundled [--services 300] [--cells 4] [--runs 3] [--json]

Each run is `hypercell bundle` from process start: it reads and checks the fleet, makes what is due, and stores it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.grown import grow
from benchmarks.measure import Run, median, run
from fleet.load import load
from k8s import cell as inside

HYPERCELL = str(Path(sys.executable).with_name("hypercell"))


@dataclass(frozen=True)
class Case:
    """One kind of run."""

    what: str
    budget: str
    run: Run
    """Medians."""
    written: int
    """Bundles that were written."""


@dataclass(frozen=True)
class Bundled:
    services: int
    cells: int
    placements: int
    """Services in cells that host them."""
    bundles: int
    objects: int
    megabytes: float
    """All layouts together."""
    cases: tuple[Case, ...]


def bundled(folder: Path, services: int, cells: int, runs: int) -> Bundled:
    """Medians over so many runs, each in a process of its own as a person starts it."""
    blueprint, out = folder / "crowd", folder / "bundles"
    grow(blueprint, services, cells=cells)

    def case(what: str, budget: str, before: Callable[[int], object]) -> Case:
        done = []
        for number in range(runs):
            before(number)
            done.append(run([HYPERCELL, "bundle", "--blueprint", str(blueprint), "--out", str(out), "--json"]))
        print(f"  {what}: {done[-1].wall:.1f} s", file=sys.stderr)
        return Case(what, budget, median(done), sum(one["written"] for one in _said(done[-1])))

    image = sorted((blueprint / "images").glob("service-*.yaml"))[0]
    team = sorted((blueprint / "services").glob("team-*.yaml"))[0]
    cases = (
        case("emit and bundle all of it", "30 s", lambda _number: shutil.rmtree(out, ignore_errors=True)),
        case("nothing changed", "-", lambda _number: None),
        case(
            "another image of one service",
            "3 s",
            lambda number: image.write_text(f"repository: {image.stem}\ndigest: sha256:{number:064x}\n", "utf-8"),
        ),
        case(
            "another size of one service",
            "3 s",
            lambda number: team.write_text(
                team.read_text("utf-8").replace(f"memory: {128 + number}Mi", f"memory: {129 + number}Mi", 1), "utf-8"
            ),
        ),
    )
    fleet = load(blueprint)
    return Bundled(
        services,
        len(fleet.cells),
        sum(len(cell.services) for cell in fleet.cells),
        sum(1 + len(inside.makers(cell)) for cell in fleet.cells),
        sum(
            len(documents)
            for cell in fleet.cells
            for documents in (*inside.layers(cell).values(), *inside.services(cell).values())
        ),
        sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6,
        cases,
    )


def _said(done: Run) -> list[dict[str, Any]]:
    """What was printed; progress stands before it."""
    found: list[dict[str, Any]] = json.loads(done.output[done.output.index("[\n") : done.output.rindex("]") + 1])
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.bundled", description="Time and memory of bundling.")
    parser.add_argument("--services", type=int, default=300, help="services of the fleet (300)")
    parser.add_argument("--cells", type=int, default=4, help="cells of each region that host a service (4)")
    parser.add_argument("--runs", type=int, default=3, help="runs a median is taken of (3)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hypercell-bench-") as scratch:
        found = bundled(Path(scratch), given.services, given.cells, given.runs)
    if given.json:
        cases = [
            {**asdict(case), "run": {"wall": case.run.wall, "cpu": case.run.cpu, "peak": case.run.peak}}
            for case in found.cases
        ]
        print(json.dumps({**asdict(found), "cases": cases}, indent=2))
        return
    print(
        f"{found.services} services on {found.cells} cells: {found.placements:,} placements, {found.objects:,} objects "
        f"in {found.bundles:,} bundles of {found.megabytes:,.0f} MB"
    )
    for case in found.cases:
        print(
            f"  {case.what} ({case.budget}): {case.run.wall:.1f} s, {case.run.cpu:.1f} processor seconds, "
            f"{case.run.peak:,.0f} MB, {case.written:,} bundles written"
        )


if __name__ == "__main__":
    main()
