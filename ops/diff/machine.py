"""A report for programs: JSON that `schemas/diff.schema.json` describes. Fields are added, never renamed or moved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from fleet.schema import titled
from ops.guard import report as guard
from ops.guard.change import Change

FILE = "diff.schema.json"
FORMAT: Literal[1] = 1


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class RadiusPart(_Part):
    """What is touched."""

    cells: tuple[str, ...]
    """Cells that stand, `use1-a`, sorted."""
    zones: tuple[str, ...]
    """Zone ids, sorted."""
    regions: tuple[str, ...]
    """The fleet's AWS regions, sorted."""
    share: float
    """Part of the fleet's traffic weight that the cells carry, 0 to 1."""
    everywhere: bool
    """Whether something of the whole fleet is touched: the zone, the site, an account."""


class ReasonPart(_Part):
    """One thing that speaks against the change, or keeps it from being judged."""

    rule: str
    """One word that stays: `stateful`, `absence`, `state`, `scope`, `shared-fate`, `wipe`, `guard`, `unreadable`."""
    where: str
    """Path of a resource or an object, or a file and a field."""
    what: str
    """What would happen, and why that is not let pass."""
    remedy: str
    """What to do."""
    refuses: bool
    """False: it leaves the change undecided."""


class ChangePart(_Part):
    """One resource of a stack, or one object of a bundle, that differs."""

    path: str
    """As exceptions name it: home and name with a slash between."""
    action: Literal["create", "update", "orphan", "may replace", "replace", "delete"]
    """What becomes of it. `orphan`: it stays, and no template or bundle has it any more."""
    home: str
    """Name of the stack; of a manifest's object `<cell>/<channel>`."""
    name: str
    """Logical id; of an object its kind, namespace and name."""
    type: str
    """CloudFormation type; of an object its kind."""
    in_cluster: bool
    """Whether it is an object of a bundle, not a resource of a stack."""
    stateful: bool
    """Whether it holds what nobody can make again: data, keys, addresses, names."""
    fields: tuple[str, ...]
    """What differs, as paths: `Properties.CidrBlock`, `spec.replicas`."""
    why: str
    """Why it is this action and no milder one; empty where that is plain."""
    radius: RadiusPart | None
    """What it alone touches; null where that was not asked."""


class SharedPart(_Part):
    """A resource that changes and is reached from more than one cell."""

    path: str
    """As in `changes`."""
    cells: tuple[str, ...]
    """Cells that reach it, sorted."""
    declared: str | None
    """Why it may be shared, from the declared list; null: it is not on it."""


class InputPart(_Part):
    """An input that changed and reaches more than one cell."""

    file: str
    """Path below the blueprint, or of a file of code."""
    field: str
    """`releases.2026-10.kubernetes`; empty for a file of code."""
    why: str
    """How it gets there."""
    radius: RadiusPart


class BundlePart(_Part):
    """The bundle of one channel of one cell."""

    cell: str
    """`use1-a`."""
    channel: str
    """`platform`, `service-sessions`."""


class WavePart(_Part):
    """One wave of the roll-out that would carry the change; waves are in order."""

    number: int
    """From 1."""
    title: str
    """What it moves, for people."""
    stacks: tuple[str, ...]
    """In order of deployment, before the bundles."""
    bundles: tuple[BundlePart, ...]
    radius: RadiusPart


class ExceptionPart(_Part):
    """An exception that let something pass."""

    id: str
    """The file is `exceptions/<id>.yaml`."""
    path: str
    """What it let pass, as in `changes`."""


class UnusedPart(_Part):
    """An exception that let nothing pass."""

    id: str
    """The file is `exceptions/<id>.yaml`."""
    why: str
    """What it lacks, or that there is nothing for it."""


class Answer(_Part):
    """What `hypercell diff --json` prints."""

    format: Literal[1]
    """1. Another number is another shape; new fields alone keep it."""
    fleet: str
    """Name of the fleet."""
    base: str
    """Where the side of now is from, for people."""
    head: str
    """Where the side that shall be is from, for people."""
    verdict: Literal["allowed", "allowed with roll-out", "refused", "undecided"]
    """`allowed with roll-out`: it may go, though not everywhere at once."""
    exit_code: Literal[0, 1, 2]
    """0 it may go, 1 refused, 2 undecided."""
    rollout: Literal["required", "not needed"]
    """Whether it may go only wave by wave."""
    scope: str
    """`policies.change_scope`: the widest that may be touched at once."""
    reasons: tuple[ReasonPart, ...]
    changes: tuple[ChangePart, ...]
    radius: RadiusPart
    """Of all changes together."""
    shared: tuple[SharedPart, ...]
    inputs: tuple[InputPart, ...]
    waves: tuple[WavePart, ...]
    exceptions: tuple[ExceptionPart, ...]
    unused: tuple[UnusedPart, ...]


def schema() -> dict[str, Any]:
    """JSON Schema of the answer."""
    return titled(Answer.model_json_schema(mode="serialization"), "hypercell diff --json")


def text(report: guard.Report) -> str:
    """The answer, indented, with a newline at its end. The same report is the same text."""
    return json.dumps(answer(report).model_dump(mode="json"), indent=2) + "\n"


def answer(report: guard.Report) -> Answer:
    return Answer(
        format=FORMAT,
        fleet=report.fleet,
        base=report.base,
        head=report.head,
        verdict=report.verdict.value,
        exit_code=report.verdict.exit_code,
        rollout="required" if report.rollout_required else "not needed",
        scope=report.scope,
        reasons=tuple(
            ReasonPart(rule=one.rule, where=one.where, what=one.what, remedy=one.remedy, refuses=one.refuses)
            for one in report.reasons
        ),
        changes=tuple(_change(one, report.radii.get(one.path)) for one in report.changes),
        radius=_radius(report.radius),
        shared=tuple(
            SharedPart(path=one.path, cells=_sorted(one.cells), declared=one.declared) for one in report.shared
        ),
        inputs=tuple(
            InputPart(file=one.file, field=one.field, why=one.why, radius=_radius(one.radius)) for one in report.inputs
        ),
        waves=tuple(
            WavePart(
                number=number,
                title=one.title,
                stacks=one.stacks,
                bundles=tuple(BundlePart(cell=cell, channel=channel) for cell, channel in one.bundles),
                radius=_radius(one.radius),
            )
            for number, one in enumerate(report.waves, 1)
        ),
        exceptions=tuple(ExceptionPart(id=name, path=path) for name, path in report.exempted),
        unused=tuple(UnusedPart(id=name, why=why) for name, why in report.unused),
    )


def _change(one: Change, radius: guard.Radius | None) -> ChangePart:
    return ChangePart(
        path=one.path,
        action=str(one.action),
        home=one.home,
        name=one.name,
        type=one.type,
        in_cluster=one.in_cluster,
        stateful=one.stateful,
        fields=one.fields,
        why=one.why,
        radius=None if radius is None else _radius(radius),
    )


def _radius(one: guard.Radius) -> RadiusPart:
    return RadiusPart(
        cells=_sorted(one.cells),
        zones=_sorted(one.zones),
        regions=_sorted(one.regions),
        share=round(one.share, 6),
        everywhere=one.everywhere,
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
