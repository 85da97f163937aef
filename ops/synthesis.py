"""`app.py` as a child process: operations read the assembly and import nothing that writes it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from ops import child
from ops.child import PROJECT, Step


class SynthesisError(Exception):
    """The app ended without an assembly. `exit_code` is the app's (1 or 2), the text what it said."""

    def __init__(self, exit_code: int, said: str) -> None:
        self.exit_code = exit_code
        super().__init__(said)


def synthesize(blueprint: Path, outdir: Path | None, dist: Path, *, step: Step) -> None:
    """Write templates to `outdir` and bundles to `dist`, telling `step` on the way.

    An interrupt is handed to the app, which puts away what is half written; nothing of it keeps running.

    Args:
        outdir: None: no templates are written, and the bundles come sooner.

    Raises:
        SynthesisError: the app refused the fleet, could not write, or failed.
    """
    app = PROJECT / "app.py"
    if not app.is_file():
        raise SynthesisError(2, f"{app} is missing: hypercell synthesizes from a checkout of the project")
    context = ["-c", f"blueprint={blueprint}", "-c", f"dist={dist}"]
    environment = {"CDK_VALIDATION": "false"}
    if outdir is None:
        context += ["-c", "only=manifests"]
    else:
        environment["CDK_OUTDIR"] = str(outdir.absolute())
    try:
        child.run(
            [sys.executable, str(app), *context],
            environment,
            step=step,
            interrupted=lambda pid: _remove_partial(pid, outdir or dist, dist),
        )
    except child.ChildFailed as error:
        code = error.exit_code
        said = _without_notices(str(error)) or f"app.py ended with {code}"
        raise SynthesisError(code if code in (1, 2) else 1, said) from None


def _remove_partial(pid: int, outdir: Path, dist: Path) -> None:
    """What a killed app could not put away itself; each run marks its unfinished folders with its process id."""
    for root in (outdir.parent, dist.parent, dist):
        for left in (*root.glob(f"*.partial*-{pid}"), *root.glob(f"*/*.partial*-{pid}")):
            shutil.rmtree(left, ignore_errors=True)


def _without_notices(said: str) -> str:
    """What the app said, without the CDK's notices about itself."""
    lines = said.strip().splitlines()
    kept = []
    skip = False
    for line in lines:
        if line.startswith(("[WARNING]", "[NOTICE]")):
            skip = True
            continue
        if skip and line.startswith("  "):
            continue
        skip = False
        kept.append(line)
    return "\n".join(kept)
