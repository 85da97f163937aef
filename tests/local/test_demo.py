"""What `hypercell demo` says, and with which exit code, when it cannot show a fleet."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ops import demo
from ops.standing import Stages, Stopped, run
from ops.synthesis import Code, SynthesisError, synthesize

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_fleet_that_breaks_rules_is_not_deployed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(PROJECT / "blueprints" / "day-one", folder / "broken")
    file = folder / "broken" / "fleet.yaml"
    file.write_text(file.read_text().replace("use1-az4", "use1-az3"))

    assert demo.show(Path("broken"), as_json=False) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert "use1-az3" in said.err
    assert "broken/fleet.yaml:" in said.err


def test_a_blueprint_that_is_not_there_is_unreadable(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.show(Path("nowhere"), as_json=False) == 2

    assert capsys.readouterr().err.startswith("nowhere/fleet.yaml")


def test_an_output_that_cannot_be_written_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "dist").write_text("a file in the way")

    assert demo.show(PROJECT / "blueprints" / "day-one", as_json=False) == 2

    assert capsys.readouterr().err == "dist: File exists\n"


def test_what_the_app_says_is_passed_on_with_its_exit_code(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = folder / "app.py"
    app.write_text(
        "import sys\nprint('[WARNING] of the CDK\\n  more of it', file=sys.stderr)\nsys.exit('it is broken')\n"
    )
    monkeypatch.setattr("ops.synthesis.OURS", Code(folder))

    with pytest.raises(SynthesisError) as refused:
        synthesize(Path("blueprint"), folder / "out", folder / "dist", step=lambda *_: None)

    assert (refused.value.exit_code, str(refused.value)) == (1, "it is broken")


def test_progress_of_the_app_is_told_step_by_step(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = folder / "app.py"
    app.write_text(
        "import os\nfor i in (1, 2):\n    os.write(int(os.environ['HYPERCELL_PROGRESS']), f'{i} 2 stack {i}\\n'.encode())\n"
    )
    monkeypatch.setattr("ops.synthesis.OURS", Code(folder))
    told: list[tuple[int, int, str]] = []

    synthesize(Path("blueprint"), folder / "out", folder / "dist", step=lambda *step: told.append(step))

    assert told == [(1, 2, "stack 1"), (2, 2, "stack 2")]


def test_an_interrupt_ends_an_app_that_does_not_listen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = folder / "app.py"
    app.write_text(
        "import os, signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "os.write(int(os.environ['HYPERCELL_PROGRESS']), f'1 2 {os.getpid()}\\n'.encode())\ntime.sleep(60)\n"
    )
    monkeypatch.setattr("ops.synthesis.OURS", Code(folder))
    monkeypatch.setattr("ops.child._PATIENCE_SECONDS", 0.2)
    pids: list[int] = []

    def interrupted(_done: int, _total: int, pid: str) -> None:
        pids.append(int(pid))
        (folder / f"out.partial-{pid}").mkdir()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthesize(Path("blueprint"), folder / "out", folder / "dist", step=interrupted)

    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    assert list(folder.glob("*.partial*")) == []


def test_each_way_to_stop_has_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def verb(error: BaseException) -> Any:
        def fail() -> None:
            raise error

        return fail

    ways = {
        Stopped(3, "already up"): (3, "already up\n"),
        KeyboardInterrupt(): (130, "interrupted; nothing is left behind\n"),
        SynthesisError(2, "unreadable"): (2, "unreadable\n"),
        PermissionError(13, "Permission denied", "dist"): (2, "dist: Permission denied\n"),
    }
    for error, (code, said) in ways.items():
        assert (run(verb(error)), capsys.readouterr().err) == (code, said)


def test_a_stage_without_a_terminal_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    stages = Stages()
    with stages.stage("deploy") as step:
        step(1, 2, "skyline-use1-network")

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("deploy ")
