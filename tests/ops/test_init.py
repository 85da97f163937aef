"""`hypercell init`: five answers, a folder that deploys, and nothing at all when something goes wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fleet import prefixlists
from fleet.load import load
from ops import init
from ops.cli import app
from ops.init import Answers, BadAnswer, answers, check, files, write

ANSWERS = Answers("acme", "acme.com", "eu-west-3", "123456789012", "night@acme.com")
GIVEN = ["--fleet", "acme", "--domain", "acme.com", "--region", "eu-west-3", "--account", "123456789012"]


def run(*arguments: str, typed: str | None = None):
    return CliRunner().invoke(app, ["init", *arguments], input=typed)


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("region", init.usable())
def test_what_it_writes_is_a_fleet_in_every_region(tmp_path, region):
    write(tmp_path / "acme", Answers("acme", "acme.com", region, "123456789012", "night@acme.com"))
    fleet = load(tmp_path / "acme")
    assert list(fleet.regions) == [region]
    assert set(fleet.accounts.values()) == {"123456789012"}
    assert {team.oncall for team in fleet.teams.values()} == {"night@acme.com"}
    assert fleet.edge.control_region != region


def test_regions_it_offers_have_every_id_that_stacks_need():
    assert len(init.usable()) > 16
    assert all(prefixlists.knows(region) for region in init.usable())


def test_nothing_of_the_blueprint_it_came_from_remains(tmp_path):
    write(tmp_path / "acme", ANSWERS)
    text = "\n".join(file.read_text() for file in (tmp_path / "acme").rglob("*.yaml"))
    assert not re.findall(r"skyline|us-east-1|use1|111111111111|222222222222|333333333331|bookings-us", text)
    assert "market: eu" in text
    assert "bookings-eu" in text


def test_the_digests_of_another_companys_mirror_are_not_handed_on():
    chosen = Answers("acme", "acme.example", "us-east-1", "123456789012", "ops@acme.example")
    assert "mirror.yaml" not in files(chosen, "schemas")


def test_a_region_without_dsql_gets_no_database(tmp_path):
    write(tmp_path / "acme", Answers("acme", "acme.com", "eu-south-1", "123456789012", "night@acme.com"))
    fleet = load(tmp_path / "acme")
    assert fleet.databases == {}
    assert [service.database for service in fleet.services.values()] == [None, None]


def test_an_answer_is_not_touched_by_the_next_one(tmp_path):
    chosen = Answers("skyline", "skyline.example", "us-east-1", "333333333331", "oncall@skyline.example")
    for path, text in files(chosen, "../../schemas").items():
        asked = (init.DAY_ONE / path).read_text()
        for alias in ("1" * 12, "2" * 12):
            asked = asked.replace(alias, chosen.account)
        for team in ("platform", "flights"):
            asked = asked.replace(f"{team}@skyline", "oncall@skyline")
        assert text == asked


def test_the_schemas_are_found_from_the_folder(tmp_path):
    write(tmp_path / "a" / "b", ANSWERS)
    for file in (tmp_path / "a" / "b").rglob("*.yaml"):
        named = file.read_text().partition("\n")[0].partition("$schema=")[2]
        assert (file.parent / named).resolve().is_file()


def test_five_questions_are_asked_and_a_wrong_answer_is_asked_for_again(tmp_path):
    typed = "Acme\nacme\nacme.com\nmars-east-1\neu-west-3\n12\n123456789012\nnobody\nnight@acme.com\n"
    result = run(str(tmp_path / "acme"), typed=typed)
    assert result.exit_code == 0, result.output
    assert "'Acme' is no fleet; write it like acme" in result.stderr
    assert "'mars-east-1' is no region that a fleet can start in; use one of af-south-1" in result.stderr
    assert "'12' is no account; write it like 123456789012: 12 digits" in result.stderr
    assert load(tmp_path / "acme").name == "acme"


def test_a_script_answers_by_flags(tmp_path):
    result = run(str(tmp_path / "acme"), *GIVEN, "--oncall", "night@acme.com", "--yes")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == f"  hypercell validate --blueprint {tmp_path}/acme"
    assert load(tmp_path / "acme").domain == "acme.com"


def test_an_account_has_no_default(tmp_path):
    result = run(str(tmp_path / "acme"), "--yes")
    assert result.exit_code == 2
    assert result.stderr == "--account is missing; aws account id (12 digits) has no default\n"
    assert everything(tmp_path) == []


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("fleet", "a"),
        ("fleet", "a-very-long-name"),
        ("fleet", "1st"),
        ("domain", "acme"),
        ("domain", "acme.com/x"),
        ("region", "us-west-1"),
        ("region", "ap-south-2"),
        ("account", "12345678901a"),
        ("oncall", "night@acme"),
        ("oncall", "a{b}: c@acme.com"),
    ],
)
def test_an_answer_that_no_fleet_can_be_made_of_is_refused(field, answer):
    with pytest.raises(BadAnswer, match=re.escape(repr(answer))):
        check(field, answer)


def test_defaults_follow_from_what_was_answered_before():
    assert answers({"account": "123456789012", "fleet": "nest"}, None) == Answers(
        "nest", "nest.example", "us-east-1", "123456789012", "oncall@nest.example"
    )


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("precious")
    result = run(str(tmp_path), *GIVEN, "--yes")
    assert result.exit_code == 2
    assert result.stderr == f"{tmp_path} is not empty; choose another folder, or empty it\n"
    assert everything(tmp_path) == ["mine"]


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "acme").write_text("precious")
    result = run(str(tmp_path / "acme"), *GIVEN, "--yes")
    assert result.exit_code == 2
    assert (tmp_path / "acme").read_text() == "precious"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "acme").mkdir()
    assert run(str(tmp_path / "acme"), *GIVEN, "--yes").exit_code == 0
    assert load(tmp_path / "acme").name == "acme"


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    result = run(str(tmp_path / "file" / "acme"), *GIVEN, "--yes")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert everything(tmp_path) == ["file"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_whatever_stops_it_nothing_is_left_behind(tmp_path, monkeypatch, stop):
    written = Path.write_text
    monkeypatch.setattr(Path, "write_text", _stops_at(written, "placements.yaml", stop))
    with pytest.raises(KeyboardInterrupt if stop is KeyboardInterrupt else OSError):
        write(tmp_path / "deep" / "acme", ANSWERS)
    assert everything(tmp_path) == []


def _stops_at(written, name, stop):
    def write_text(file: Path, *arguments, **options):
        if file.name == name:
            raise stop
        return written(file, *arguments, **options)

    return write_text


def test_ctrl_c_at_a_question_writes_nothing(tmp_path):
    result = run(str(tmp_path / "acme"), typed="acme\n")
    assert result.exit_code != 0
    assert everything(tmp_path) == []


def test_a_broken_template_leaves_nothing_behind(tmp_path, monkeypatch):
    shutil.copytree(init.DAY_ONE, tmp_path / "template")
    (tmp_path / "template" / "placements.yaml").unlink()
    monkeypatch.setattr(init, "DAY_ONE", tmp_path / "template")
    result = run(str(tmp_path / "acme"), *GIVEN, "--yes")
    assert result.exit_code == 2
    assert not (tmp_path / "acme").exists()
