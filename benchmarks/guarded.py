"""The guard on the hypergrowth fleet: both assemblies at hand, then with a revision to synthesize."""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Run, median, run

HYPERCELL = str(Path(sys.executable).with_name("hypercell"))
BLUEPRINT = Path("blueprints/hypergrowth")


@dataclass(frozen=True)
class Guarded:
    """Medians, each of a process from its start."""

    equal: Run
    release: Run
    """Another release for all cells that name none: templates and bundles of each differ."""
    revision: Run
    """The last commit against the working tree, both synthesized."""
    synth: Run
    """One `hypercell synth`, which the former is measured by."""


def guarded(folder: Path, runs: int) -> Guarded:
    """Measure in a scratch folder."""
    other = folder / "released"
    shutil.copytree(BLUEPRINT, other)
    file = other / "fleet.yaml"
    text = file.read_text()
    standing = re.search(r'^release: "([^"]+)"', text, re.MULTILINE)
    releases = re.findall(r'^  "([\d-]+)":', text[text.index("releases:") :], re.MULTILINE)
    assert standing is not None
    next_one = next(name for name in releases if name != standing[1])
    file.write_text(text.replace(standing[0], f'release: "{next_one}"'))
    synths = [
        run([HYPERCELL, "synth", "--out", str(folder / name), "--blueprint", str(blueprint)])
        for name, blueprint in (("now", BLUEPRINT), ("next", other))
    ]
    sides = [str(folder / name) for name in ("now", "next")]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}

    def afresh() -> Run:
        shutil.rmtree(folder / "cache", ignore_errors=True)
        return run([HYPERCELL, "diff", "HEAD"], environment)

    return Guarded(
        equal=median([run([HYPERCELL, "diff", sides[0], sides[0]]) for _ in range(runs)]),
        release=median([run([HYPERCELL, "diff", *sides]) for _ in range(runs)]),
        revision=median([afresh() for _ in range(runs)]),
        synth=median(synths),
    )
