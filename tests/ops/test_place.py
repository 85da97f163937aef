"""`hypercell place`: shows without asking, writes when told to, and never half a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fleet.load import load
from ops.cli import app
from ops.place import Unwritable, replace

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def run(*arguments: str):
    return CliRunner().invoke(app, ["place", *arguments])


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "growth"
    shutil.copytree(BLUEPRINTS / "growth", copy)
    return copy


@pytest.fixture
def unplaced(folder):
    """Growth with a service that lives nowhere yet in its second region."""
    file = folder / "placements.yaml"
    text = file.read_text()
    file.write_text(text[: text.rindex("  egressor")])
    return folder


@pytest.mark.parametrize("stage", ["day-one", "growth", "hypergrowth"])
def test_every_blueprint_is_as_proposed(stage):
    result = run("--blueprint", str(BLUEPRINTS / stage))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == f"{BLUEPRINTS / stage}/placements.yaml is as proposed: nothing to change"
    assert "Every loss is carried" in result.stdout


def test_a_proposal_is_shown_and_nothing_is_written_unasked(unplaced):
    before = (unplaced / "placements.yaml").read_text()
    result = run("--blueprint", str(unplaced))
    assert result.exit_code == 0
    assert "+ us-west-2 egressor: [a, b, c]" in result.stdout
    assert f"1 lines change: 1 new, 0 moves of what is placed; --write records it in {unplaced}" in result.stdout
    assert (unplaced / "placements.yaml").read_text() == before


def test_what_is_written_loads_and_is_proposed_again(unplaced):
    assert run("--blueprint", str(unplaced), "--write").exit_code == 0
    assert (unplaced / "placements.yaml").read_text() == (BLUEPRINTS / "growth" / "placements.yaml").read_text()
    load(unplaced)
    written = (unplaced / "placements.yaml").stat()
    again = run("--blueprint", str(unplaced), "--write")
    assert "nothing to change" in again.stdout
    assert (unplaced / "placements.yaml").stat().st_mtime_ns == written.st_mtime_ns


def test_a_fleet_without_the_file_gets_one_that_editors_understand(folder):
    (folder / "placements.yaml").unlink()
    assert run("--blueprint", str(folder), "--write").exit_code == 0
    first, second, *_ = (folder / "placements.yaml").read_text().splitlines()
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert (folder / schema).resolve() == BLUEPRINTS.parent / "schemas" / "placements.schema.json"
    assert "hypercell place" in second
    load(folder)


def test_a_cell_without_room_is_named_with_file_and_line_and_nothing_is_written(unplaced):
    file = unplaced / "fleet.yaml"
    file.write_text(file.read_text().replace("max_nodes: 60,", "max_nodes: 15,"))
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "max_nodes: 15," in text)
    before = (unplaced / "placements.yaml").read_text()
    result = run("--blueprint", str(unplaced), "--write")
    assert result.exit_code == 1
    assert result.stdout == ""
    said = result.stderr.splitlines()
    assert said[0].startswith(f"{file}:{line}: cell_defaults.max_nodes: the pools of 15 nodes hold")
    assert " and us-east-1/a needs 82 when us-east-1/b is lost; raise max_nodes, or spread" in said[0]
    assert said[-1].startswith("nothing is proposed while a rule is broken; with --rebalance,")
    assert (unplaced / "placements.yaml").read_text() == before


def test_a_mistake_elsewhere_is_shown_as_everywhere(folder):
    file = folder / "fleet.yaml"
    file.write_text(file.read_text().replace("use1-az4]", "use1-az3]"))
    result = run("--blueprint", str(folder))
    assert result.exit_code == 1
    assert "regions.us-east-1.zones[2]" in result.stderr
    assert result.stderr.splitlines()[-1] == "nothing is proposed while a rule is broken"


def test_programs_get_figures_changes_and_the_proof(unplaced):
    answer = json.loads(run("--blueprint", str(unplaced), "--json").stdout)
    assert (answer["changed"], answer["written"], answer["moves"]) == (True, False, 0)
    east, west = answer["regions"]
    assert east["recorded"] == east["proposed"]
    assert west["recorded"] is None
    assert west["changes"] == [{"service": "egressor", "before": [], "after": ["a", "b", "c"]}]
    assert west["proposed"]["worst"] == pytest.approx(west["bound"]) == pytest.approx(1.5)
    assert answer["proof"]["holds"] is True


def test_rebalancing_says_what_it_gains_and_what_it_moves(tmp_path):
    copy = tmp_path / "hypergrowth"
    shutil.copytree(BLUEPRINTS / "hypergrowth", copy)
    file = copy / "placements.yaml"
    file.write_text(file.read_text().replace("[a, b, c]", "[d, e, f]"))
    crowded = (
        file.read_text().replace("[b, c, d, e, f]", "[a, b, c, d, e]").replace("[a, c, d, e, f]", "[a, b, c, d, e]")
    )
    file.write_text(crowded)
    kept = json.loads(run("--blueprint", str(copy), "--json").stdout)
    asked = json.loads(run("--blueprint", str(copy), "--rebalance", "--write", "--json").stdout)
    assert kept["changed"] is False
    assert asked["written"] is True
    assert asked["moves"] > 0
    for before, after in zip(kept["regions"], asked["regions"], strict=True):
        assert after["recorded"] == before["proposed"]
        assert after["proposed"]["worst"] < before["proposed"]["worst"]
    assert "nothing to change" in run("--blueprint", str(copy), "--rebalance").stdout


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path):
    file = tmp_path / "placements.yaml"
    file.write_text("of somebody else")
    with pytest.raises(Unwritable, match="has changed meanwhile and was left alone; start again"):
        replace(file, "as it was read", "new")
    assert file.read_text() == "of somebody else"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_replaced_whole_with_its_rights_and_where_its_link_leads(tmp_path):
    file, link = tmp_path / "real.yaml", tmp_path / "placements.yaml"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    replace(link, "old", "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["placements.yaml", "real.yaml"]


def test_a_folder_that_takes_no_file_is_one_line_and_exit_code_2(unplaced):
    (unplaced / "placements.yaml").unlink()
    (unplaced / "placements.yaml").symlink_to(unplaced / "nowhere" / "placements.yaml")
    result = run("--blueprint", str(unplaced), "--write")
    assert result.exit_code == 2
    assert result.stderr == f"{unplaced}/placements.yaml cannot be written: No such file or directory\n"
