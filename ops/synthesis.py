"""`app.py` as a child process: operations read the assembly and import nothing that writes it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PROGRESS = "HYPERCELL_PROGRESS"
"""Environment variable with the file descriptor that the app writes one line a step to: `done total what`."""

_PATIENCE_SECONDS = 5.0
"""How long the app may take to clean up after an interrupt."""

Step = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what the last one was."""


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
    reading, writing = os.pipe()
    environment = {**os.environ, PROGRESS: str(writing), "CDK_VALIDATION": "false"}
    context = ["-c", f"blueprint={blueprint}", "-c", f"dist={dist}"]
    if outdir is None:
        context += ["-c", "only=manifests"]
    else:
        environment["CDK_OUTDIR"] = str(outdir.absolute())
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        child = subprocess.Popen(
            [sys.executable, str(app), *context],
            env=environment,
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # A session of its own: Ctrl-C reaches us, and we hand it on once, to the app and its Node together.
            start_new_session=True,
        )
        os.close(writing)
        try:
            with os.fdopen(reading, encoding="utf-8") as lines:
                for line in lines:
                    done, total, what = line.rstrip("\n").split(" ", 2)
                    step(int(done), int(total), what)
            code = child.wait()
        except BaseException:
            _end(child)
            _remove_partial(child.pid, outdir or dist, dist)
            raise
        if code:
            said.seek(0)
            raise SynthesisError(
                code if code in (1, 2) else 1, _without_notices(said.read()) or f"app.py ended with {code}"
            )


def _end(child: subprocess.Popen[bytes]) -> None:
    """Interrupt the app with its whole session, and end it if it does not listen."""
    for ending in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(child.pid, ending)
        except ProcessLookupError:
            break
        try:
            child.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    child.wait()
    # Node outlives an app that was killed for as long as its pipe takes to close: do not wait for it, end it.
    until = time.monotonic() + _PATIENCE_SECONDS
    try:
        os.killpg(child.pid, signal.SIGKILL)
        while time.monotonic() < until:
            os.killpg(child.pid, 0)
            time.sleep(0.01)
    except (ProcessLookupError, PermissionError):
        return


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
