"""Changes, reasons and fates as people read them: what is the same in many places is said once, with the places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ops.diff.places import Place, Places
from ops.diff.said import Spot, spots
from ops.guard.change import Action, Change
from ops.guard.report import Shared

_FEW = 3
"""Names in one place that differ by their zone alone and are said all the same."""


@dataclass(frozen=True)
class Line:
    """Equal changes: one action upon one type, with the same fields, of the same names in the same places. Or of all
    types, where whole stacks or bundles begin or end."""

    action: Action
    type: str
    names: tuple[str, ...]
    fields: tuple[str, ...]
    why: str
    stateful: bool
    places: tuple[Place, ...]
    changes: tuple[Change, ...]
    types: tuple[tuple[str, int], ...] = ()
    """Of a whole: how many of each type, the most first."""


@dataclass(frozen=True)
class Group:
    """All that changes of one kind of stack, or of one channel's bundles."""

    part: str
    lines: tuple[Line, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for line in self.lines for change in line.changes)


@dataclass(frozen=True)
class Fate:
    """Resources that cells share, for the same reason."""

    spot: Spot
    cells: frozenset[str]
    """That share any of them."""
    each: int
    """Cells that share one of them."""
    declared: str | None


def actions(changes: Sequence[Change]) -> tuple[tuple[Action, int], ...]:
    """How many of each action, the gravest first."""
    return tuple(sorted(Counter(change.action for change in changes).items(), reverse=True))


def groups(changes: Sequence[Change], places: Places) -> tuple[Group, ...]:
    """By kind of stack and channel, the gravest first, and of those the largest."""
    whole: dict[str, list[Change]] = {}
    single = []
    for change in changes:
        # Of what ends as a whole, what holds data is still said by its name.
        if (change.action is Action.CREATE or not change.stateful) and places.on_one_side(change.home):
            whole.setdefault(change.home, []).append(change)
        else:
            single.append(change)
    found: dict[str, list[Line]] = {}
    for line in (*_whole(whole, places), *_single(single, places)):
        found.setdefault(line.places[0].part, []).append(line)
    made = [Group(part, tuple(sorted(lines, key=_grave))) for part, lines in found.items()]
    return tuple(sorted(made, key=lambda group: (*_grave(group.lines[0])[:2], group.part)))


def _whole(homes: dict[str, list[Change]], places: Places) -> list[Line]:
    equal: dict[tuple[str, Action, tuple[tuple[str, int], ...]], list[Change]] = {}
    for home, some in homes.items():
        for action in dict.fromkeys(change.action for change in some):
            these = [change for change in some if change.action is action]
            counted = Counter(change.type for change in these)
            types = tuple(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
            equal.setdefault((places.of(home).part, action, types), []).extend(these)
    return [
        Line(
            action=action,
            type="",
            names=(),
            fields=(),
            why="",
            stateful=any(change.stateful for change in some),
            places=tuple(dict.fromkeys(places.of(change.home) for change in some)),
            changes=tuple(some),
            types=types,
        )
        for (_, action, types), some in equal.items()
    ]


def _single(changes: Sequence[Change], places: Places) -> list[Line]:
    equal: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        place = places.of(change.home)
        name, why = places.alike(change.name, place), places.alike(change.why, place)
        fields = tuple(places.alike(one, place) for one in change.fields)
        key = (place.part, change.action, change.type, change.stateful, fields, why, name)
        equal.setdefault(key, []).append(change)
    # What has the same places and the same fields, and differs by its name alone, is one line with several names.
    merged: dict[tuple[object, ...], list[tuple[str, list[Change]]]] = {}
    for alike, some in equal.items():
        homes = frozenset(change.home for change in some)
        named = merged.setdefault((*alike[:-1], homes), [])
        if len(homes) == 1 < len(some) <= _FEW:
            named.extend((change.name, [change]) for change in some)
        else:
            named.append((_one(some, str(alike[-1])), some))
    return [_line(named, places) for named in merged.values()]


def _line(named: Sequence[tuple[str, list[Change]]], places: Places) -> Line:
    changes = tuple(change for _, some in named for change in some)
    first = changes[0]
    at = tuple(dict.fromkeys(places.of(change.home) for change in changes))
    place = places.of(first.home)
    fields = first.fields
    if any(change.fields != fields for change in changes):
        fields = tuple(places.alike(one, place) for one in fields)
    return Line(
        action=first.action,
        type=first.type,
        names=tuple(name for name, _ in named),
        fields=_without_numbers(fields),
        why=first.why if all(change.why == first.why for change in changes) else places.alike(first.why, place),
        stateful=first.stateful,
        places=at,
        changes=changes,
    )


def _without_numbers(fields: Sequence[str]) -> tuple[str, ...]:
    """Members of a list that change alike are one field, `Rules.*.Priority`."""
    open_ = [re.sub(r"\.\d+(?=\.|$)", ".*", field) for field in fields]
    often = Counter(open_)
    return tuple(dict.fromkeys(bare if often[bare] > 1 else field for bare, field in zip(open_, fields, strict=True)))


def _one(some: Sequence[Change], alike: str) -> str:
    """The name itself while all have it, and else the name with the place left open."""
    return some[0].name if all(change.name == some[0].name for change in some) else alike


def _grave(line: Line) -> tuple[int, bool, str, int, str, tuple[str, ...]]:
    return -line.action, not line.stateful, line.why, -len(line.changes), line.type, line.names


def fates(shared: Sequence[Shared], places: Places) -> tuple[Fate, ...]:
    """By declaration and by how many cells share each, like ones together; what is not declared comes first."""
    equal: dict[tuple[str | None, int], list[Shared]] = {}
    for one in shared:
        equal.setdefault((one.declared, len(one.cells)), []).append(one)
    found = []
    for (declared, each), some in equal.items():
        cells = {one.path: one.cells for one in some}
        for spot in spots(cells, places):
            found.append(Fate(spot, frozenset().union(*(cells[path] for path in spot.paths)), each, declared))
    return tuple(sorted(found, key=lambda one: one.declared is not None))
