"""The road, walked: each change synthesized on top of what stood, and judged by the guard."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from fleet import phases, road
from fleet.exemption import DEEDS, Exemption
from fleet.load import load
from fleet.model import Fleet
from fleet.record import record
from k8s.bundles import bundle_files
from ops.delta.objects import Files
from ops.guard.change import Action
from ops.guard.judge import judge
from ops.guard.report import Reason, Report
from ops.guard.snapshot import Snapshot, Stack, digest
from stacks.templates import write_templates

TODAY = date(2026, 11, 25)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Stand:
    """A fleet at one moment of the road: the texts, by which two are compared, and the snapshot."""

    snapshot: Snapshot
    templates: dict[str, str]
    manifests: dict[str, dict[str, str]]
    """Cell to path below its folder to text."""


@dataclass(frozen=True)
class Walked:
    """One change, judged."""

    number: str
    step: road.Step
    base: Snapshot
    head: Snapshot
    bare: Report
    """Without the step's exceptions."""
    report: Report
    """With them."""
    signed: tuple[tuple[str, str], ...] = field(default=())
    """Action and path of what exceptions let pass."""


def stand(fleet: Fleet, folder: Path, before: Stand | None = None, homes: Collection[str] | None = None) -> Stand:
    """A fleet, synthesized.

    Args:
        before: what stood; with `homes`, all else is taken from there.
        homes: stacks, and cells, that are synthesized beside the new ones; None: all of them.
    """
    plans = phases.every_stack(fleet)
    old = before.templates if before and homes is not None else {}
    fresh = tuple(plan for plan in plans if plan.name not in old or plan.name in (homes or ()))
    if fresh:
        write_templates(fleet, fresh, folder, judged=False)
    made = {plan.name for plan in fresh}
    templates = {
        plan.name: (folder / f"{plan.name}.template.json").read_text() if plan.name in made else old[plan.name]
        for plan in plans
    }
    known = before.manifests if before and homes is not None else {}
    manifests = {
        cell.name: bundle_files(cell) if cell.name not in known or cell.name in (homes or ()) else known[cell.name]
        for cell in fleet.cells
        if cell.stands
    }
    return Stand(_snapshot(fleet, templates, manifests, before), templates, manifests)


def _snapshot(
    fleet: Fleet, templates: dict[str, str], manifests: dict[str, dict[str, str]], before: Stand | None
) -> Snapshot:
    stacks = {}
    for plan in phases.every_stack(fleet):
        text = templates[plan.name]
        earlier = before.snapshot.stacks.get(plan.name) if before else None
        if earlier is not None and before is not None and before.templates[plan.name] == text:
            stacks[plan.name] = earlier
        else:
            stacks[plan.name] = Stack(plan.name, plan.account, plan.region, json.loads(text), digest(text))
    bundles: dict[tuple[str, str], Files] = {}
    for cell, files in manifests.items():
        if before is not None and before.manifests.get(cell) is files:
            bundles |= {key: one for key, one in before.snapshot.bundles.items() if key[0] == cell}
        else:
            bundles |= dict(_bundles(cell, files))
    return Snapshot("road", record(fleet), stacks, bundles, fleet)


def _bundles(cell: str, files: dict[str, str]) -> Iterator[tuple[tuple[str, str], Files]]:
    platform: dict[str, Any] = {}
    for path, text in files.items():
        folder, _, name = path.partition("/")
        objects = [one for one in yaml.load_all(text, LOADER) if one]
        if folder == "platform":
            platform[name.removesuffix(".yaml")] = objects
        else:
            yield (cell, f"service-{name.removesuffix('.yaml')}"), {name.removesuffix(".yaml"): objects}
    yield (cell, "platform"), platform


