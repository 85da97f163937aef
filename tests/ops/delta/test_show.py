"""`hypercell delta`: two folders of bundles, what it says, its exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from fleet.load import load
from fleet.problem import FleetInvalid
from k8s.bundles import write_bundles
from ops.cli import app

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def blueprint(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BLUEPRINTS / "day-one", tmp_path / "day-one"))


@pytest.fixture
def stands(tmp_path: Path, blueprint: Path) -> Path:
    """The layouts of what stands."""
    assert run("bundle", "--blueprint", blueprint, "--out", tmp_path / "old").exit_code == 0
    return tmp_path / "old"


def _broken(folder: Path, blueprint: Path) -> Path:
    """Plain manifests without the namespace of one service."""
    write_bundles(load(blueprint), folder)
    file = folder / "use1" / "z" / "services" / "sessions.yaml"
    documents = file.read_text().split("---\n")
    file.write_text("---\n".join(one for one in documents if "kind: Namespace" not in one))
    return folder


def test_layouts_and_plain_manifests_of_the_same_fleet_are_the_same(
    tmp_path: Path, stands: Path, blueprint: Path
) -> None:
    write_bundles(load(blueprint), tmp_path / "new")
    result = run("delta", stands, tmp_path / "new", "--blueprint", blueprint)
    assert (result.exit_code, result.stdout) == (0, "nothing is taken away from 3 bundles\n")


def test_a_lost_namespace_is_exit_code_1_with_where_and_what_to_do(
    tmp_path: Path, stands: Path, blueprint: Path
) -> None:
    new = _broken(tmp_path / "new", blueprint)
    result = run("delta", stands, new, "--blueprint", blueprint)
    assert result.exit_code == 1
    assert result.stdout == (
        "use1-z service-sessions: Namespace sessions: would no longer be in the bundle; everything in it would go along"
        " (remove)\n1 of 3 bundles are refused; if this is meant, say so in exceptions/<id>.yaml, object by object: "
        "docs/runbooks/removal.md\n"
    )
    shown = json.loads(run("delta", stands, new, "--blueprint", blueprint, "--json").stdout)
    assert shown == {
        "compared": 3,
        "refused": [
            {
                "cell": "use1-z",
                "channel": "service-sessions",
                "action": "remove",
                "resources": ["Namespace sessions"],
                "why": "would no longer be in the bundle; everything in it would go along",
            }
        ],
    }


def test_a_file_below_exceptions_lets_it_pass_until_its_day_is_over(
    tmp_path: Path, stands: Path, blueprint: Path
) -> None:
    new = _broken(tmp_path / "new", blueprint)
    (blueprint / "exceptions").mkdir()
    (blueprint / "exceptions" / "retire-sessions.yaml").write_text(
        "action: remove\nresources: [Namespace sessions]\ncells: [use1-z]\n"
        'reason: replaced\nwho: platform@skyline.example\nuntil: "2026-12-01"\n'
    )
    on = [run("delta", stands, new, "--blueprint", blueprint, "--today", day) for day in ("2026-12-01", "2026-12-02")]
    assert [one.exit_code for one in on] == [0, 1]


def test_a_bundle_that_is_not_there_any_more_is_refused(tmp_path: Path, stands: Path, blueprint: Path) -> None:
    write_bundles(load(blueprint), tmp_path / "new")
    (tmp_path / "new" / "use1" / "z" / "services" / "sessions.yaml").unlink()
    result = run("delta", stands, tmp_path / "new", "--blueprint", blueprint)
    assert result.exit_code == 1
    assert "use1-z service-sessions: Bundle service-sessions: there would be no such bundle (remove)" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere holds no bundles; make them with `hypercell bundle --out nowhere`"),
        (["{old}", "{old}", "--cell", "use1-y"], "--cell use1-y: {old} holds no bundles of it; did you mean use1-z?"),
        (["{old}", "{old}", "--today", "soon"], "--today: 'soon' is no day of the calendar; write it as YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(
    stands: Path, blueprint: Path, arguments: list[str], said: str
) -> None:
    given = [one.format(old=stands) for one in arguments]
    result = run("delta", *given, "--blueprint", blueprint)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said.format(old=stands) + "\n")


def test_a_damaged_layout_is_no_empty_one(stands: Path, blueprint: Path) -> None:
    [index] = stands.glob("*/*/index.json")
    for blob in (index.parent / "blobs" / "sha256").iterdir():
        blob.write_bytes(b"")
    result = run("delta", stands, stands, "--blueprint", blueprint)
    assert result.exit_code == 2
    assert "is not what its digest says" in result.stderr


def test_a_draft_has_the_words_of_the_refusal_and_loads_when_it_is_filled_in(
    tmp_path: Path, stands: Path, blueprint: Path
) -> None:
    new = _broken(tmp_path / "new", blueprint)
    draft = run("delta", stands, new, "--blueprint", blueprint, "--draft")
    assert draft.exit_code == 1
    file = blueprint / "exceptions" / "retire-sessions.yaml"
    file.parent.mkdir()
    file.write_text(draft.stdout)
    with pytest.raises(FleetInvalid) as refused:
        load(blueprint)
    fields = [problem.field for problem in refused.value.problems]
    assert fields == [f"exceptions.retire-sessions.{field}" for field in ("reason", "who", "until")]
    filled = draft.stdout.replace('reason: ""', "reason: a").replace('who: ""', "who: b")
    file.write_text(filled.replace('until: ""', 'until: "2026-12-01"'))
    assert run("delta", stands, new, "--blueprint", blueprint, "--today", "2026-12-01").exit_code == 0
