"""From day one to hypergrowth: steps that the guard lets pass, and no stateful resource is replaced or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from fleet import road
from fleet.load import load, load_with_warnings
from ops.guard.change import Action
from ops.guard.judge import judge
from ops.guard.report import Verdict
from tests.road.walk import TODAY, Stand, Walked, homes_of, lines, stand, walk

PROJECT = Path(__file__).parents[2]
BLUEPRINTS = PROJECT / "blueprints"
STEPS = road.steps(BLUEPRINTS / "road")
ACCEPTED = Path(__file__).with_name("road.txt")
"""What each change touches. It also says what has to be synthesized: what it leaves out is found where a stage arrives."""


@pytest.fixture(scope="module")
def walked(tmp_path_factory, request) -> tuple[list[Walked], dict[str, Stand]]:
    """Every change, and what stands at the end of each stage."""
    everything = request.config.getoption("--accept-goldens") or not ACCEPTED.exists()
    homes = None if everything else homes_of(ACCEPTED.read_text("utf-8"))
    found, arrived = [], {}
    for one in walk(BLUEPRINTS, tmp_path_factory.mktemp("road"), homes):
        if isinstance(one, Walked):
            found.append(one)
        else:
            arrived[one[0]] = one[1]
    return found, arrived


def walked_files() -> Iterator[tuple[str, road.Step, dict[str, object]]]:
    said = road.files(BLUEPRINTS / "day-one")
    for step in STEPS:
        for number, change in step.numbered:
            said = road.changed(said, change)
            yield number, step, said


def test_steps_are_numbered_one_after_the_other_and_say_why():
    assert [step.number for step in STEPS] == list(range(1, len(STEPS) + 1))
    assert all(step.why and step.changes for step in STEPS)


def test_every_change_leaves_a_fleet_that_breaks_no_rule(tmp_path):
    for number, _step, said in walked_files():
        road.write(said, tmp_path / number)
        load_with_warnings(tmp_path / number)


@pytest.mark.parametrize("stage", ["growth", "hypergrowth"])
def test_the_steps_arrive_at_the_files_of_the_stage(stage):
    *_, last = (said for _number, step, said in walked_files() if step.arrives == stage)
    assert last == road.files(BLUEPRINTS / stage)


def test_a_change_merges_mappings_replaces_the_rest_and_takes_away_what_is_nothing():
    before = {"f": {"a": {"b": 1, "c": [1, 2]}, "d": 4}}
    assert road.changed(before, {"f": {"a": {"b": None, "c": [3]}, "e": {"g": 5}}}) == {
        "f": {"a": {"c": [3]}, "d": 4, "e": {"g": 5}}
    }
    assert before["f"] == {"a": {"b": 1, "c": [1, 2]}, "d": 4}


@pytest.mark.whole
def test_the_guard_lets_every_change_pass_with_nothing_signed_but_what_the_step_names(walked):
    found, _ = walked
    refused = {
        one.number: [f"{reason.rule} {reason.where}: {reason.what}" for reason in one.report.reasons]
        for one in found
        if one.report.verdict not in (Verdict.ALLOWED, Verdict.ROLLOUT)
    }
    assert refused == {}


@pytest.mark.whole
def test_no_stateful_resource_is_replaced_or_deleted_but_with_its_whole_cell(walked):
    found, _ = walked
    gone = {
        change.path
        for one in found
        for change in one.report.changes
        if change.stateful and change.action in (Action.REPLACE, Action.MAY_REPLACE, Action.DELETE)
    }
    # The doors of the cell that was drained, retired and buried.
    assert {path.rpartition("/")[0] for path in gone} <= {"skyline-use1-z-cell"}


@pytest.mark.whole
def test_no_exception_is_written_for_nothing(walked):
    found, _ = walked
    for step in STEPS:
        signed = {path for one in found if one.step == step for _action, path in one.signed}
        for sign in step.signs:
            for pattern in sign.of:
                assert any(fnmatchcase(path, pattern) for path in signed), f"{step.number}: {pattern}"


@pytest.mark.whole
@pytest.mark.parametrize("stage", ["growth", "hypergrowth"])
def test_no_change_touched_what_the_accepted_file_leaves_out(walked, stage, tmp_path):
    """What stands at the end of a stage, put together change by change, is what its files make as a whole."""
    arrived = walked[1][stage]
    made = stand(arrived.snapshot.fleet, tmp_path)
    assert arrived.templates == made.templates
    assert arrived.manifests == made.manifests


@pytest.mark.whole
def test_each_change_touches_what_was_accepted(walked, request):
    text = "\n".join(line for one in walked[0] for line in lines(one)) + "\n"
    if request.config.getoption("--accept-goldens"):
        ACCEPTED.write_text(text, encoding="utf-8")
    assert text == ACCEPTED.read_text("utf-8"), "`make goldens` accepts what is; review its diff"


@pytest.mark.whole
def test_a_change_that_leaves_out_a_step_is_refused(tmp_path):
    """The same guard refuses the way that is shorter: Karpenter cells with weight, in one go."""
    base, head = load(BLUEPRINTS / "day-one"), load(BLUEPRINTS / "growth")
    before = stand(base, tmp_path / "base")
    after = stand(head, tmp_path / "head", before)
    report = judge(before.snapshot, after.snapshot, now=TODAY)
    assert report.verdict is Verdict.REFUSED
    assert {"state", "stateful"} <= {reason.rule for reason in report.reasons}
