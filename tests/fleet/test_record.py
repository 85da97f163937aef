"""A record holds what a later change must know, and survives being written and read by other versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleet import tombstone
from fleet.load import load
from fleet.phases import every_stack
from fleet.record import Record, record

PROJECT = Path(__file__).parents[2]
BLUEPRINTS = sorted(path.name for path in (PROJECT / "blueprints").iterdir() if (path / "fleet.yaml").exists())


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_a_record_reads_back_as_it_was_written(blueprint: str) -> None:
    written = record(load(PROJECT / "blueprints" / blueprint))
    assert Record.model_validate_json(written.model_dump_json()) == written


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_the_parts_of_the_traffic_are_a_whole(blueprint: str) -> None:
    weights = record(load(PROJECT / "blueprints" / blueprint)).weights
    assert sum(weights.values()) == pytest.approx(1)


def test_every_stack_knows_its_cell_and_its_region() -> None:
    fleet = load(PROJECT / "blueprints/hypergrowth")
    stacks = record(fleet).stacks
    assert stacks.keys() == {plan.name for plan in every_stack(fleet)}
    for cell in fleet.cells:
        own = [name for name, stack in stacks.items() if stack.cell == cell.name]
        assert len(own) == 2
        assert {stacks[name].home for name in own} == {cell.region.name}


def test_a_field_of_a_later_version_is_left_alone() -> None:
    written = json.loads(record(load(PROJECT / "blueprints/day-one")).model_dump_json())
    assert Record.model_validate(written | {"moons": 3}).fleet == written["fleet"]


def test_a_cell_without_weight_carries_nothing_and_the_others_its_part() -> None:
    one = record(load(PROJECT / "blueprints/hypergrowth"))
    silent = next(name for name, cell in one.cells.items() if cell.weight)
    cells = one.cells | {silent: one.cells[silent].model_copy(update={"weight": 0})}
    weights = one.model_copy(update={"cells": cells}).weights
    assert weights[silent] == 0
    assert sum(weights.values()) == pytest.approx(1)


def test_a_tombstone_names_the_cell_that_was() -> None:
    assert tombstone.cell("us-east-1/z") == "use1-z"
