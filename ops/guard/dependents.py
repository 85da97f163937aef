"""Who refers to a resource, through stacks too: what cells read is what reaches them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from fleet.record import Record
from ops.guard.snapshot import Snapshot

Place = tuple[str, str]
"""Stack and logical id."""


class Dependents:
    """The references of a snapshot, backwards: `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::GetStackOutput`."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._record: Record = snapshot.record
        self._read_by: defaultdict[Place, set[Place]] = defaultdict(set)
        published: defaultdict[Place, set[Place]] = defaultdict(set)
        readers: list[tuple[Place, Place]] = []
        for stack in snapshot.stacks.values():
            for name, resource in stack.resources.items():
                for kind, target in references(resource):
                    if kind is None:
                        self._read_by[stack.name, target].add((stack.name, name))
                    else:
                        readers.append(((kind, target), (stack.name, name)))
            for output, definition in (stack.template.get("Outputs") or {}).items():
                for kind, target in references(definition):
                    if kind is None:
                        published[stack.name, output].add((stack.name, target))
        self.readers: defaultdict[Place, set[Place]] = defaultdict(set)
        """Stack and output to who reads it."""
        for output_place, reader in readers:
            self.readers[output_place].add(reader)
            for place in published.get(output_place, ()):
                self._read_by[place].add(reader)

    def cells(self, place: Place) -> frozenset[str]:
        """Cells whose own stacks come to depend on a resource."""
        return self._cells(self._read_by.get(place, set()))

    def cells_reading(self, output: Place) -> frozenset[str]:
        """The same of a stack's output."""
        return self._cells(self.readers.get(output, set()))

    def _cells(self, first: set[Place]) -> frozenset[str]:
        found: set[str] = set()
        seen = set(first)
        left = list(first)
        for stack, _ in first:
            found |= self._cell(stack)
        while left:
            for reader in self._read_by.get(left.pop(), ()):
                if reader not in seen:
                    seen.add(reader)
                    left.append(reader)
                    found |= self._cell(reader[0])
        return frozenset(found)

    def _cell(self, stack: str) -> set[str]:
        plan = self._record.stacks.get(stack)
        return set() if plan is None or plan.cell is None else {plan.cell}


def references(value: Any) -> Iterator[tuple[str | None, str]]:
    """What a definition refers to: `(None, logical id)` in its own stack, `(stack, output)` in another."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if len(one) == 1:
                key, inside = next(iter(one.items()))
                if key == "Ref" and isinstance(inside, str):
                    yield None, inside
                    continue
                if key == "Fn::GetAtt":
                    yield None, str(inside[0] if isinstance(inside, list) else inside).partition(".")[0]
                    continue
                if key == "Fn::GetStackOutput" and isinstance(inside, dict):
                    yield str(inside.get("StackName")), str(inside.get("OutputName"))
                    continue
                if key == "Fn::Sub":
                    text = inside[0] if isinstance(inside, list) else inside
                    for part in str(text).split("${")[1:]:
                        yield None, part.partition("}")[0].partition(".")[0]
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
