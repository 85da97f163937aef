"""A report for programs: what the committed schema says, and the same text for the same report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from ops.diff import machine
from ops.guard.change import Action
from ops.guard.report import Report, Verdict
from tests.ops.diff import reports

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / machine.FILE).read_text(encoding="utf-8"))


def printed(report: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(machine.text(report))
    return read


@pytest.mark.parametrize("name", reports.SAMPLES)
def test_it_is_what_the_schema_says(name: str):
    jsonschema_rs.validator_for(SCHEMA).validate(printed(reports.SAMPLES[name]()))


def test_the_schema_asks_for_every_field_and_says_what_it_is():
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    for part in parts:
        assert set(part["required"]) == set(part["properties"])
    for part in parts:
        for name, field in part["properties"].items():
            assert "description" in field or "$ref" in {**field, **field.get("items", {})}, name


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_exit_code_and_says_whether_a_rollout_is_required(verdict: Verdict):
    read = printed(reports.report(verdict=verdict))
    assert read["verdict"] == verdict.value
    assert read["exit_code"] == {"refused": 1, "undecided": 2}.get(verdict.value, 0)
    assert read["rollout"] == ("required" if verdict is Verdict.ROLLOUT else "not needed")


@pytest.mark.parametrize("action", Action)
def test_every_action_is_a_word_of_the_schema(action: Action):
    change = reports.addon("use1-a")
    read = printed(reports.report(type(change)(action, change.home, change.name, change.type)))
    jsonschema_rs.validator_for(SCHEMA).validate(read)


def test_every_change_stands_alone_with_its_radius():
    read = printed(reports.rolling())
    assert [one["path"] for one in read["changes"]] == [reports.addon(cell).path for cell in reports.cells()]
    assert read["changes"][3]["radius"]["cells"] == ["use1-d"]
    assert read["changes"][3]["radius"]["share"] == pytest.approx(1 / 24, abs=1e-6)
    assert printed(reports.calm())["changes"][0]["radius"] is None


def test_sets_are_sorted_so_that_the_same_report_is_the_same_text():
    read = printed(reports.refused())
    for radius in (read["radius"], *(one["radius"] for one in read["changes"] if one["radius"])):
        for part in ("cells", "zones", "regions"):
            assert radius[part] == sorted(radius[part])


def test_names_stand_as_they_are():
    assert printed(reports.hostile())["exceptions"] == [{"id": reports.HOSTILE, "path": reports.HOSTILE}]
