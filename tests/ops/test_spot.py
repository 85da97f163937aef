"""`hypercell cell spot`: every number can be counted again, and every doubt is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fleet.problem import FleetInvalid
from ops import spot as verb
from ops.cli import app

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def printed(*arguments):
    done = CliRunner().invoke(app, ["cell", "spot", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def plain(*arguments):
    return json.loads(printed(*arguments, "--json"))


def test_a_region_reaches_what_any_of_its_zones_offers_and_a_pool_is_a_type_in_a_zone():
    found = plain()
    for region in {row["region"] for row in found["types"]}:
        any_zone, *zones = [row for row in found["types"] if row["region"] == region]
        assert any_zone["zone"] is None
        assert len(zones) == 3
        assert max(row["types"] for row in zones) <= any_zone["types"] <= sum(row["types"] for row in zones)
        assert all(row["types"] == row["arm64"] + row["amd64"] > row["memory"] for row in (any_zone, *zones))
        prefix = zones[0]["zone"].partition("-")[0]
        cells = [one for one in found["cells"] if one["cell"].startswith(f"{prefix}-")]
        assert len(cells) == 6
        assert {one["pools"] for one in cells} == {sum(row["types"] for row in zones)}


def test_cells_share_pools_with_those_of_their_own_region_only(fleet):
    for one in verb.count(fleet).pools:
        region = one.cell.partition("-")[0]
        assert {other.partition("-")[0] for other in one.overlap} == {region}
        assert len(one.overlap) == 5
        assert one.shared == max(one.overlap.values()) <= one.pools


def test_a_cell_that_is_asked_for_alone_is_still_held_against_the_others():
    (one,) = plain("--cell", "usw2-c")["cells"]
    assert set(one["overlap"]) == {f"usw2-{key}" for key in "abdef"}
    assert {row["region"] for row in plain("--cell", "usw2-c")["types"]} == {"us-west-2"}
    (row,) = plain("--cell", "usw2-c")["on_demand"]
    assert row["cells"] == 1


def test_a_region_is_cut_out_and_the_policys_share_stays_the_fleets():
    everywhere, one = plain(), plain("--region", "eu-west-1")
    assert [cell["cell"] for cell in one["cells"]] == [f"euw1-{key}" for key in "abcdef"]
    assert one["total"] == everywhere["total"]


def test_the_share_on_demand_is_of_all_processors_at_peak():
    found = plain()
    fixed = sum(row["system"] + row["gateways"] for row in found["on_demand"])
    bought = sum(row["spot"] for row in found["on_demand"])
    assert found["total"]["share"] == pytest.approx(fixed / (fixed + bought), abs=0.0001)
    assert found["total"]["share"] <= 1 - found["policy"]["share"] == pytest.approx(0.05)


def test_what_numbers_do_not_say_is_said_beside_them():
    said = printed("--cell", "use1-a")
    assert "the 60 cheapest types" in said
    assert "600 cheapest" in said
    assert "15 cheaper types" in said
    assert "moto" in said
    assert "draw on the same pools" in said
    assert "of the fleet's compute, and 5.0% is allowed" in said


def test_tables_and_json_tell_the_same():
    said, found = printed("--cell", "use1-a"), plain("--cell", "use1-a")
    assert f"{found['cells'][0]['pools']:,}" in said
    assert all(str(row["types"]) in said for row in found["types"])
    assert all(line in said for line in found["caveats"])


def test_who_is_not_counted_is_named_with_the_reason():
    growth = printed("--blueprint", str(BLUEPRINTS / "growth"))
    assert "not counted: use1-z (AWS decides what Auto Mode buys)" in growth
    assert printed("--blueprint", str(BLUEPRINTS / "day-one")) == "not counted: use1-z (policies.spot.share is 0)\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--region", "us-est-1"), "--region: us-est-1 is no region of skyline; did you mean us-east-1?"),
        (("--cell", "use1-q"), "--cell: use1-q is no cell of skyline; did you mean use1-f?"),
        (("--region", "us-east-1", "--cell", "usw2-a"), "--cell: usw2-a is no cell of us-east-1; use one of use1-a, "),
    ],
)
def test_a_name_that_is_not_there_is_one_line_and_exit_code_2(arguments, line):
    done = CliRunner().invoke(app, ["cell", "spot", *arguments])
    assert done.exit_code == 2
    assert not done.stdout
    assert done.stderr.startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("types: 250", "types: 434", "policies.spot.types: 434 Spot instance types are asked for in each region"),
        ("share: 0.95", "share: 0.97", "policies.spot.share: 0.97 of peak compute is to run on Spot"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused_with_its_line(tmp_path, old, new, line):
    folder = tmp_path / "fleet"
    shutil.copytree(BLUEPRINTS / "hypergrowth", folder)
    text = (folder / "fleet.yaml").read_text()
    assert old in text
    (folder / "fleet.yaml").write_text(text.replace(old, new))
    at = text[: text.index(old)].count("\n") + 1
    with pytest.raises(FleetInvalid) as caught:
        verb.show(folder)
    assert f"{folder}/fleet.yaml:{at}: {line}" in str(caught.value)
    assert caught.value.exit_code == 1
