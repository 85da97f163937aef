"""Bundles on disk: whole or not at all, the same every time, and only ours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cdk8s
import pytest
import yaml

from fleet.cell import Cell
from fleet.load import read_folder
from fleet.model import Fleet
from k8s import cell as inside
from k8s.bundles import MARK, BundlesUnwritable, bundle_files, write_bundles
from k8s.writing import identity

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
Files = Callable[[Cell], dict[str, list[dict[str, Any]]]]
Documents = Callable[[Cell], list[dict[str, Any]]]


def _tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def _edited(name: str, edit: Callable[[dict[str, Any]], object]) -> Fleet:
    """The blueprint with a change; no rule is asked."""
    source = read_folder(BLUEPRINTS / name)
    edit(source.tree)
    return Fleet.model_validate(source.tree)


@pytest.fixture(scope="module")
def written(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    write_bundles(fleet, dist)
    return dist


def test_each_cell_has_a_folder_with_its_layers_and_its_services(fleet: Fleet, written: Path) -> None:
    for cell in fleet.cells:
        folder = written / cell.region.code / cell.key
        hosted = {service.name for service in cell.services}
        assert {file.stem for file in (folder / "platform").iterdir()} == set(inside.LAYERS)
        assert {file.stem for file in (folder / "services").iterdir()} >= hosted


def test_two_runs_write_the_same_bytes(fleet: Fleet, written: Path, tmp_path: Path) -> None:
    write_bundles(_edited("hypergrowth", lambda tree: None), tmp_path)
    assert _tree(tmp_path) == _tree(written)


@pytest.mark.parametrize("scope", [{"cell": "use1-b"}, {"region": "usw2"}, {"region": "eu-west-1"}])
def test_a_scoped_run_writes_what_the_whole_run_writes(
    fleet: Fleet, written: Path, tmp_path: Path, scope: dict[str, str]
) -> None:
    write_bundles(fleet, tmp_path, **scope)
    part, whole = _tree(tmp_path), _tree(written)
    assert part
    assert part == {file: whole[file] for file in part}
    assert len(part) < len(whole)


def _contents(fleet: Fleet) -> dict[str, str]:
    """Cell to everything its files hold."""
    return {cell.name: json.dumps([inside.layers(cell), inside.services(cell)]) for cell in fleet.cells}


def _changed(edit: Callable[[dict[str, Any]], object]) -> set[str]:
    before = _contents(_edited("hypergrowth", lambda tree: None))
    after = _contents(_edited("hypergrowth", edit))
    return {cell for cell in before if before[cell] != after.get(cell)}


@pytest.mark.parametrize(
    "edit",
    [{"weight": 10}, {"weight": 200}, {"release": "2026-12"}, {"max_nodes": 90}, {"state": "draining"}],
    ids=lambda edit: "-".join(edit),
)
def test_an_edit_in_one_cell_changes_that_cell_only(edit: dict[str, Any]) -> None:
    assert _changed(lambda tree: tree["regions"]["us-west-2"]["cells"]["c"].update(edit)) <= {"usw2-c"}


def test_draining_a_cell_touches_no_cluster() -> None:
    """Its weight takes it out of DNS; the answer of its gateway is no affair of the file's."""
    assert _changed(lambda tree: tree["regions"]["us-west-2"]["cells"]["c"].update(state="draining")) == set()


def test_a_cell_that_leaves_changes_no_other_region() -> None:
    def leave(tree: dict[str, Any]) -> None:
        del tree["regions"]["us-west-2"]["cells"]["f"]
        for placed in tree["placements"]["us-west-2"].values():
            placed[:] = [key for key in placed if key != "f"]

    assert _changed(leave) == {f"usw2-{key}" for key in "abcdef"}


def test_an_image_released_for_one_service_changes_that_service_only(files: Files) -> None:
    def release(tree: dict[str, Any]) -> None:
        tree["images"]["egressor"]["digest"] = f"sha256:{'0' * 64}"

    old, new = (_edited("hypergrowth", edit).cell("use1-a") for edit in (lambda tree: None, release))
    assert {name for name in files(old) if files(old)[name] != files(new)[name]} == {"services/egressor"}


def test_cdk8s_synthesizes_the_very_documents_that_are_written(fleet: Fleet) -> None:
    cell = fleet.cell("use1-a")
    texts = bundle_files(cell)
    for layer in inside.platform(cell):
        assert cdk8s.Testing.synth(layer) == list(yaml.safe_load_all(texts[f"platform/{layer.name}.yaml"])), layer.name


def test_nothing_stands_twice_in_a_cell(cells: list[Cell], documents: Documents) -> None:
    for cell in cells:
        places = [identity(document) for document in documents(cell)]
        assert len(places) == len(set(places)), cell.name


def test_names_are_dns_names(cells: list[Cell], documents: Documents) -> None:
    label = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
    wrong = {d["metadata"]["name"] for c in cells for d in documents(c) if not label.fullmatch(d["metadata"]["name"])}
    assert wrong == set()


def test_no_token_no_anchor_and_no_empty_word_enters_a_manifest(written: Path) -> None:
    for file, content in _tree(written).items():
        text = content.decode()
        assert "${Token[" not in text, file
        assert not re.search(r"(: |- )[&*][a-z]+\d+\b", text), file
        # The core API group and Istio's switched-off access log are empty words of their own.
        assert not re.search(r"(?<!group)(?<!accessLogFile): ''$", text, re.MULTILINE), file


def test_a_cell_that_vanished_is_taken_away_and_nothing_else(fleet: Fleet, tmp_path: Path) -> None:
    mine, foreign, unmarked = (tmp_path / "use1" / key for key in ("y", "x", "w"))
    for folder, mark in ((mine, f"{fleet.name} use1-y\n"), (foreign, "other use1-x\n"), (unmarked, None)):
        folder.mkdir(parents=True)
        (folder / "note").write_text("kept?")
        if mark:
            (folder / MARK).write_text(mark)
    write_bundles(fleet, tmp_path, cell="use1-a")
    assert mine.exists()
    write_bundles(_edited("day-one", lambda tree: None), tmp_path)
    assert not mine.exists()
    assert foreign.exists()
    assert unmarked.exists()


def test_a_folder_that_is_not_ours_is_left_alone(fleet: Fleet, tmp_path: Path) -> None:
    folder = tmp_path / "use1" / "a"
    folder.mkdir(parents=True)
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(BundlesUnwritable, match=f"{folder} was not written by this fleet; move it away"):
        write_bundles(fleet, tmp_path, cell="use1-a")
    assert _tree(tmp_path) == {"use1/a/thesis.tex": b"years of work"}


def test_a_folder_that_cannot_be_written_gives_one_sentence(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("a file")
    with pytest.raises(BundlesUnwritable, match=r"cannot write the bundles to .*/dist: .*; choose another") as caught:
        write_bundles(fleet, tmp_path / "dist", cell="use1-a")
    assert isinstance(caught.value, OSError)
    assert "\n" not in str(caught.value)


def test_an_interrupted_run_leaves_the_old_bundle_whole(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bundles(fleet, tmp_path, cell="use1-a")
    before = _tree(tmp_path)

    def interrupted(_cell: Cell) -> dict[str, list[dict[str, Any]]]:
        raise KeyboardInterrupt

    monkeypatch.setattr(inside, "services", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bundles(fleet, tmp_path, cell="use1-a")
    assert _tree(tmp_path) == before
