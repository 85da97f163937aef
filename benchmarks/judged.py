"""Manifests of hundreds of services judged: all of them, and after an edit of one service.

    python -m benchmarks.judged [--services 300] [--runs 3]

Definitions are those of HYPERCELL_CRDS, where it is set: without them custom kinds are only counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.grown import grow
from benchmarks.measure import Run, median, run

HYPERCELL = str(Path(sys.executable).with_name("hypercell"))


@dataclass(frozen=True)
class Judged:
    whole: Run
    """From nothing known."""
    edited: Run
    """After one service asks for other memory."""
    objects: int
    texts: int
    """Different texts among them: each is judged once."""
    changed: int
    """Texts that the edit changed."""
    unchecked: int
    """Kinds without a definition."""


def judged(folder: Path, services: int, runs: int) -> Judged:
    """Medians over so many runs, each in a process of its own as a person starts it."""
    blueprint, dist = folder / "grown", folder / "grown-dist"
    grow(blueprint, services)
    _write(blueprint, dist)
    memory = dist / ".admission.json"
    wholes, edits = [], []
    for number in range(runs):
        memory.unlink(missing_ok=True)
        wholes.append(_validate(blueprint, dist))
        file = sorted((blueprint / "services").glob("team-*.yaml"))[0]
        text = file.read_text("utf-8")
        file.write_text(text.replace(f"memory: {128 + number}Mi", f"memory: {129 + number}Mi", 1), "utf-8")
        _write(blueprint, dist)
        edits.append(_validate(blueprint, dist))
    first, then = _said(wholes[0]), _said(edits[0])
    return Judged(
        median(wholes), median(edits), first["objects"], first["judged"], then["judged"], len(first["unchecked"])
    )


def _write(blueprint: Path, dist: Path) -> None:
    run([sys.executable, "app.py", "-c", f"blueprint={blueprint}", "-c", f"dist={dist}", "-c", "only=manifests"])


def _validate(blueprint: Path, dist: Path) -> Run:
    return run([HYPERCELL, "validate", "--manifests", str(dist), "--blueprint", str(blueprint), "--json"])


def _said(done: Run) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.output[done.output.index("{") :])["manifests"]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.judged", description="Time and memory of judging manifests.")
    parser.add_argument("--services", type=int, default=300, help="services of the fleet (300)")
    parser.add_argument("--runs", type=int, default=3, help="runs a median is taken of (3)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hypercell-bench-") as scratch:
        found = judged(Path(scratch), arguments.services, arguments.runs)
    print(f"{found.objects:,} objects, {found.texts:,} different texts, {found.unchecked} kinds without a definition")
    for what, done in (("all", found.whole), (f"{found.changed} texts after an edit", found.edited)):
        print(f"  {what}: {done.wall:.1f} s, {done.cpu:.1f} processor seconds, {done.peak:,.0f} MB")


if __name__ == "__main__":
    main()
