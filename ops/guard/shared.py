"""Shared fate: what changes and is reached from more than one cell, and whether the declared list says why it may be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ops.delta.objects import Object, by_identity, title
from ops.guard.change import Action, Change
from ops.guard.comparison import Comparison, Objection
from ops.guard.declared import MESH, declared
from ops.guard.named import text_of
from ops.guard.pieces import pieces
from ops.guard.reach import Reach, kind_of
from ops.guard.report import Shared
from ops.guard.snapshot import Snapshot

REMEDY = "give each cell its own, or say in ops/guard/declared.py why cells may share it"


def shared(compared: Comparison, reach: Reach) -> tuple[Shared, ...]:
    """Every change of something that two cells depend on."""
    objects = _objects_of(compared)
    found = []
    for change in compared.changes:
        one = _of_object(compared, change, objects) if change.in_cluster else _of_resource(compared, reach, change)
        if one is not None:
            found.append(one)
    return tuple(found)


def objections(found: tuple[Shared, ...]) -> Iterator[Objection]:
    """What is shared and not declared."""
    for one in found:
        if one.declared is None:
            cells = ", ".join(sorted(one.cells))
            yield Objection(
                "shared-fate", one.path, f"is reached from {cells}, and is on no list of what may be", REMEDY
            )


def _of_resource(compared: Comparison, reach: Reach, change: Change) -> Shared | None:
    side = compared.head if change.action == Action.CREATE else compared.base
    if change.home not in side.stacks or change.name not in side.stacks[change.home].resources:
        return None
    cells = reach.cells_of(side, change.home, change.name)
    if len(cells) < 2:
        return None
    row = declared(kind_of(compared, change.home), change.type)
    return Shared(change.path, cells, None if row is None else row.reason)


class _Objects:
    """Objects of bundles by their titles, each bundle looked through once."""

    def __init__(self, side: Snapshot) -> None:
        @cache
        def of(home: str) -> dict[str, Object]:
            cell, _, channel = home.partition("/")
            found = by_identity(side.bundles.get((cell, channel), {}))
            return {title(who): one for who, one in found.items()}

        self.of = of


def _objects_of(compared: Comparison) -> tuple[_Objects, _Objects]:
    return _Objects(compared.base), _Objects(compared.head)


def _of_object(compared: Comparison, change: Change, sides: tuple[_Objects, _Objects]) -> Shared | None:
    """An object of one cell that says something else of another."""
    cell = change.home.partition("/")[0]
    if cell not in compared.cells or cell in compared.leaving:
        return None
    old, new = (side.of(change.home).get(change.name) for side in sides)
    named: set[str] = set()
    for _, piece in pieces(old, new):
        named |= compared.names.cells(text_of("", piece))
    others = frozenset(named) - {cell}
    if not others:
        return None
    # An object that comes or goes as a whole is the mesh's own: peers and their secrets are objects.
    membership = others <= compared.joining | compared.leaving or old is None or new is None
    return Shared(change.path, others | {cell}, MESH if membership else None)
