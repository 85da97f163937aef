"""The workflows are what GitHub reads, ask for no more than they need, and run what nobody can exchange."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.rollout.plan import Stage

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / ".github/workflows").glob("*.yml"))
each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def content(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text())
    return found


def steps(file: Path) -> list[dict[str, Any]]:
    return [step for job in content(file)["jobs"].values() for step in job.get("steps", ())]


def judged(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    return subprocess.run([*command, *map(str, files)], capture_output=True, text=True, check=False)


def test_all_are_valid_by_the_published_schema():
    done = judged(*FILES)
    assert done.returncode == 0, done.stdout


def test_the_schema_refuses_a_job_without_a_machine(tmp_path):
    broken = tmp_path / "broken.yml"
    broken.write_text(FILES[0].read_text().replace("runs-on:", "runs_on:", 1))
    assert judged(broken).returncode == 1


@each
def test_actions_are_pinned_to_a_commit_and_say_which_version_that_is(file):
    used = re.findall(r"uses: (\S+)(.*)", file.read_text())
    for name, remark in used:
        if not name.startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name), name
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", remark), name


@each
def test_nothing_may_write_unless_its_job_says_so(file):
    found = content(file)
    assert found["permissions"] == {"contents": "read"}
    writes = {
        (name, scope)
        for name, job in found["jobs"].items()
        for scope, what in job.get("permissions", {}).items()
        if what == "write"
    }
    assert {scope for _, scope in writes} <= {"id-token", "pull-requests"}
    if file.stem == "pull-request":
        assert writes == {("comment", "pull-requests")}


@each
def test_what_others_wrote_reaches_a_shell_by_its_environment_only(file):
    for step in steps(file):
        assert "${{" not in step.get("run", ""), step.get("name")


def test_a_release_goes_by_the_stages_of_the_plan_each_after_the_one_before():
    jobs = content(PROJECT / ".github/workflows/release.yml")["jobs"]
    order = ["plan", *Stage]
    assert [job["with"]["stage"] for job in jobs.values() if "with" in job] == order
    for before, stage in pairwise(order):
        assert before in jobs[stage]["needs"]


def test_one_release_at_a_time_and_none_is_cut_off():
    found = content(PROJECT / ".github/workflows/release.yml")
    assert found["concurrency"] == {"group": "platform-rollout", "cancel-in-progress": False}


def test_options_of_the_verbs_that_they_call_exist():
    from typer.main import get_command

    from ops.cli import app

    for file in FILES:
        for step in steps(file):
            for line in step.get("run", "").replace("\\\n", " ").splitlines():
                found = re.search(r"hypercell ((?:[a-z]+ )*[a-z]+) (.*)", line)
                if found is None:
                    continue
                command: Any = get_command(app)
                for word in found[1].split():
                    command = getattr(command, "commands", {}).get(word, command)
                known = {option for parameter in command.params for option in parameter.opts}
                assert set(re.findall(r"(?<=\s)--[a-z-]+", found[0].split("|")[0])) <= known, line
