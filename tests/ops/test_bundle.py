"""`hypercell bundle`: what it says, its exit codes, and that an interrupt leaves what was there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ops import bundle
from ops.cli import app

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bundle", *arguments])


def listed(*arguments: str) -> list[dict[str, object]]:
    result = run("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, object]] = json.loads(result.stdout)
    return found


def day_one(out: Path) -> list[str]:
    return ["--blueprint", str(BLUEPRINTS / "day-one"), "--out", str(out)]


def test_the_second_run_writes_nothing_and_a_fresh_one_finds_the_same_digests(tmp_path: Path) -> None:
    first, second, fresh = (listed(*day_one(tmp_path), *extra) for extra in ([], [], ["--fresh"]))
    assert [one["channel"] for one in first] == ["platform", "service-sessions", "service-flights-pricing"]
    assert {one["written"] for one in first} == {True}
    assert {one["written"] for one in second} == {one["written"] for one in fresh} == {False}
    assert [one["digest"] for one in first] == [one["digest"] for one in second] == [one["digest"] for one in fresh]


def test_a_scope_bundles_what_it_names(tmp_path: Path) -> None:
    where = ["--blueprint", str(BLUEPRINTS / "growth"), "--out", str(tmp_path)]
    cells = listed(*where, "--cell", "use1-a", "--cell", "use1-b", "--service", "sessions", "--platform")
    assert {(one["cell"], one["channel"]) for one in cells} == {
        (cell, channel) for cell in ("use1-a", "use1-b") for channel in ("platform", "service-sessions")
    }


def test_people_are_shown_each_bundle_or_the_sum_of_each_cell(tmp_path: Path) -> None:
    few = run(*day_one(tmp_path / "a"))
    assert f"3 bundles in {tmp_path / 'a'}, 3 of them written" in few.stdout.replace("\n", "")
    assert few.stdout.count("sha256:") == 3
    many = run("--blueprint", str(BLUEPRINTS / "growth"), "--out", str(tmp_path / "b"))
    assert many.stdout.count("sha256:") == 7


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--cell", "use1-y"], "--cell use1-y: no such cell stands in this fleet; did you mean use1-z?"),
        (["--service", "session"], "--service session: no such service is in this fleet; did you mean sessions?"),
    ],
)
def test_a_name_of_nothing_is_one_sentence_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = run(*day_one(tmp_path), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{said}\n"


def test_a_fleet_that_breaks_rules_is_not_bundled(tmp_path: Path) -> None:
    folder = tmp_path / "day-one"
    shutil.copytree(BLUEPRINTS / "day-one", folder)
    image = folder / "images" / "sessions.yaml"
    image.write_text("repository: services/sessions\n")
    result = run("--blueprint", str(folder), "--out", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert result.stderr == (
        f"{image}:1: images.sessions.digest: is missing; add it (Digest of the multi-architecture index)\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    result = run(*day_one(tmp_path / "out"))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"cannot write the bundles to {tmp_path / 'out'}: ")
    assert "Traceback" not in result.stderr


def test_an_interrupt_is_exit_code_130_and_leaves_the_old_bundles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = listed(*day_one(tmp_path))
    indexes = {file: file.read_text() for file in tmp_path.glob("*/*/index.json")}
    make = bundle.make

    def interrupted(*arguments: object, **options: object) -> object:
        def step(done: int, _total: int, _what: str) -> None:
            raise KeyboardInterrupt

        return make(*arguments, **{**options, "step": step})  # type: ignore[arg-type]

    monkeypatch.setattr(bundle, "make", interrupted)
    result = run(*day_one(tmp_path), "--fresh")
    assert (result.exit_code, result.stdout) == (130, "")
    assert "interrupted; the bundles are those of the run before" in result.stderr
    monkeypatch.undo()
    assert {file: file.read_text() for file in tmp_path.glob("*/*/index.json")} == indexes
    assert [one["digest"] for one in listed(*day_one(tmp_path))] == [one["digest"] for one in before]
