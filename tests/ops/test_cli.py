"""Every verb says the same about a fleet that cannot be used, and every verb has its page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from ops.cli import app

ROOT = Path(__file__).parents[2]
VERBS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops.cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("verb", ["cost", "phases", "preflight", "validate"])
def test_a_folder_that_is_not_there_is_one_clear_line_and_exit_code_2(verb):
    done = run(verb, "--blueprint", "nowhere")
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.splitlines()[0] == "nowhere/fleet.yaml: there is no such file"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_runbook_that_shows_how_it_is_called(verb):
    page = (ROOT / "docs" / "runbooks" / f"{verb}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {verb}\n")
    assert re.search(rf"^\$ (hypercell {verb}|make {verb})\b", page, re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_options_that_a_runbook_shows_exist_and_all_are_shown(verb):
    page = (ROOT / "docs" / "runbooks" / f"{verb}.md").read_text(encoding="utf-8")
    command = typer.main.get_command(app).commands[verb]  # type: ignore[attr-defined]
    known = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    usage = "\n".join(re.findall(rf"^\$ hypercell {verb}.*$", page, re.MULTILINE))
    shown = set(re.findall(r"--[a-z-]+", usage))
    assert shown <= known, f"{verb}: options that do not exist"
    if usage:
        assert known - {"--help"} <= shown, f"{verb}: options that the runbook does not show"
