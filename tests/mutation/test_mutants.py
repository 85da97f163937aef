"""A slice of `make mutants`: of each class of mutant some, judged by the guard as it is and by one with a rule off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from benchmarks.mutation.mutant import Canon, Mutant, applied
from benchmarks.mutation.oracle import DANGEROUS
from benchmarks.mutation.run import Result, by_kind, every_mutant, refuses, run
from ops.diff.folder import read
from ops.guard import edited, endings, wipes
from ops.guard.snapshot import Snapshot
from tests.conftest import BLUEPRINTS

EVERY = 40
"""One of so many groups; `make mutants` judges them all."""


@pytest.fixture(scope="module")
def base(whole: Callable[[str], Any]) -> Snapshot:
    return read(whole("hypergrowth").templates, blueprint=BLUEPRINTS / "hypergrowth")


@pytest.fixture(scope="module")
def groups(base: Snapshot) -> dict[str, list[Mutant]]:
    return every_mutant(base)


@pytest.fixture(scope="module")
def some(groups: dict[str, list[Mutant]]) -> Callable[[str | None], dict[str, list[Mutant]]]:
    """Groups of a class, a part of them."""

    @cache
    def of(kills: str | None) -> dict[str, list[Mutant]]:
        mine = [(key, found) for key, found in groups.items() if found[0].kills == kills]
        return dict(mine[:: min(EVERY, max(1, len(mine) // 3))])

    return of


def left(result: Result) -> list[str]:
    return [" ".join(map(str, row)) for row in by_kind(result.survivors)]


@pytest.mark.whole
@pytest.mark.parametrize("kills", DANGEROUS)
def test_no_mutant_of_a_dangerous_class_survives(base, some, kills):
    chosen = some(kills)
    assert len(chosen) >= 3
    assert left(run(base, chosen, processes=1)) == []


@pytest.mark.whole
def test_a_fleet_without_a_mutant_is_let_pass(base):
    """A guard that refuses everything would kill every mutant too."""
    assert not refuses(base, replace(base, origin="again"))


@pytest.mark.whole
def test_most_of_what_kills_nothing_may_go(base, groups):
    """Neither would one do that refuses whatever is edited: tags, descriptions and the like pass."""
    stack = next(one for one in base.stacks.values() if base.record.stacks[one.name].kind == "cell")
    name, body = next((k, b) for k, b in stack.resources.items() if b["Type"] == "AWS::CloudWatch::Alarm")
    after = {**body, "Properties": {**body["Properties"], "AlarmDescription": "says more"}}
    one = Mutant((stack.name,), "cell", name, body["Type"], "describe", None, body, {name: after})
    assert not refuses(base, applied(base, one))


RULES = {
    "endings": (endings, "objections", ("state", "cell", "traffic", "guard")),
    "edited": (edited, "objections", ("rights", "guard")),
    "wipes": (wipes, "reasons", ("namespace",)),
}


@pytest.mark.whole
@pytest.mark.parametrize("rule", RULES)
def test_a_guard_without_one_of_its_rules_has_survivors(base, some, monkeypatch, rule):
    """So the harness can fail."""
    module, function, classes = RULES[rule]
    monkeypatch.setattr(module, function, lambda *_arguments, **_more: iter(()))
    for kills in classes:
        assert left(run(base, some(kills), processes=1)), kills


@pytest.mark.whole
def test_one_of_a_group_stands_for_the_others(base, groups):
    """The last of a group comes to the same as the first, which alone is judged."""
    large = [found for found in groups.values() if len(found) > 3][:: len(groups) // 12]
    assert len(large) > 5
    for found in large:
        assert refuses(base, applied(base, found[0])) == refuses(base, applied(base, found[-1])), found[0].shown


@pytest.mark.whole
def test_names_of_cells_regions_and_zones_are_alike_and_nothing_else_is(base):
    canon = Canon(base.record)
    assert canon.of("skyline-use1-a-cell", "use1-az1") == canon.of("skyline-euw1-f-cell", "euw1-az1")
    assert canon.of("use1-az1") != canon.of("use1-az2")
    assert canon.of("sessions") != canon.of("egressor")


@pytest.mark.whole
def test_a_mutant_is_in_one_place_and_the_rest_is_the_very_same(base, some):
    for found in list(some("state").values())[:5]:
        head = applied(base, found[0])
        different = [name for name, stack in head.stacks.items() if stack is not base.stacks[name]]
        assert different == list(found[0].home)
