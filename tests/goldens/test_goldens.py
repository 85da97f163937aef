"""What one canonical cell, one region, the edge and the data account hold, line by line; a cell's manifests whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fleet.load import load
from fleet.phases import every_stack
from tests.goldens.lines import lines
from tests.goldens.stacks import CELL, SERVICE, STACKS

HERE = Path(__file__).parent
FLEET = load(HERE.parents[1] / "blueprints" / "hypergrowth")

MANIFESTS = "manifests"


@pytest.mark.whole
@pytest.mark.parametrize(("folder", "stack"), [(folder, stack) for folder in STACKS for stack in STACKS[folder]])
def test_a_stack_holds_what_was_accepted(golden, whole, folder, stack):
    file = whole("hypergrowth").templates / f"{FLEET.name}-{stack}.template.json"
    golden(f"{folder}/{stack}.txt", lines(json.loads(file.read_text())))


@pytest.mark.whole
def test_a_cells_manifests_are_what_was_accepted(golden, whole):
    cell = FLEET.cell(CELL)
    bundle = whole("hypergrowth").bundles / cell.region.code / cell.key
    for file in [*sorted((bundle / "platform").iterdir()), bundle / "services" / f"{SERVICE}.yaml"]:
        golden(f"{MANIFESTS}/{file.parent.name}/{file.name}", file.read_text())


@pytest.mark.whole
def test_every_golden_file_is_compared(whole):
    cell = FLEET.cell(CELL)
    platform = whole("hypergrowth").bundles / cell.region.code / cell.key / "platform"
    wanted = {f"{folder}/{stack}.txt" for folder, stacks in STACKS.items() for stack in stacks}
    wanted |= {f"{MANIFESTS}/platform/{file.name}" for file in platform.iterdir()}
    wanted |= {f"{MANIFESTS}/services/{SERVICE}.yaml"}
    kept = {path.relative_to(HERE).as_posix() for path in HERE.glob("*/**/*") if path.suffix in (".txt", ".yaml")}
    assert kept == wanted


def test_every_kind_of_stack_has_a_golden_file():
    plans = {plan.name.removeprefix(f"{FLEET.name}-"): plan.kind for plan in every_stack(FLEET)}
    shown = {plans[stack] for stacks in STACKS.values() for stack in stacks}
    assert shown == set(plans.values())
