"""One mutant: one thing of a fleet that is different, in one stack or one bundle."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fleet.record import Record
from ops.guard.snapshot import Snapshot, digest

Body = Mapping[str, Any]
"""A resource's definition, or a manifest object."""


@dataclass(frozen=True)
class Mutant:
    """What is different, and how."""

    home: tuple[str, ...]
    """Stack, or cell and channel."""
    kind: str
    """Of the stack (`network`), or of the bundle (`platform`, `service`)."""
    name: str
    """Logical id; of an object `Kind namespace/name`."""
    type: str
    how: str
    """`delete`, `rename`, `replace CidrBlock`, `weaken DeletionPolicy`, `widen …`, `edit …`."""
    kills: str | None
    """What the oracle says it kills: a class of `oracle.DANGEROUS`, or None."""
    before: Body
    after: Mapping[str, Body]
    """What stands in its place: new name to definition; nothing where it is deleted."""
    layer: str = ""
    """Of an object: the file of its bundle."""

    @property
    def shown(self) -> str:
        return f"{'/'.join(self.home)}/{self.name} ({self.type}): {self.how}"


def applied(base: Snapshot, mutant: Mutant) -> Snapshot:
    """The fleet with the mutant in it. Everything else is the very same object."""
    if len(mutant.home) == 1:
        (name,) = mutant.home
        stack = base.stacks[name]
        resources: dict[str, Any] = {}
        for key, body in stack.resources.items():
            resources |= mutant.after if key == mutant.name else {key: body}
        template = {**stack.template, "Resources": resources}
        if mutant.how == "rename":
            template = {key: _renamed(part, mutant.name, f"{mutant.name}X") for key, part in template.items()}
        mutated = replace(stack, template=template, digest=digest(mutant.shown))
        return replace(base, origin="mutant", stacks={**base.stacks, name: mutated})
    cell, channel = mutant.home
    files = dict(base.bundles[cell, channel])
    there: list[Any] = []
    for one in files[mutant.layer]:
        there += list(mutant.after.values()) if one is mutant.before else [one]
    files[mutant.layer] = there
    return replace(base, origin="mutant", bundles={**base.bundles, (cell, channel): files})


def _renamed(value: Any, old: str, new: str) -> Any:
    """A part of a template whose references follow a logical id to its new name."""
    if isinstance(value, dict):
        if value == {"Ref": old}:
            return {"Ref": new}
        found = {key: _renamed(part, old, new) for key, part in value.items()}
        if isinstance(at := found.get("Fn::GetAtt"), list) and at[0] == old:
            return {"Fn::GetAtt": [new, *at[1:]]}
        if "DependsOn" in found:
            waits = found["DependsOn"]
            found["DependsOn"] = [new if one == old else one for one in waits] if isinstance(waits, list) else waits
        return found
    if isinstance(value, list):
        return [_renamed(part, old, new) for part in value]
    return value


class Canon:
    """Texts without the names of cells, regions, zones and accounts: what is equal then is judged once.

    Sound because the guard knows these names only as names: cells of hypercell are alike in state, weight and scope. The
    kind of the stack stays in the text, and so do services, databases and everything else.
    """

    def __init__(self, record: Record) -> None:
        words: dict[str, str] = {}
        for name, region in record.regions.items():
            words |= {name: "REGION", region.code: "CODE", region.code.title(): "Code", region.account: "ACCOUNT"}
            for place, zone in enumerate(region.zones):
                words |= {zone: f"ZONE{place}", zone.replace("-", "").title(): f"Zone{place}"}
                words |= {"".join(part.title() for part in zone.split("-")): f"Zone{place}"}
        for cell in record.cells:
            words[cell] = "CELL"
        ordered = sorted(words, key=len, reverse=True)
        self._words = words
        self._pattern = re.compile("|".join(re.escape(word) for word in ordered))
        self._numbers = re.compile(r"\b10\.\d+\.\d+\.\d+|\b172\.20\.\d+\.\d+|[0-9A-F]{8}\b|pool-ec2-\w+|[0-9a-f]{64}")

    def of(self, *texts: Any) -> str:
        text = json.dumps(texts, sort_keys=True, default=str)
        return self._numbers.sub("N", self._pattern.sub(lambda found: self._words[found[0]], text))


def grouped(mutants: Iterable[Mutant], canon: Canon) -> dict[str, list[Mutant]]:
    """Mutants by what they come to: of each group one is judged, and stands for the others."""
    found: dict[str, list[Mutant]] = {}
    seen: dict[int, str] = {}
    for one in mutants:
        body = seen.get(id(one.before))
        if body is None:
            body = seen[id(one.before)] = canon.of(one.name, one.before)
        found.setdefault(f"{one.kind}|{one.how}|{one.kills}|{body}", []).append(one)
    return found
