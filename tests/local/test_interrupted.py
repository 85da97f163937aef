"""Stopped in the middle: one line, exit code 130, and nothing left behind: no process, no folder, no server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local import process

PROJECT = Path(__file__).parents[2]
LAST_WORDS = "interrupted; nothing is left behind\n"


def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command as a terminal starts it: its own process group, its temporary files in the folder."""
    (folder / "tmp").mkdir()
    return subprocess.Popen(
        [sys.executable, "-m", "ops.cli", *arguments, "--blueprint", str(PROJECT / "blueprints" / "day-one")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "TMPDIR": str(folder / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(found: Callable[[], object], running: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while not found():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)


def left_in(folder: Path) -> list[str]:
    """Temporary and half-written things."""
    return [str(path) for path in folder.rglob("*") if "partial" in path.name or path.name.startswith("hypercell-")]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_demo_stopped_while_it_synthesizes(how: signal.Signals, tmp_path: Path) -> None:
    running = begin(tmp_path, "demo")
    wait_for(lambda: [*tmp_path.glob("tmp/hypercell-*/*.partial*")], running)
    (half_written, *_) = tmp_path.glob("tmp/hypercell-*/*.partial*")
    app = int(half_written.name.rpartition("-")[2])

    os.killpg(running.pid, how)
    printed, said = running.communicate()

    assert (running.returncode, printed, said) == (130, "", LAST_WORDS)
    assert left_in(tmp_path) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(app, 0)


def test_a_demo_stopped_while_it_deploys(tmp_path: Path) -> None:
    running = begin(tmp_path, "demo")
    assert running.stderr is not None
    assert running.stderr.readline().startswith("synthesize")

    os.killpg(running.pid, signal.SIGINT)
    printed, said = running.communicate()

    assert (running.returncode, printed) == (130, "")
    assert said == LAST_WORDS
    assert left_in(tmp_path) == []


def test_a_server_whose_deployment_is_stopped_is_down(tmp_path: Path) -> None:
    running = begin(tmp_path, "up")
    state = tmp_path / ".hypercell" / "server.json"
    wait_for(lambda: state.exists() and [*tmp_path.glob("tmp/hypercell-*")], running)
    pid = json.loads(state.read_text())["pid"]

    os.killpg(running.pid, signal.SIGINT)
    printed, said = running.communicate()

    assert (running.returncode, printed) == (130, "")
    assert said.endswith(LAST_WORDS)
    assert process.birth(pid) is None
    assert not state.exists()
    assert left_in(tmp_path) == []
