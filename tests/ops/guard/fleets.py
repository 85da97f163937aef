"""Snapshots of the blueprints, and edits of them, for the judgement."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from fleet.record import Record
from ops.guard.change import Change
from ops.guard.comparison import Comparison
from ops.guard.judge import judge
from ops.guard.report import Reason, Report
from ops.guard.snapshot import Snapshot, digest

TODAY = date(2026, 11, 25)
Edit = Callable[[dict[str, Any]], None]


def edited(side: Snapshot, stack: str, edit: Edit) -> Snapshot:
    """With one template changed; `edit` gets its resources."""
    one = side.stacks[stack]
    template: dict[str, Any] = copy.deepcopy(dict(one.template))
    edit(template["Resources"])
    changed = replace(one, template=template, digest=digest(repr(template)))
    return replace(side, stacks={**side.stacks, stack: changed})


def recorded(side: Snapshot, edit: Edit) -> Snapshot:
    """With another record; `edit` gets its fields."""
    fields = side.record.model_dump()
    edit(fields)
    return replace(side, record=Record.model_validate(fields))


def signed(side: Snapshot, **exceptions: Any) -> Snapshot:
    """With exceptions in the fleet's files."""
    assert side.fleet is not None
    fleet = side.fleet.model_copy(update={"exceptions": exceptions})
    return replace(side, fleet=fleet)


def the(side: Snapshot, stack: str, type_: str, holding: str = "") -> str:
    """Logical id of the one resource of a type, whose definition holds a text."""
    [name] = [
        name
        for name, one in side.stacks[stack].resources.items()
        if one["Type"] == type_ and holding in f"{name} {one}"
    ]
    return name


def compared(base: Snapshot, head: Snapshot, *changes: Change) -> Comparison:
    return Comparison(base, head, changes)


def judged(base: Snapshot, head: Snapshot) -> Report:
    return judge(base, head, now=TODAY)


def rules(report: Report) -> list[tuple[str, str]]:
    """Rule and place of every reason, sorted."""
    return sorted((reason.rule, reason.where) for reason in report.reasons)


def said(reasons: tuple[Reason, ...], rule: str) -> str:
    """What the one reason of a rule says."""
    [reason] = [one for one in reasons if one.rule == rule]
    return reason.what
