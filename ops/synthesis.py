"""`app.py` as a child process: operations read the assembly and import nothing that writes it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ops import child
from ops.child import PROJECT, Step


class SynthesisError(Exception):
    """The app ended without an assembly. `exit_code` is the app's (1 or 2), the text what it said."""

    def __init__(self, exit_code: int, said: str) -> None:
        self.exit_code = exit_code
        super().__init__(said)


@dataclass(frozen=True)
class Code:
    """Whose code synthesizes: this checkout's, or another revision's."""

    folder: Path = PROJECT
    """Of `app.py`."""
    python: str = sys.executable
    """With the packages that the code wants."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What makes Python take its modules from `folder`."""
    cwd: Path | None = None
    """What relative paths start from; where we run when None."""


OURS = Code()


def synthesize(
    blueprint: Path, outdir: Path | None, dist: Path, *, step: Step, code: Code | None = None, judged: bool = False
) -> None:
    """Write templates to `outdir` and bundles to `dist`, telling `step` on the way.

    An interrupt is handed to the app, which puts away what is half written; nothing of it keeps running.

    Args:
        outdir: None: no templates are written, and the bundles come sooner.
        code: whose; ours when None.
        judged: refuse templates with open findings, as CI does.

    Raises:
        SynthesisError: the app refused the fleet, could not write, or failed.
    """
    code = code or OURS
    app = code.folder / "app.py"
    if not app.is_file():
        raise SynthesisError(2, f"{app} is missing: hypercell synthesizes from a checkout of the project")
    context = ["-c", f"blueprint={blueprint}", "-c", f"dist={dist}"]
    environment = {**code.environment, "CDK_VALIDATION": "true" if judged else "false"}
    if outdir is None:
        context += ["-c", "only=manifests"]
    else:
        environment["CDK_OUTDIR"] = str(outdir.absolute())
    try:
        child.run(
            [code.python, str(app), *context],
            environment,
            step=step,
            folder=code.cwd,
            interrupted=lambda pid: _remove_partial(pid, outdir or dist, dist),
        )
    except child.ChildFailed as error:
        ended = error.exit_code
        said = _without_notices(str(error)) or f"app.py ended with {ended}"
        raise SynthesisError(ended if ended in (1, 2) else 1, said) from None


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
