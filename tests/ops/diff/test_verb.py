"""The verb as a user types it: what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.cli import app
from ops.diff import verb
from ops.diff.outputs import Outputs
from ops.diff.sides import Asked
from ops.stored import store
from ops.synthesis import Code
from tests.ops.diff import toy


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def stored(tmp_path):
    """`stored("word")`: folder of an assembly of the toy project with this word in its template."""

    def folder(word: str) -> Path:
        project = toy.project(tmp_path / f"project-{word}", word)
        code = Code(folder=project, environment={"PYTHONPATH": str(project)})
        store(tmp_path / word, project / "blueprints/toy", code=code)
        return tmp_path / word

    return folder


def test_two_equal_sides_are_allowed(stored, capsys):
    one = str(stored("same"))
    assert verb.show(Asked(one, one, Path("nowhere")), Outputs(as_json=True)) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["rollout"], said["changes"]) == ("allowed", "not needed", [])


def test_a_change_that_nobody_can_judge_ends_with_2(stored, capsys):
    """The toy's files are no fleet that the code of now can read."""
    base, head = stored("first"), stored("second")
    template = json.loads((head / "cdk.out/toy-edge.template.json").read_text())
    template["Resources"]["Topic"] = {"Type": "AWS::SNS::Topic"}
    (head / "cdk.out/toy-edge.template.json").write_text(json.dumps(template))
    (head / "assembly.json").unlink()
    assert verb.show(Asked(str(base), str(head / "cdk.out"), Path("nowhere")), Outputs(as_json=True)) == 2
    assert json.loads(capsys.readouterr().out)["verdict"] == "undecided"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-commit"], ["BASE", "no-such-commit", "no commit"]),
        (["HEAD", "deployed"], ["HEAD deployed", "BASE"]),
        (["HEAD", "--now", "31.12.2026"], ["--now", "31.12.2026", "YYYY-MM-DD"]),
    ],
)
def test_a_side_that_is_none_is_said_in_one_message(arguments, words):
    ended = CliRunner().invoke(app, ["diff", *arguments])
    assert ended.exit_code == 2
    for word in words:
        assert word in ended.stderr


def test_an_assembly_that_somebody_touched_is_refused(stored, capsys):
    one = stored("one")
    template = one / "cdk.out/toy-edge.template.json"
    template.write_text(template.read_text()[:-20])
    assert verb.show(Asked(str(one), str(one), Path("nowhere")), Outputs()) == 2
    assert "toy-edge.template.json" in capsys.readouterr().err
