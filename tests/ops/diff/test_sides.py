"""Which side a name means, and what two sides must have in common."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from ops.diff.folder import read as read_folder
from ops.diff.sides import Asked, read
from ops.promotion.image import Unusable
from ops.standing import Stages
from ops.stored import store
from ops.synthesis import Code
from tests.ops.diff import toy


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def project(tmp_path) -> Path:
    folder = toy.repository(tmp_path / "project", "first")
    toy.project(folder, "now")
    return folder


@pytest.fixture
def compared(project, tmp_path):
    """`compared("main", None)`: both sides."""

    def sides(base: str, head: str | None, deployed=None):
        (tmp_path / "scratch").mkdir(exist_ok=True)
        asked = Asked(base, head, project / "blueprints/toy", project)
        return read(asked, tmp_path / "scratch", Stages(Console(quiet=True)), deployed)

    return sides


@pytest.fixture
def stored(project, tmp_path) -> Path:
    code = Code(folder=project, environment={"PYTHONPATH": str(project)})
    store(tmp_path / "stored", project / "blueprints/toy", code=code)
    return tmp_path / "stored"


def word(snapshot) -> str:
    return snapshot.stacks["toy-edge"].template["Description"]


def test_without_a_head_it_is_the_working_tree(compared):
    base, head = compared("main", None)
    assert (word(base), word(head)) == ("first", "now")
    assert head.origin == "working tree"


def test_a_folder_with_an_assembly_wins_over_a_branch_of_the_same_name(compared, stored, tmp_path, monkeypatch):
    stored.rename(tmp_path / "main")
    monkeypatch.chdir(tmp_path)
    base, _ = compared("main", None)
    assert (base.origin, word(base)) == ("main", "now")


def test_what_is_deployed_is_asked_for_with_the_head(compared, stored):
    asked = []

    def deployed(head, parsed):
        asked.append(head.record.fleet)
        return read_folder(stored)

    base, _ = compared("deployed", "main", deployed)
    assert asked == ["toy"]
    assert base.origin == str(stored)


def test_what_is_deployed_is_no_head(compared):
    with pytest.raises(Unusable, match="HEAD deployed: what stands is what a change is measured by; name it first"):
        compared("main", "deployed")


@pytest.mark.parametrize(("base", "head", "side"), [("nowhere", None, "BASE"), ("main", "nowhere", "HEAD")])
def test_a_name_of_nothing_is_refused_before_any_work(compared, project, base, head, side):
    (project / "app.py").unlink()
    with pytest.raises(Unusable) as refused:
        compared(base, head)
    assert str(refused.value) == (
        f"{side} nowhere: is no commit of this repository, no folder with an assembly, and not `deployed`"
    )


def test_an_assembly_of_another_fleet_is_refused(compared, stored):
    (stored / "assembly.json").unlink()
    file = stored / "cdk.out/fleet-record.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"fleet": "other"}))
    with pytest.raises(Unusable) as refused:
        compared(str(stored), "main")
    assert str(refused.value).startswith(f"{stored} is of fleet other, and main (")
    assert str(refused.value).endswith(
        "of toy: name two sides of one fleet; another name is another fleet, with resources of its own"
    )
