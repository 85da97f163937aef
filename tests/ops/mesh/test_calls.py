"""`hypercell cell calls`: what it reads, what it says, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fleet.model import Fleet
from k8s.bundles import write_bundles
from ops.cli import app


@pytest.fixture(scope="module")
def bundles(fleet_of: Callable[[str], Fleet], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundles of hypergrowth's us-east-1."""
    folder = tmp_path_factory.mktemp("dist")
    write_bundles(fleet_of("hypergrowth"), folder, region="use1")
    return folder


@pytest.fixture(scope="module")
def calls(bundles: Path) -> Callable[..., Result]:
    def run(*arguments: str, blueprint: str = "hypergrowth", folder: Path | None = None) -> Result:
        given = ["cell", "calls", *arguments, "--blueprint", f"blueprints/{blueprint}"]
        return CliRunner().invoke(app, [*given, "--bundles", str(folder or bundles)])

    return run


def told(done: Result) -> dict[tuple[str, str], Any]:
    return {(one["caller"], one["callee"]): one for one in json.loads(done.stdout)["calls"]}


def test_every_call_of_a_cell_and_of_its_door_is_shown_and_no_other(calls: Any, fleet_of: Any):
    fleet = fleet_of("hypergrowth")
    done = calls("use1-a", "--json")
    assert done.exit_code == 0
    here = fleet.cell("use1-a").services
    asked = {(service.name, call.service) for service in here for call in service.calls}
    asked |= {("ingress", name) for name, service in fleet.services.items() if service.routes}
    assert told(done).keys() == asked


def test_what_is_lost_is_told_and_by_whom_it_is_answered(calls: Any):
    done = calls("use1-a", "--lose-cell", "use1-b", "--lose-cell", "use1-c", "--json")
    found = told(done)["sessions", "flights-pricing"]
    assert done.exit_code == 0
    assert found["at_once"]["lost"] == pytest.approx(0.044, abs=0.001)
    assert found["noticed"]["lost"] == 0
    assert {one["cell"] for one in found["known"]["shares"]} == {"use1-d", "use1-e", "use1-f"}
    printed = calls("use1-a", "--lose-cell", "use1-b", "--lose-cell", "use1-c").output
    assert "use1-a without use1-b, use1-c" in printed
    assert "4.4 %" in printed


def test_pods_that_are_not_ready_are_replaced_by_other_cells(calls: Any):
    found = told(calls("use1-b", "--unready", "flights-pricing", "--service", "flights-pricing", "--json"))
    assert found.keys() == {("sessions", "flights-pricing"), ("ingress", "flights-pricing")}
    shares = found["sessions", "flights-pricing"]["known"]["shares"]
    assert [one["cell"] for one in shares] == ["use1-c", "use1-d", "use1-e", "use1-f"]


def test_calls_that_are_lost_for_good_end_with_one(calls: Any):
    others = [argument for key in "bcdef" for argument in ("--lose-cell", f"use1-{key}")]
    assert calls("use1-a", *others, "--service", "flights-pricing").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("use1-q",), "'use1-q' is no cell here; one of use1-a,"),
        (("use1-a", "--lose-cell", "usw2-a"), "--lose-cell: 'usw2-a' is none here; one of use1-b, use1-c,"),
        (("use1-a", "--lose-zone", "use1-az3"), "--lose-zone: 'use1-az3' is none here; one of use1-az1, use1-az2,"),
        (("use1-a", "--unready", "flights-pricing"), "--unready: 'flights-pricing' is none here"),
        (("usw2-a",), "no bundles of usw2-a; leave --bundles out"),
    ],
)
def test_a_name_that_is_none_and_bundles_that_are_missing_are_told(calls: Any, arguments: tuple[str, ...], said: str):
    done = calls(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_without_a_mesh_there_is_nothing_to_fail_over(calls: Any):
    done = calls("use1-z", blueprint="day-one")
    assert done.exit_code == 2
    assert "mesh: 'none': a call stays in its cell" in done.stderr


def test_what_nobody_has_learnt_to_judge_is_said(calls: Any, bundles: Path, tmp_path: Path):
    import shutil

    folder = tmp_path / "dist"
    shutil.copytree(bundles, folder)
    file = folder / "use1" / "a" / "services" / "egressor.yaml"
    file.write_text(file.read_text().replace("  action: ALLOW\n", "  action: CUSTOM\n"))
    done = calls("use1-a", folder=folder)
    assert done.exit_code == 2
    assert "AuthorizationPolicy: action CUSTOM: this is not known to hypercell" in done.stderr