def walk(
    blueprints: Path, folder: Path, homes: dict[str, Collection[str]] | None
) -> Iterator[Walked | tuple[str, Stand]]:
    """Every change of the road, and each blueprint that it arrives at with what stands there then.

    Args:
        homes: number of a change to the stacks and cells that are synthesized anew; None: everything, always.
    """
    said = road.files(blueprints / "day-one")
    road.write(said, folder / "0")
    before = stand(load(folder / "0"), folder / "0" / "cdk.out")
    for step in road.steps(blueprints / "road"):
        for number, change in step.numbered:
            said = road.changed(said, change)
            road.write(said, folder / number)
            fleet = load(folder / number)
            after = stand(fleet, folder / number / "cdk.out", before, None if homes is None else homes.get(number, ()))
            yield _judged(number, step, before.snapshot, after.snapshot)
            before = after
        if step.arrives:
            yield step.arrives, before


def _judged(number: str, step: road.Step, base: Snapshot, head: Snapshot) -> Walked:
    bare = judge(base, head, now=TODAY)
    exceptions = {f"{number}-{place}": one for place, one in enumerate(_signed(bare, step, base), 1)}
    if not exceptions or head.fleet is None:
        return Walked(number, step, base, head, bare, bare)
    signing = replace(head, fleet=head.fleet.model_copy(update={"exceptions": exceptions}))
    report = judge(base, signing, now=TODAY)
    actions = {key: one.action for key, one in exceptions.items()}
    signed = tuple(sorted((actions[key], path) for key, path in report.exempted))
    return Walked(number, step, base, head, bare, report, signed)


def _signed(bare: Report, step: road.Step, base: Snapshot) -> Iterator[Exemption]:
    """The exceptions that somebody would write for what is refused, name by name."""
    for sign in step.signs:
        for reason in bare.reasons:
            if any(fnmatchcase(reason.where, pattern) for pattern in sign.of) and _action(reason) == sign.action:
                yield Exemption.model_validate(
                    {
                        "action": sign.action,
                        **_of(reason.where, sign.action, base),
                        "reason": sign.reason,
                        "who": "platform@skyline.example",
                        "until": "2026-12-24",
                    }
                )


def _action(reason: Reason) -> str:
    """What an exception would have to say, as the refusal has it."""
    said = reason.remedy.partition("action: ")[2].partition(",")[0]
    return said or reason.what.rpartition("(")[2].rstrip(")")


def _of(where: str, action: str, base: Snapshot) -> dict[str, Any]:
    home, _, name = where.partition("/")
    if action in DEEDS:
        return {"resources": [where], "base": {home: base.stacks[home].digest}}
    return {"resources": [name.partition("/")[2]], "cells": [home]}


def lines(one: Walked) -> Iterator[str]:
    """What a change does, for people: by stack and bundle, and by name where something ends."""
    report = one.report
    cells = len(report.radius.cells)
    yield f"{one.number} {one.step.title}: {report.verdict}; cells: {cells}, traffic: {report.radius.share:.0%}"
    homes: dict[str, Counter[str]] = {}
    for change in report.changes:
        homes.setdefault(change.home, Counter())[str(change.action)] += 1
    new = [home for home, found in homes.items() if set(found) == {"create"} and not _stood(one.base, home)]
    for home in sorted(homes.keys() - set(new)):
        yield f"  {home}: " + ", ".join(f"{count} {action}" for action, count in sorted(homes[home].items()))
    if new:
        yield f"  new: {', '.join(sorted(new))}"
    for change in report.changes:
        # What leaves with its whole cell is said by the cell.
        if change.action >= Action.ORPHAN and _stood(one.head, change.home) and not change.in_cluster:
            yield f"  ! {change.action} {change.path} ({change.type})"
    for action, path in one.signed:
        yield f"  signed {action}: {path}"


def _stood(side: Snapshot, home: str) -> bool:
    cell, _, channel = home.partition("/")
    return (cell, channel) in side.bundles if channel else home in side.stacks


def homes_of(text: str) -> dict[str, Collection[str]]:
    """From an accepted file: number of a change to the stacks and cells that it changes."""
    found: dict[str, set[str]] = {}
    number = ""
    for line in text.splitlines():
        if not line.startswith(" "):
            number = line.partition(" ")[0]
            found[number] = set()
        elif not line.startswith(("  new:", "  !", "  signed")):
            found[number].add(line.strip().partition(":")[0].partition("/")[0])
    return dict(found)
