"""Reports of real fleets: the hypergrowth blueprint with a new add-on, without a cell; day one against growth."""

from __future__ import annotations

import copy
import io
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest
from rich.console import Console

from ops.diff import machine, markdown, text
from ops.diff.page import page
from ops.guard.judge import judge
from ops.guard.report import Report, Verdict
from ops.guard.snapshot import Snapshot
from tests.ops.diff.test_page import Read

pytestmark = pytest.mark.whole
SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / machine.FILE).read_text(encoding="utf-8"))
TODAY = date(2026, 11, 25)


def with_a_new_addon(base: Snapshot) -> Snapshot:
    stacks = {}
    for name, stack in base.stacks.items():
        template = copy.deepcopy(dict(stack.template))
        for one in template["Resources"].values():
            if one["Type"] == "AWS::EKS::Addon" and one["Properties"]["AddonName"] == "vpc-cni":
                one["Properties"]["AddonVersion"] = "v1.99.0-eksbuild.1"
        stacks[name] = replace(stack, template=template)
    return replace(base, origin="with a new add-on", stacks=stacks)


def without_a_cell(base: Snapshot) -> Snapshot:
    gone = {name for name, stack in base.record.stacks.items() if stack.cell == "usw2-f"}
    record = base.record.model_copy(
        update={
            "cells": {name: one for name, one in base.record.cells.items() if name != "usw2-f"},
            "stacks": {name: one for name, one in base.record.stacks.items() if name not in gone},
        }
    )
    return replace(
        base,
        origin="without a cell",
        record=record,
        stacks={name: one for name, one in base.stacks.items() if name not in gone},
        bundles={key: one for key, one in base.bundles.items() if key[0] != "usw2-f"},
    )


@pytest.fixture(scope="module")
def compared(snapshot_of):
    """Name to base, head and report."""
    base = snapshot_of("hypergrowth")
    sides = {
        "addon": (base, with_a_new_addon(base)),
        "cell": (base, without_a_cell(base)),
        "growth": (snapshot_of("day-one"), snapshot_of("growth")),
    }
    return {name: (old, new, judge(old, new, now=TODAY)) for name, (old, new) in sides.items()}


def printed(old: Snapshot, new: Snapshot, report: Report, width: int = 100) -> str:
    file = io.StringIO()
    text.show(report, Console(file=file, width=width, highlight=False), new.record, old.record)
    return file.getvalue()


def test_a_new_addon_is_one_line_and_a_wave_a_cell(compared):
    old, new, report = compared["addon"]
    said = printed(old, new, report)
    assert report.verdict is Verdict.ROLLOUT
    assert said.startswith("ALLOWED WITH ROLL-OUT, in 24 waves")
    assert re.search(r"24 cells: update AWS::EKS::Addon \w*VpcCni\w* \(Properties.AddonVersion\)", said)


def test_a_cell_that_is_gone_is_on_the_map_and_its_stacks_are_counted(compared):
    old, new, report = compared["cell"]
    said = re.sub(r"\s+", " ", printed(old, new, report))
    assert report.verdict is Verdict.REFUSED
    assert re.search(r"usw2-f: delete [\d,]+ resources of the ending stack: ", said)
    assert "usw2-f: orphan AWS::EKS::Cluster" in said
    assert re.search(
        r" usw2-f gone .{0,20}: delete, [\d,]+ changes of its own, refused", Read(html(old, new, report)).text
    )


def html(old: Snapshot, new: Snapshot, report: Report) -> str:
    return page(report, new.record, old.record)


@pytest.mark.parametrize("name", ["addon", "cell", "growth"])
def test_every_form_holds_what_is_real(compared, name: str):
    old, new, report = compared[name]
    jsonschema_rs.validator_for(SCHEMA).validate(json.loads(machine.text(report)))
    assert len(markdown.comment(report, new.record, old.record)) < markdown.MOST
    read = Read(html(old, new, report))
    assert read.open == []
    if name == "addon":
        assert {change.name for change in report.changes} <= set(read.texts)
    for width in (80, 160):
        assert max(map(len, printed(old, new, report, width).splitlines())) <= width


def test_what_a_reader_scrolls_through_stays_short(compared):
    """Two pages for what goes, not thousands of lines for what does not."""
    lines = {name: len(printed(*one).splitlines()) for name, one in compared.items()}
    changes = {name: len(report.changes) for name, (_, _, report) in compared.items()}
    assert lines["addon"] < 45
    assert lines["growth"] < changes["growth"] / 3
    assert lines["cell"] < changes["cell"] / 3
