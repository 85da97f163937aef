"""`app.py`: what it is asked, what it refuses, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fleet.record import Record, record
from hypercell.guards.findings import Finding
from hypercell.guards.judgement import Judgement
from k8s.bundles import bundle_files
from stacks import synthesis, templates
from stacks.synthesis import Refused, Request, request_of, synthesize

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def request_for(tmp_path):
    """A request for one cell of a blueprint, into a folder of the test."""

    def make(**change) -> Request:
        given = {
            "blueprint": PROJECT / "blueprints" / "hypergrowth",
            "outdir": tmp_path / "cdk.out",
            "dist": tmp_path / "dist",
            "cell": "use1-a",
            "judged": False,
        }
        return Request(**given | change)

    return make


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_context_comes_from_the_cli_and_from_the_command_line_which_wins():
    environment = {"CDK_CONTEXT_JSON": json.dumps({"region": "euw1", "dist": "out", "aws:cdk:version": "x"})}
    request = request_of(["-c", "region=use1"], environment)
    assert (request.region, request.dist, request.outdir) == ("use1", Path("out"), Path("cdk.out"))


def test_the_cdks_own_switch_turns_judgement_off():
    assert request_of([], {}).judged
    assert not request_of([], {"CDK_VALIDATION": "false"}).judged


def test_bundles_alone_are_the_same_and_leave_no_templates(fleet_of, request_for, tmp_path):
    fleet = fleet_of("day-one")
    request = request_for(cell=None, templates=False)
    synthesize(fleet, request)
    assert names_in(tmp_path) == {"dist"}
    written = {
        path.relative_to(request.dist / "use1" / "z").as_posix(): path.read_text("utf-8")
        for path in request.dist.rglob("*.yaml")
    }
    assert written == bundle_files(fleet.cells[0])


def test_what_is_written_alone_is_manifests(capsys):
    assert not request_of(["-c", "only=manifests"], {}).templates
    assert request_of([], {}).templates
    with pytest.raises(SystemExit, match="2"):
        request_of(["-c", "only=templates"], {})
    assert "-c only=templates: write manifests, or leave it out" in capsys.readouterr().err


def test_a_context_without_a_value_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        request_of(["-c", "cell"], {})
    assert "-c cell: write it as KEY=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        ({"cell": "use1-x"}, "-c cell=use1-x: no such cell stands in this fleet; it has use1-a, use1-b, "),
        (
            {"cell": None, "region": "us"},
            "-c region=us: no such region is in this fleet; it has use1, usw2, euw1, euc1",
        ),
        ({"cell": "use1-a", "region": "use1"}, "-c region=use1 -c cell=use1-a: give one of them"),
    ],
)
def test_an_unknown_scope_is_refused_with_the_known_ones(fleet, request_for, tmp_path, scope, said):
    with pytest.raises(Refused) as refused:
        synthesize(fleet, request_for(**scope))
    assert str(refused.value).startswith(said)
    assert refused.value.exit_code == 2
    assert names_in(tmp_path) == set()


def test_an_output_folder_that_cannot_be_written_is_refused_before_the_work(fleet, request_for, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        synthesize(fleet, request_for(outdir=tmp_path / "file" / "cdk.out"))
    where = tmp_path / "file"
    assert str(refused.value).startswith(f"cannot write the templates to {where}/cdk.out: {where}")
    assert str(refused.value).endswith("Not a directory; choose another with CDK_OUTDIR")
    with pytest.raises(Refused, match="is a file; choose another with CDK_OUTDIR"):
        synthesize(fleet, request_for(outdir=tmp_path / "file"))
    assert names_in(tmp_path) == {"file"}


def test_bundles_that_cannot_be_written_leave_the_templates_alone(fleet, request_for, tmp_path):
    (tmp_path / "dist").write_text("")
    with pytest.raises(Refused, match="cannot write the bundles"):
        synthesize(fleet, request_for())
    assert names_in(tmp_path) == {"dist"}


def test_an_open_finding_leaves_the_run_before_untouched(fleet, request_for, tmp_path, monkeypatch):
    synthesize(fleet, request_for())
    before = (tmp_path / "cdk.out" / "manifest.json").read_bytes()

    def with_a_finding(fleet, plans, folder, **_):
        judgement = Judgement(fleet)
        judgement.open.append(Finding("kept-logs", "skyline-use1-a-cell/Logs", "keeps its events for ever", "say 30"))
        folder.joinpath("manifest.json").write_text("{}")
        return judgement

    monkeypatch.setattr(templates, "write_templates", with_a_finding)
    with pytest.raises(Refused) as refused:
        synthesize(fleet, request_for())
    assert refused.value.exit_code == 1
    assert str(refused.value).splitlines() == [
        "1 findings are open; nothing was put in place.",
        "skyline-use1-a-cell/Logs: kept-logs: keeps its events for ever",
        "    say 30",
        "Fix them, or acknowledge with a reason in constructs/hypercell/guards/acknowledgements.py.",
    ]
    assert (tmp_path / "cdk.out" / "manifest.json").read_bytes() == before
    assert names_in(tmp_path) == {"cdk.out", "dist"}


def test_a_run_replaces_the_one_before_and_keeps_the_locks_of_the_cli(fleet, request_for, tmp_path):
    out = tmp_path / "cdk.out"
    out.mkdir()
    (out / "synth.lock").write_text("4711")
    (out / "gone.template.json").write_text("{}")
    synthesize(fleet, request_for())
    assert (out / "synth.lock").read_text() == "4711"
    assert "gone.template.json" not in names_in(out)
    assert "skyline-use1-a-cell.template.json" in names_in(out)
    assert names_in(tmp_path) == {"cdk.out", "dist"}


def test_a_part_of_a_fleet_comes_with_the_record_of_the_whole(fleet, request_for, tmp_path, whole):
    synthesize(fleet, request_for())
    written = (tmp_path / "cdk.out/fleet-record.json").read_bytes()
    assert Record.model_validate_json(written) == record(fleet)
    assert written == (whole("hypergrowth").templates / "fleet-record.json").read_bytes()


def started(tmp_path: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "app.py", "-c", "region=use1", "-c", f"dist={tmp_path / 'dist'}"],
        cwd=PROJECT,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "cdk.out"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def alive_after_a_moment(group: int) -> list[str]:
    """Processes of the group that still run after five seconds, by /proc; zombies are dead."""
    for _ in range(100):
        stats = [path.read_text() for path in Path("/proc").glob("[0-9]*/stat") if path.exists()]
        fields = [stat.rpartition(")")[2].split() for stat in stats]
        running = [
            stat for stat, field in zip(stats, fields, strict=True) if field[2] == str(group) and field[0] != "Z"
        ]
        if not running:
            break
        time.sleep(0.05)
    return running


@pytest.mark.parametrize(
    ("ending", "code", "judged"),
    [(signal.SIGINT, 130, "false"), (signal.SIGTERM, 143, "false"), (signal.SIGINT, 130, "")],
)
def test_an_interrupted_run_leaves_nothing_behind(tmp_path, ending, code, judged):
    run = started(tmp_path, CDK_VALIDATION=judged)
    while not list(tmp_path.glob("cdk.out.partial-*")):
        assert run.poll() is None, run.communicate()[1]
        time.sleep(0.02)
    time.sleep(1)  # somewhere in the middle
    os.killpg(run.pid, ending)
    _, said = run.communicate(timeout=30)
    assert run.returncode == code, said
    assert names_in(tmp_path) == set()
    assert "Traceback" not in said
    assert alive_after_a_moment(run.pid) == []


def test_peering_is_pending_or_what_the_file_says(capsys):
    assert request_of(["-c", "peering=pending"], {}).peering == "pending"
    with pytest.raises(SystemExit, match="2"):
        request_of(["-c", "peering=linked"], {})
    assert "-c peering=linked: write pending" in capsys.readouterr().err


def test_a_fleet_that_cannot_be_read_is_said_in_one_line(tmp_path):
    run = subprocess.run(
        [sys.executable, "app.py", "-c", f"blueprint={tmp_path / 'nowhere'}"],
        cwd=PROJECT,
        env={**os.environ, "CDK_OUTDIR": str(tmp_path / "cdk.out")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == synthesis.EXIT_INPUT
    assert run.stderr.count("\n") == 1
    assert "nowhere/fleet.yaml" in run.stderr
    assert names_in(tmp_path) == set()


def test_a_mistyped_scope_is_refused_and_never_becomes_the_whole_fleet(capsys):
    with pytest.raises(SystemExit) as ended:
        request_of(["-c", "cel=use1-a"], {})
    assert ended.value.code == 2
    assert "-c cel=use1-a: no such key; write one of blueprint, region, cell" in capsys.readouterr().err
