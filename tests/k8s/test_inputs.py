"""What decides whether a bundle is made anew: never too little, and not much too much."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from fleet.load import read_folder
from fleet.model import Fleet
from k8s import inputs
from k8s.bundling import Job, jobs

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
Step = str | int
Jobs = dict[tuple[str, str], Job]
"""Cell and channel to what a run has to do there."""


def planned(tree: dict[str, Any]) -> Jobs:
    fleet = Fleet.model_validate(tree)
    return {(job.cell.name, job.channel): job for job in jobs(fleet, fleet.cells)}


def kept(before: Jobs, after: Jobs) -> set[tuple[str, str]]:
    """Bundles that a run would not make again."""
    return {one for one in before.keys() & after.keys() if before[one].inputs == after[one].inputs}


def stale(before: Jobs, after: Jobs) -> set[tuple[str, str]]:
    """Bundles that a run would keep although they have changed."""
    return {one for one in kept(before, after) if before[one].files() != after[one].files()}


def leaves(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        yield path
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path


OTHER_WORDS = {
    "1.35": "1.34", "karpenter": "auto-mode", "sidecar": "none", "instances": "gateway", "interface": "gateway",
    "active": "draining", "production": "staging", "linked": "pending", "partners": "none", "cpu": "memory",
    "gold": "silver", "bucket": "cells", "al2023@v20261105": "al2023@v20260101", "gateway": "interface",
}  # fmt: skip


def changed(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return type(value)(value + 1)
    if isinstance(value, list):
        return value[:-1]
    if value in OTHER_WORDS:
        return OTHER_WORDS[value]
    digits = [place for place, letter in enumerate(value) if letter.isdigit()]
    if digits:
        last = digits[-1]
        return f"{value[:last]}{(int(value[last]) + 1) % 10}{value[last + 1 :]}"
    return f"{value}x"


def with_change(tree: dict[str, Any], path: tuple[Step, ...]) -> dict[str, Any]:
    edited = copy.deepcopy(tree)
    part: Any = edited
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = changed(part[path[-1]])
    return edited


@pytest.mark.parametrize(("name", "lines"), [("day-one", 80), ("growth", 150)])
def test_no_line_of_any_file_can_change_a_bundle_that_would_be_kept(name: str, lines: int) -> None:
    tree = read_folder(BLUEPRINTS / name).tree
    before, tried, of_teams = planned(tree), 0, 0
    for path in leaves(tree):
        try:
            after = planned(with_change(tree, path))
        except (ValidationError, KeyError, IndexError, ValueError):
            continue  # no fleet, so no bundle
        tried += 1
        of_teams += 0 < len(kept(before, after)) < len(before)
        assert stale(before, after) == set(), path
    assert tried > lines
    assert of_teams > lines // 20, "hardly a line was of some bundles only"


@pytest.mark.parametrize(
    "edit",
    [
        lambda tree: tree["services"]["egressor"].update(calls=["sessions"]),
        lambda tree: tree["services"]["sessions"].update(calls=[]),
        lambda tree: tree["services"]["sessions"].update(routes=[]),
        lambda tree: tree["services"]["egressor"].update(database="bookings", caches={"c": {}}, tables={"t": {"key": "k"}}),
        lambda tree: tree["placements"]["us-east-1"].update(egressor=["a"]),
        lambda tree: tree["placements"]["us-east-1"].pop("egressor"),
        lambda tree: tree["owners"].update(egressor="platform"),
        lambda tree: (tree["services"].pop("egressor"), tree["services"]["quote-retrieval"].update(calls=[])),
        lambda tree: tree["services"].update({"new": {**tree["services"]["egressor"], "calls": ["sessions"]}})
        or tree["images"].update(new=tree["images"]["egressor"])
        or tree["placements"]["us-east-1"].update(new=["a", "b"]),
    ],
    ids=["calls", "calls-no-more", "routes", "data", "moved", "gone", "team", "removed", "new"],
)  # fmt: skip
def test_what_services_are_to_each_other_is_an_input(edit: Any) -> None:
    tree = read_folder(BLUEPRINTS / "growth").tree
    before = planned(tree)
    edited = copy.deepcopy(tree)
    edit(edited)
    after = planned(edited)
    assert stale(before, after) == set()
    assert {one: job.files() for one, job in after.items()} != {one: job.files() for one, job in before.items()}


def anew(edit: Any, name: str = "hypergrowth") -> set[tuple[str, str]]:
    """Bundles that a run after an edit makes anew."""
    tree = read_folder(BLUEPRINTS / name).tree
    before = planned(tree)
    edit(tree)
    after = planned(tree)
    return before.keys() & after.keys() - kept(before, after)


def test_a_release_makes_the_bundles_of_its_service_anew_and_no_other() -> None:
    again = anew(lambda tree: tree["images"]["egressor"].update(digest=f"sha256:{'0' * 64}"))
    assert {channel for _, channel in again} == {"service-egressor"}


def test_a_service_that_changes_makes_its_neighbours_anew_and_no_stranger() -> None:
    again = anew(lambda tree: tree["services"]["egressor"]["demand"].update(rps=50_000))
    assert {channel for _, channel in again} == {"platform", "service-egressor", "service-quote-retrieval"}


def test_other_code_makes_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = read_folder(BLUEPRINTS / "day-one").tree
    before = planned(tree)
    monkeypatch.setattr(inputs, "code", lambda: "another")
    assert kept(before, planned(tree)) == set()


def test_the_code_is_every_file_that_manifests_follow_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in ("fleet/names/cells.py", "fleet/tables/spot.json", "k8s/service.py", "ops/cli.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("one")
    monkeypatch.setattr(inputs, "__file__", str(tmp_path / "k8s" / "inputs.py"))
    seen = [inputs.code.__wrapped__()]
    for file in ("fleet/names/cells.py", "fleet/tables/spot.json", "k8s/service.py"):
        (tmp_path / file).write_text("two")
        seen.append(inputs.code.__wrapped__())
    assert len(set(seen)) == 4
    (tmp_path / "ops" / "cli.py").write_text("two")
    assert inputs.code.__wrapped__() == seen[-1]


def test_an_exception_makes_nothing_anew() -> None:
    """What it lets pass is a matter of the gate: bundles made before it are as good as those made after."""
    said = {"action": "remove", "resources": ["Namespace a"], "cells": ["use1-a"], "until": "2026-12-01"}
    assert anew(lambda tree: tree["exceptions"].update(a={**said, "reason": "b", "who": "c"})) == set()
