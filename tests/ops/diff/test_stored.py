"""A stored assembly: all of a synthesis or nothing of it, and afterwards never another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleet.record import Record
from ops.promotion.image import Unusable
from ops.stored import opened, store
from ops.synthesis import Code, SynthesisError
from tests.ops.diff import toy

BLUEPRINT = Path("blueprints/toy")


@pytest.fixture
def code(tmp_path) -> Code:
    folder = toy.project(tmp_path / "project")
    return Code(folder=folder, environment={"PYTHONPATH": str(folder)}, cwd=folder)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_it_holds_templates_bundles_and_the_files_they_came_from(code, tmp_path):
    made = store(tmp_path / "out", BLUEPRINT, code=code)
    assert names_in(tmp_path / "out") == {"cdk.out", "dist", "blueprint", "assembly.json"}
    assert (tmp_path / "out/blueprint/fleet.yaml").read_text() == "fleet: toy\n"
    assert made.fleet == "toy"
    assert made.files.keys() == {
        "blueprint/fleet.yaml",
        "cdk.out/fleet-record.json",
        "cdk.out/manifest.json",
        "cdk.out/toy-edge.template.json",
    }
    assert made.code.keys() == {"app.py", "fleet/__init__.py", "fleet/word.py"}
    assert opened(tmp_path / "out") == made


def test_outside_of_a_repository_there_is_no_revision(code, tmp_path):
    made = store(tmp_path / "out", BLUEPRINT, code=code)
    assert (made.revision, made.dirty) == (None, True)


def test_it_knows_its_commit_and_whether_that_tells_all(tmp_path):
    folder = toy.repository(tmp_path / "project")
    code = Code(folder=folder, environment={"PYTHONPATH": str(folder)}, cwd=folder)
    committed = store(tmp_path / "clean", BLUEPRINT, code=code)
    assert (committed.revision, committed.dirty) == (toy.git(folder, "rev-parse", "HEAD"), False)
    (folder / "notes.txt").write_text("no part of it")
    assert not store(tmp_path / "noted", BLUEPRINT, code=code).dirty
    (folder / "blueprints/toy/fleet.yaml").write_text("fleet: toy # changed\n")
    assert store(tmp_path / "changed", BLUEPRINT, code=code).dirty


def test_storing_the_same_again_changes_nothing(code, tmp_path):
    first = store(tmp_path / "out", BLUEPRINT, code=code)
    assert store(tmp_path / "out", BLUEPRINT, code=code).digest == first.digest


def test_another_assembly_is_never_put_over_one(code, tmp_path):
    store(tmp_path / "out", BLUEPRINT, code=code)
    (code.folder / "fleet/word.py").write_text("WORD = 'second'\n")
    with pytest.raises(Unusable) as refused:
        store(tmp_path / "out", BLUEPRINT, code=code)
    assert str(refused.value) == (
        f"{tmp_path}/out holds another assembly, of fleet toy; "
        "a stored assembly is never changed: choose another folder, or remove this one"
    )
    assert "first" in (tmp_path / "out/cdk.out/toy-edge.template.json").read_text()
    assert names_in(tmp_path) == {"out", "project"}


def test_a_folder_with_something_else_is_refused_before_the_work(code, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letters").write_text("dear")
    (code.folder / "app.py").unlink()
    with pytest.raises(Unusable, match="out holds something else than a stored assembly; choose another folder"):
        store(tmp_path / "out", BLUEPRINT, code=code)
    assert names_in(tmp_path / "out") == {"letters"}


def test_an_empty_folder_is_filled(code, tmp_path):
    (tmp_path / "out").mkdir()
    store(tmp_path / "out", BLUEPRINT, code=code)
    assert (tmp_path / "out/assembly.json").exists()


def test_a_fleet_that_does_not_synthesize_leaves_nothing(code, tmp_path):
    (code.folder / "blueprints/toy/fleet.yaml").write_text("broken")
    with pytest.raises(SynthesisError, match=r"blueprints/toy/fleet.yaml:1: is broken"):
        store(tmp_path / "out", BLUEPRINT, code=code)
    assert names_in(tmp_path) == {"project"}


def test_an_app_that_wrote_no_record_gets_it_from_its_files(code, fleet_of, tmp_path):
    app = code.folder / "app.py"
    app.write_text(app.read_text() + '(out / "fleet-record.json").unlink()\n')
    with pytest.raises(Unusable) as refused:
        store(tmp_path / "out", BLUEPRINT, code=code)
    assert "has no fleet-record.json: it is from before records were written" in str(refused.value)
    assert "fleet.yaml:1: " in str(refused.value)
    day_one = Path(__file__).parents[3] / "blueprints/day-one"
    store(tmp_path / "out", day_one, code=code)
    said = Record.model_validate_json((tmp_path / "out/cdk.out/fleet-record.json").read_bytes())
    assert said.fleet == fleet_of("day-one").name


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("cdk.out/manifest.json", "{}", "/cdk.out/manifest.json is not what was stored: its digest differs; "),
        ("blueprint/services/x.yaml", "", " holds blueprint/services/x.yaml, which was not stored in it; "),
        ("dist/use1/a/platform/guard.yaml", "", " holds dist/use1/a/platform/guard.yaml, which was not stored in it; "),
        ("cdk.out/manifest.json", None, " lacks cdk.out/manifest.json, which was stored in it; "),
        ("assembly.json", None, " is no stored assembly: it has no assembly.json; "),
        ("assembly.json", '{"format": 1, ', "/assembly.json cannot be read (all of it: Invalid JSON: "),
        ("assembly.json", '{"format": 2}', "/assembly.json cannot be read (format: Input should be 1); "),
    ],
)
def test_what_somebody_touched_is_not_used(code, tmp_path, path, text, said):
    store(tmp_path / "out", BLUEPRINT, code=code)
    file = tmp_path / "out" / path
    if text is None:
        file.unlink()
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    with pytest.raises(Unusable) as refused:
        opened(tmp_path / "out")
    assert str(refused.value).startswith(f"{tmp_path}/out{said}")
    assert str(refused.value).endswith("; store it again with `hypercell synth --out FOLDER`")


def test_what_the_cdk_cli_leaves_in_it_does_not_matter(code, tmp_path):
    store(tmp_path / "out", BLUEPRINT, code=code)
    (tmp_path / "out/cdk.out/read.4711.1.lock").write_text("")
    (tmp_path / "out/cdk.out/.cache").mkdir()
    (tmp_path / "out/cdk.out/.cache/27c13d.zip").write_text("")
    opened(tmp_path / "out")


def test_a_file_of_code_has_its_digest_and_compiled_ones_have_none(code, tmp_path):
    (code.folder / "fleet/__pycache__").mkdir(exist_ok=True)
    (code.folder / "fleet/__pycache__/word.cpython-311.pyc").write_text("")
    before = store(tmp_path / "before", BLUEPRINT, code=code).code
    (code.folder / "fleet/word.py").write_text("WORD = 'second'\n")
    after = store(tmp_path / "after", BLUEPRINT, code=code).code
    assert {path for path in after if after[path] != before[path]} == {"fleet/word.py"}
    assert json.loads((tmp_path / "after/assembly.json").read_text())["code"] == after
