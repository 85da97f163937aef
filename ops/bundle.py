"""`hypercell bundle`: the bundles of cells as OCI layouts, only those made anew whose inputs changed."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import child
from ops.child import Step
from ops.console import print_json, print_table

OUT = Path("bundles")
"""Where layouts lie unless somebody says otherwise: `bundles/<region code>/<cell key>/`."""

EXIT_INTERRUPTED = 130
_LISTED = 24
"""Bundles that are shown one by one; more are summed by cell."""


class BundleError(Exception):
    """Nothing was changed. The text says why; `exit_code` is 1 or 2."""

    def __init__(self, exit_code: int, said: str) -> None:
        self.exit_code = exit_code
        super().__init__(said)


@dataclass(frozen=True)
class Bundled:
    """One bundle of one cell after a run."""

    cell: str
    channel: str
    digest: str
    written: bool
    """Whether it was not there before."""


def make(
    blueprint: Path,
    out: Path = OUT,
    *,
    cells: Sequence[str] = (),
    services: Sequence[str] = (),
    platform: bool = False,
    fresh: bool = False,
    step: Step = lambda *_: None,
) -> list[Bundled]:
    """Bring the layouts below `out` up to date, all of them or those of some cells, services or the platform.

    Raises:
        BundleError: the fleet breaks rules, something cannot be read or written, or a name is of nothing.
    """
    with tempfile.TemporaryDirectory(prefix="hypercell-") as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "k8s", f"--blueprint={blueprint}", f"--out={out}", f"--report={report}"]
        command += [*(f"--cell={cell}" for cell in cells), *(f"--service={service}" for service in services)]
        command += ["--platform"] * platform + ["--fresh"] * fresh
        try:
            child.run(command, {}, step=step)
        except child.ChildFailed as error:
            raise BundleError(error.exit_code if error.exit_code in (1, 2) else 1, str(error).rstrip()) from None
        made: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))
    return [Bundled(**one) for one in made]


def show(
    blueprint: Path,
    out: Path,
    *,
    cells: Sequence[str],
    services: Sequence[str],
    platform: bool,
    fresh: bool,
    as_json: bool,
) -> int:
    """Bundle, and print what came out. The exit code: 0, 1, 2 or 130."""
    from ops.standing import Stages

    try:
        with Stages().stage("bundle") as step:
            done = make(blueprint, out, cells=cells, services=services, platform=platform, fresh=fresh, step=step)
    except BundleError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted; the bundles are those of the run before", file=sys.stderr)
        return EXIT_INTERRUPTED
    if as_json:
        print_json(done)
        return 0
    written = sum(one.written for one in done)
    title = f"{len(done):,} bundles in {out}, {written:,} of them written"
    if len(done) <= _LISTED:
        rows = [(one.cell, one.channel, one.digest, "written" if one.written else "kept") for one in done]
        print_table(title, ("cell", "channel", "digest", ""), rows)
        return 0
    by_cell: dict[str, list[Bundled]] = {}
    for one in done:
        by_cell.setdefault(one.cell, []).append(one)
    rows_of_cells = [
        (cell, f"{len(own):,}", f"{sum(one.written for one in own):,}", own[0].digest) for cell, own in by_cell.items()
    ]
    columns = ("cell", "bundles", "written", "its first, the platform's")
    print_table(title, columns, rows_of_cells, right=("bundles", "written"))
    return 0
