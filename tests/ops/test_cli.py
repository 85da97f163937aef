"""Every verb says the same about a fleet that cannot be used, and every verb has its page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from ops.cli import app

ROOT = Path(__file__).parents[2]


def commands(of: Any, *words: str) -> dict[str, Any]:
    """Verbs as they are typed (`nat status`), each with its command."""
    found: dict[str, Any] = {}
    for name, command in of.commands.items():
        group = hasattr(command, "commands")
        found |= commands(command, *words, name) if group else {" ".join((*words, name)): command}
    return found


COMMANDS = commands(typer.main.get_command(app))
VERBS = sorted(COMMANDS)


def runbook(verb: str) -> str:
    return (ROOT / "docs" / "runbooks" / f"{verb.replace(' ', '-')}.md").read_text(encoding="utf-8")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops.cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "verb", ["cell ca", "cell spot", "cost", "nat cost", "nat status", "phases", "preflight", "prove", "validate"]
)
def test_a_folder_that_is_not_there_is_one_clear_line_and_exit_code_2(verb):
    done = run(*verb.split(), "--blueprint", "nowhere")
    assert done.returncode == 2
    assert not done.stdout
    assert done.stderr.splitlines()[0] == "nowhere/fleet.yaml: there is no such file"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_runbook_that_shows_how_it_is_called(verb):
    page = runbook(verb)
    assert page.startswith(f"# {verb}\n")
    assert re.search(rf"^\$ (hypercell {verb}|make {verb})\b", page, re.MULTILINE)


@pytest.mark.parametrize("verb", VERBS)
def test_options_that_a_runbook_shows_exist_and_all_are_shown(verb):
    page = runbook(verb)
    known = {option for parameter in COMMANDS[verb].params for option in parameter.opts if option.startswith("--")}
    usage = "\n".join(re.findall(rf"^\$ hypercell {verb}.*$", page, re.MULTILINE))
    shown = set(re.findall(r"--[a-z-]+", usage))
    assert shown <= known, f"{verb}: options that do not exist"
    if usage:
        assert known - {"--help"} <= shown, f"{verb}: options that the runbook does not show"


def test_a_share_that_leaves_nothing_to_save_is_refused_with_its_bounds():
    done = run("nat", "cost", "--gateway-share", "1")
    assert done.returncode == 2
    assert "0.99" in done.stderr
    assert "Traceback" not in done.stderr
