"""Whom an edit is about, and whether the fleet's own files explain it."""

from __future__ import annotations

import re

from fleet import traffic
from ops.guard.comparison import Comparison
from ops.guard.dependents import references
from ops.guard.named import text_of
from ops.guard.pieces import ABSENT, Edit, pieces


def cells_in(compared: Comparison, stack: str, piece: object) -> frozenset[str]:
    """Cells that a piece of a definition names, or refers to in its own stack."""
    named = compared.names.cells(text_of("", piece))
    for kind, target in references(piece):
        for side in (compared.base, compared.head):
            there = side.stacks.get(stack)
            if kind is None and there is not None and target in there.resources:
                named |= compared.names.cells(text_of(target, there.resources[target]))
    return named


def members(compared: Comparison) -> frozenset[str]:
    """Cells that what a region shares begins or ceases to count: they come, go, or get or lose their weight."""
    before, after = compared.base.record.cells, compared.head.record.cells
    turned = {key for key in before.keys() & after.keys() if bool(before[key].weight) != bool(after[key].weight)}
    return compared.joining | compared.leaving | compared.buried_cells | turned


def explained(compared: Comparison, stack: str, type_: str, edit: Edit) -> bool:
    """Whether an edit of a shared resource follows from the files: a member comes or goes, a service moves, a number
    is what the fleet's arithmetic makes it.
    """
    return (
        _membership(compared, stack, edit)
        or _of_services(compared, stack, edit)
        or of_buried(compared, edit)
        or _of_the_fleet(compared, stack, type_, edit)
    )


def _parts(edit: Edit) -> list[object]:
    if ABSENT in (edit.before, edit.after):
        return [edit.before if edit.went else edit.after]
    return [piece for _, piece in pieces(edit.before, edit.after)]


def _membership(compared: Comparison, stack: str, edit: Edit) -> bool:
    counted = members(compared)
    if not counted:
        return False
    found = [cells_in(compared, stack, part) for part in _parts(edit)]
    return bool(found) and all(cells and cells <= counted for cells in found)


def _of_services(compared: Comparison, stack: str, edit: Edit) -> bool:
    """A service that is placed in a cell, or leaves it, or is removed."""
    removed = {key.partition("/")[2].partition("/")[0] for key in compared.buried if key.startswith("services/")}
    moved = removed | set(compared.head.record.services.keys() - compared.base.record.services.keys())
    plan = compared.base.record.stacks.get(stack)
    if plan is not None and plan.cell is not None and plan.kind == "services":
        sides = [side.record.cells.get(plan.cell) for side in (compared.base, compared.head)]
        before, after = (frozenset(side.services) if side is not None else frozenset() for side in sides)
        moved |= before ^ after
    if not moved:
        return False
    found = [compared.names.services(text_of("", part)) for part in _parts(edit)]
    return bool(found) and all(services and services <= moved for services in found)


def buried_streams(compared: Comparison, text: str) -> bool:
    """Whether a text names streams, and only such as the change removes."""
    fleet = compared.base.record.fleet
    words = set(re.findall(rf"(?<![a-z0-9-]){fleet}-([a-z0-9-]+)", text)) & set(compared.base.record.streams)
    return bool(words) and all(f"streams/{word}" in compared.buried for word in words)


def of_buried(compared: Comparison, edit: Edit) -> bool:
    """Whether what goes is about streams that are removed."""
    return edit.went and bool(compared.buried) and buried_streams(compared, text_of("", edit.before))


def allows_more(edit: Edit) -> bool:
    """Whether an edit of a policy allows more and takes nothing away: like a creation, nobody notices it."""
    if "Statement" not in edit.path or edit.went:
        return False
    if edit.came and edit.path[-2] == "Statement":
        return isinstance(edit.after, dict) and edit.after.get("Effect") == "Allow"
    if edit.field not in ("Action", "Resource"):
        return False
    # Its statement may deny; a denial that grows is refused as such (`permissions`).
    return edit.came or (isinstance(edit.after, list) and edit.before in edit.after)


def _of_the_fleet(compared: Comparison, stack: str, type_: str, edit: Edit) -> bool:
    fleet, plan = compared.head.fleet, compared.head.record.stacks.get(stack)
    if fleet is None:
        return False
    if type_ == "AWS::SNS::Subscription" and edit.field == "Endpoint":
        return edit.after in [team.oncall for team in fleet.teams.values()]
    region = fleet.regions.get(plan.home) if plan is not None and plan.home is not None else None
    if type_ == "AWS::Route53::HealthCheck" and edit.field == "HealthThreshold" and region is not None:
        return bool(edit.after == traffic.threshold(region))
    return False
