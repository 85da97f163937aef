"""Mutants of templates: each resource deleted, renamed, replaced, weakened, widened and emptied."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from benchmarks.mutation.edits import EDITS, EVERYWHERE
from benchmarks.mutation.mutant import Mutant
from benchmarks.mutation.oracle import STATE, of_type
from ops.guard.snapshot import Snapshot


def mutants(base: Snapshot) -> Iterator[Mutant]:
    """All of a fleet's templates."""
    for stack in base.stacks.values():
        for name, body in stack.resources.items():
            yield from _of(stack.name, base.record.stacks[stack.name].kind, name, body)


def _of(stack: str, kind: str, name: str, body: Mapping[str, Any]) -> Iterator[Mutant]:
    type_ = body["Type"]

    def mutant(how: str, kills: str | None, after: Mapping[str, Mapping[str, Any]]) -> Mutant:
        return Mutant((stack,), kind, name, type_, how, kills, body, after)

    kills = of_type(type_)
    yield mutant("delete", kills, {})
    yield mutant("rename", kills, {f"{name}X": body})
    for field in sorted(_fixed(type_) & body.get("Properties", {}).keys()):
        properties = {**body["Properties"], field: other(body["Properties"][field])}
        yield mutant(f"replace {field}", kills, {name: {**body, "Properties": properties}})
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if body.get(policy, "Delete") != "Delete":
            # What is kept although it holds no data (a gateway) is no state.
            yield mutant(f"weaken {policy}", "state" if type_ in STATE else None, {name: {**body, policy: "Delete"}})
    for how, loss, change in (*EDITS.get(type_, ()), *EVERYWHERE):
        after = copy.deepcopy(dict(body))
        if change(after.setdefault("Properties", {})) and after != body:
            yield mutant(how, loss, {name: after})


@cache
def _fixed(type_: str) -> frozenset[str]:
    """Properties that CloudFormation's own schema fixes at creation, the outermost ones."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    paths = [path.split("/")[2:] for path in schema.get("createOnlyProperties", ())]
    return frozenset(path[0] for path in paths if len(path) == 1)


def other(value: Any) -> Any:
    """Another value of the same shape."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, list):
        return [other(part) for part in value]
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref")):
            return "another"
        return {key: other(part) for key, part in value.items()}
    return value
