"""A process of ours that writes the artefacts: operations run it, and import nothing of it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PROGRESS = "HYPERCELL_PROGRESS"
"""Environment variable with the file descriptor that the child writes one line a step to: `done total what`."""

_PATIENCE_SECONDS = 5.0
"""How long the child may take to clean up after an interrupt."""

Step = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what the last one was."""


class ChildFailed(Exception):
    """The child ended with another code than 0. The text is all it said."""

    def __init__(self, exit_code: int, said: str) -> None:
        self.exit_code = exit_code
        super().__init__(said)


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    step: Step,
    folder: Path | None = None,
    interrupted: Callable[[int], None] = lambda _pid: None,
) -> None:
    """Run a command to its end, telling `step` on the way.

    An interrupt is handed to the child, which puts away what is half written; nothing of it keeps running.

    Args:
        environment: what the child's environment has beside ours.
        folder: where it runs; where we do when None.
        interrupted: told the child's process id when it did not come to its own end.

    Raises:
        ChildFailed: it refused, or failed.
    """
    reading, writing = os.pipe()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        child = subprocess.Popen(
            command,
            env={**os.environ, **environment, PROGRESS: str(writing)},
            cwd=folder,
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            # A session of its own: Ctrl-C reaches us, and we hand it on once, to the child and its Node together.
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
            interrupted(child.pid)
            raise
        if code:
            said.seek(0)
            raise ChildFailed(code, said.read())


def _end(child: subprocess.Popen[bytes]) -> None:
    """Interrupt the child with its whole session, and end it if it does not listen."""
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
