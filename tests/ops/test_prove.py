"""`hypercell prove`: the promises, how tight they are, and the loss that breaks one, by file and line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.cli import app

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def run(*arguments: str):
    return CliRunner().invoke(app, ["prove", *arguments])


@pytest.fixture
def small_cell(tmp_path):
    """Hypergrowth with a cell too small for its share."""
    folder = tmp_path / "hypergrowth"
    shutil.copytree(BLUEPRINTS / "hypergrowth", folder)
    file = folder / "fleet.yaml"
    file.write_text(file.read_text().replace("c: {slot: 2}", "c: {slot: 2, max_nodes: 40}", 1))
    return folder


@pytest.mark.parametrize("stage", ["day-one", "growth", "hypergrowth"])
def test_a_fleet_that_carries_every_loss_is_proved(stage):
    result = run("--blueprint", str(BLUEPRINTS / stage))
    assert result.exit_code == 0
    assert result.stdout.startswith("Every loss is carried")
    assert result.stderr == ""


def test_every_kind_of_loss_is_a_row_with_what_was_tried():
    claims = json.loads(run("--blueprint", str(BLUEPRINTS / "hypergrowth"), "--json").stdout)["claims"]
    kinds = {(claim["what"], claim["lost"]) for claim in claims}
    carried = {"running pods": {"a cell"}, "limits of pods": {"2 cells", "a region"}, "addresses": {"a zone"}}
    carried |= {"node pools": {"2 cells", "a region"}, "limits of gateways": {"2 cells", "a region"}}
    assert {(what, lost) for what, lost_ones in carried.items() for lost in lost_ones} <= kinds
    pairs = [claim for claim in claims if (claim["what"], claim["lost"]) == ("limits of pods", "2 cells")]
    assert [claim["tried"] for claim in pairs] == [7 * 15] * 4


def test_the_price_is_that_of_the_arithmetic_and_what_rounding_adds():
    price = json.loads(run("--blueprint", str(BLUEPRINTS / "hypergrowth"), "--json").stdout)["price"]
    assert [(row["cells"], row["services"]) for row in price] == [(3, 4), (5, 24)]
    assert [(row["running"], row["limits"]) for row in price] == [(3 / 2, 3), (5 / 4, 5 / 3)]
    for row in price:
        assert row["running_cpu"] >= row["running"] * row["peak_cpu"] * 0.999
        assert row["limit_cpu"] >= row["limits"] * row["peak_cpu"] * 0.999


def test_a_counter_example_has_its_place_and_ends_with_one(small_cell):
    result = run("--blueprint", str(small_cell))
    assert result.exit_code == 1
    assert result.stdout.startswith("Not every loss is carried")
    line = (small_cell / "fleet.yaml").read_text().splitlines().index("      c: {slot: 2, max_nodes: 40}") + 1
    assert result.stderr.startswith(
        f"{small_cell}/fleet.yaml:{line}: regions.us-east-1.cells.c.max_nodes: the pools of"
    )
    assert "us-east-1/c needs 627 when us-west-2 is lost" in result.stderr


def test_how_uneven_calls_are_is_said_where_callers_live_in_other_cells():
    assert "calls prefer their own cell" not in run("--blueprint", str(BLUEPRINTS / "growth")).stdout
    assert (
        "calls prefer their own cell, which is not even" in run("--blueprint", str(BLUEPRINTS / "hypergrowth")).stdout
    )
    uneven = json.loads(run("--blueprint", str(BLUEPRINTS / "hypergrowth"), "--json").stdout)["uneven"]
    assert all(one["rps"] > one["limit"] for one in uneven)
    assert [one["rps"] / one["limit"] for one in uneven] == sorted(
        (o["rps"] / o["limit"] for o in uneven), reverse=True
    )


def test_programs_get_counter_examples_too(small_cell):
    result = run("--blueprint", str(small_cell), "--json")
    assert result.exit_code == 1
    answer = json.loads(result.stdout)
    assert answer["holds"] is False
    assert [problem["field"] for problem in answer["counter_examples"]] == ["regions.us-east-1.cells.c.max_nodes"]
    short = [claim for claim in answer["claims"] if claim["short"]]
    assert {claim["region"] for claim in short} == {"us-east-1"}
    assert all(claim["tightest"]["offered"] < claim["tightest"]["needed"] for claim in short)
