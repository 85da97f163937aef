"""`hypercell validate`: verdicts, exit codes, and a clock only where asked for."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ops.cli import app

ROOT = Path(__file__).parents[2]
BLUEPRINTS = ROOT / "blueprints"


def run(*arguments: str):
    return CliRunner().invoke(app, ["validate", *arguments])


@pytest.fixture
def broken(tmp_path):
    folder = tmp_path / "day-one"
    shutil.copytree(BLUEPRINTS / "day-one", folder)
    file = folder / "fleet.yaml"
    file.write_text(file.read_text().replace("use1-az4]", "use1-az3]").replace("share: 0,", "share: 2.0,"))
    return folder


@pytest.mark.parametrize("stage", ["day-one", "growth", "hypergrowth"])
def test_a_good_fleet_is_described_in_a_few_lines(stage):
    result = run("--blueprint", str(BLUEPRINTS / stage))
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{(BLUEPRINTS / stage).as_posix()} breaks no rule\n  skyline (production")
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) < 10


def test_the_summary_counts_what_the_fleet_has(fleet_of):
    result = run("--blueprint", str(BLUEPRINTS / "growth"))
    fleet = fleet_of("growth")
    assert f"1 market, 2 regions, {len(fleet.cells)} cells, {len(fleet.services)} services, 1 database" in result.stdout
    assert "us-east-1  us  cells a b c z(draining)" in result.stdout


def test_a_broken_fleet_is_told_everything_and_ends_with_one(broken):
    result = run("--blueprint", str(broken))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1] == "1 error"
    assert "policies.spot.share: 2.0 is more than 1" in result.stderr


def test_a_fleet_that_cannot_be_read_ends_with_two(tmp_path):
    result = run("--blueprint", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == f"{tmp_path}/fleet.yaml: there is no such file"


def test_the_calendar_is_looked_at_only_when_a_day_is_given():
    folder = str(BLUEPRINTS / "hypergrowth")
    assert "leaves standard support" not in run("--blueprint", folder).stderr
    soon = run("--blueprint", folder, "--today", "2027-03-01")
    assert soon.exit_code == 0
    assert soon.stderr.count("leaves standard support on 2027-03-27, in 26 days") == 2
    assert run("--blueprint", folder, "--today", "2027-03-28").exit_code == 1


def test_a_day_that_is_none_is_refused():
    result = run("--blueprint", str(BLUEPRINTS / "day-one"), "--today", "tomorrow")
    assert result.exit_code == 2
    assert result.stderr == "--today: 'tomorrow' is no day of the calendar; write it as YYYY-MM-DD\n"


def test_programs_get_json(broken):
    good = json.loads(run("--blueprint", str(BLUEPRINTS / "hypergrowth"), "--json").stdout)
    assert good["valid"] is True
    assert good["fleet"]["cells"] == 24
    assert all(0 < limit["share"] <= 1 for limit in good["headroom"])
    bad = run("--blueprint", str(broken), "--json")
    assert bad.exit_code == 1
    problem = json.loads(bad.stdout)["problems"][0]
    assert problem["file"] == f"{broken}/fleet.yaml"
    assert problem["field"] == "policies.spot.share"
    assert problem["line"] > 1


def test_limits_that_come_near_are_shown_as_a_table(tmp_path):
    folder = tmp_path / "growth"
    shutil.copytree(BLUEPRINTS / "growth", folder)
    file = folder / "fleet.yaml"
    file.write_text(file.read_text().replace("elastic_ips: 12", "elastic_ips: 7"))
    result = run("--blueprint", str(folder))
    assert result.exit_code == 0
    assert "6 of 7 elastic IP addresses in us-east-1 are used; ask AWS for more in time" in result.stderr
    assert "Limits that come near" in result.stdout
    assert "86%" in result.stdout


def test_the_help_names_the_exit_codes():
    assert "Exit codes: 0 no rule is broken, 1 rules are broken or an object" in run("--help").stdout


def test_nothing_heavy_is_imported_on_the_way():
    """Half a second is the budget from the start of the process; the benchmark measures, this keeps it so."""
    heavy = ("rich", "networkx", "boto3", "moto", "aws_cdk", "cdk8s", "difflib")
    code = (
        "import sys; from pathlib import Path; from ops.validate import show; "
        "show(Path('blueprints/hypergrowth')); "
        f"print(','.join(name for name in {heavy!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].strip() == ""
