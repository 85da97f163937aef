"""`hypercell synth`: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.stored import opened

PROJECT = Path(__file__).parents[2]


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ops.cli", "synth", *arguments],
        cwd=PROJECT,
        env={**os.environ, "CDK_VALIDATION": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_it_tells_the_digest_of_what_it_stored(tmp_path):
    run = start("--out", str(tmp_path / "out"), "--blueprint", "blueprints/day-one", "--json")
    printed, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    stored = opened(tmp_path / "out")
    told = json.loads(printed)
    assert (told["digest"], told["fleet"], told["lock"]) == (stored.digest, "skyline", stored.lock)
    assert "code" not in told


def test_a_folder_with_something_else_is_one_line_and_exit_code_2(tmp_path):
    (tmp_path / "letters").write_text("dear")
    run = start("--out", str(tmp_path), "--blueprint", "blueprints/day-one")
    _, said = run.communicate(timeout=120)
    assert run.returncode == 2
    assert said.splitlines()[-1] == f"{tmp_path} holds something else than a stored assembly; choose another folder"


def test_a_fleet_that_breaks_rules_is_refused_by_its_own_names(tmp_path):
    run = start("--out", str(tmp_path / "out"), "--blueprint", "blueprints/nowhere")
    _, said = run.communicate(timeout=120)
    assert run.returncode == 2
    assert "blueprints/nowhere/fleet.yaml: there is no such file" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(tmp_path, ending):
    run = start("--out", str(tmp_path / "out"), "--blueprint", "blueprints/growth")
    while not list(tmp_path.glob("out.partial-*/cdk.out.partial-*")):
        assert run.poll() is None, run.communicate()[1]
        time.sleep(0.02)
    run.send_signal(ending)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert said.splitlines()[-1] == "interrupted; nothing is left behind"
    assert not list(tmp_path.iterdir())
