"""The CDK CLI is a process of ours: told exactly which stacks, heard in a log, and ended with us."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ops.child import PROJECT
from ops.rollout import cdk
from ops.rollout.cdk import Cdk, CliFailed, CliMissing

ROOMS = ("ops", "local", ".github", "Makefile", "app.py", "cdk.json")


def cli(folder: Path, script: str) -> Cdk:
    """A CLI that does what a script says."""
    file = folder / "cdk.js"
    file.write_text(f"const fs = require('fs');\n{script}\n")
    return Cdk(folder / "a/cdk.out", folder / "log/rollout.log", {"SAYS": str(folder / "said.json")}, file)


TELLS = "fs.writeFileSync(process.env.SAYS, JSON.stringify([process.argv.slice(2), process.env.CDK_DISABLE_CLI_TELEMETRY]));"


def test_it_is_told_the_stored_assembly_and_exactly_the_stacks(tmp_path: Path):
    made = cli(tmp_path, TELLS)
    made.deploy(["acme-a", "acme-b"], ["--method", "prepare-change-set"], lambda: None, at_once=4)
    arguments, telemetry = json.loads((tmp_path / "said.json").read_text())
    assert arguments[:4] == ["deploy", "--app", str(tmp_path / "a/cdk.out"), "--exclusively"]
    assert [one for one in arguments if one.startswith("acme-")] == ["acme-a", "acme-b"]
    assert arguments[arguments.index("--method") + 1] == "prepare-change-set"
    assert telemetry == "true"


def test_drift_is_never_reverted_for_routes_that_egress_moved_are_meant():
    files = [file for room in ROOMS for file in [PROJECT / room, *(PROJECT / room).rglob("*")] if file.is_file()]
    assert len(files) > 100
    texts = {file: file.read_text("utf-8", "replace") for file in files if "__pycache__" not in file.parts}
    assert [str(file) for file, text in texts.items() if "revert-drift" in text] == []


def test_what_it_says_is_in_the_log_and_the_end_of_it_in_the_failure(tmp_path: Path):
    made = cli(
        tmp_path, "for (let n = 0; n < 40; n++) console.log('line ' + n); console.error('no'); process.exitCode = 7;"
    )
    with pytest.raises(CliFailed) as failed:
        made.run(["deploy"], lambda: None)
    assert str(failed.value).splitlines()[0] == f"the CDK CLI ended with 7; all of it is in {made.log}:"
    assert str(failed.value).splitlines()[-1] == "no"
    assert "line 3\n" not in str(failed.value)
    assert made.log.read_text().splitlines()[:2] == ["$ cdk deploy", "line 0"]


def test_a_second_failure_shows_nothing_of_the_first(tmp_path: Path):
    for word in ("first", "second"):
        with pytest.raises(CliFailed, match=word) as failed:
            cli(tmp_path, f"console.log('{word}'); process.exitCode = 1;").run(["deploy"], lambda: None)
    assert "first" not in str(failed.value)


@pytest.mark.parametrize("deaf", [False, True])
def test_whatever_stops_us_ends_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deaf: bool):
    monkeypatch.setattr(cdk, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(cdk, "_PATIENCE_SECONDS", 0.5)
    ears = "process.on('SIGINT', () => {});" if deaf else ""
    made = cli(
        tmp_path, f"{ears} fs.writeFileSync(process.env.SAYS, String(process.pid)); setInterval(() => {{}}, 1000);"
    )
    said = tmp_path / "said.json"

    def interrupted() -> None:
        if said.exists() and said.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.run(["deploy"], interrupted)
    with pytest.raises(ProcessLookupError):
        os.kill(int(said.read_text()), 0)


def test_without_it_somebody_is_told_how_to_get_it(tmp_path: Path):
    made = Cdk(tmp_path, tmp_path / "log", {}, tmp_path / "nothing")
    with pytest.raises(CliMissing, match=r"nothing is missing; install the pinned CDK CLI with `npm ci`"):
        made.run(["deploy"], lambda: None)
