"""Changes and reasons as people read them: what is the same in many places is said once, with the places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ops.diff.places import Place, Places
from ops.guard.change import Action, Change
from ops.guard.report import Reason


@dataclass(frozen=True)
class Line:
    """Equal changes: one action upon one type, with the same fields, of the same names in the same places."""

    action: Action
    type: str
    names: tuple[str, ...]
    fields: tuple[str, ...]
    why: str
    stateful: bool
    places: tuple[Place, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Group:
    """All that changes of one kind of stack, or of one channel's bundles."""

    part: str
    lines: tuple[Line, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(change for line in self.lines for change in line.changes)


@dataclass(frozen=True)
class Said:
    """Reasons that say the same of several things."""

    rule: str
    wheres: tuple[str, ...]
    what: str
    remedy: str
    refuses: bool


def actions(changes: Sequence[Change]) -> tuple[tuple[Action, int], ...]:
    """How many of each action, the gravest first."""
    return tuple(sorted(Counter(change.action for change in changes).items(), reverse=True))


def groups(changes: Sequence[Change], places: Places) -> tuple[Group, ...]:
    """By kind of stack and channel, the gravest first, and of those the largest."""
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
        merged.setdefault((*alike[:-1], homes), []).append((_one(some, str(alike[-1])), some))
    found: dict[str, list[Line]] = {}
    for named in merged.values():
        line = _line(named, places)
        found.setdefault(line.places[0].part, []).append(line)
    made = [Group(part, tuple(sorted(lines, key=_grave))) for part, lines in found.items()]
    return tuple(sorted(made, key=lambda group: (*_grave(group.lines[0])[:2], group.part)))


def _line(named: Sequence[tuple[str, list[Change]]], places: Places) -> Line:
    changes = tuple(change for _, some in named for change in some)
    first = changes[0]
    at = tuple(dict.fromkeys(places.of(change.home) for change in changes))
    alone = len(at) == 1
    place = places.of(first.home)
    return Line(
        action=first.action,
        type=first.type,
        names=tuple(name for name, _ in named),
        fields=first.fields if alone else tuple(places.alike(one, place) for one in first.fields),
        why=first.why if alone else places.alike(first.why, place),
        stateful=first.stateful,
        places=at,
        changes=changes,
    )


def _one(some: Sequence[Change], alike: str) -> str:
    """The name itself while all have it, and else the name with the place left open."""
    return some[0].name if all(change.name == some[0].name for change in some) else alike


def _grave(line: Line) -> tuple[int, bool, int, str, tuple[str, ...]]:
    return -line.action, not line.stateful, -len(line.changes), line.type, line.names


def said(reasons: Sequence[Reason], places: Places) -> tuple[Said, ...]:
    """Reasons with those together that differ by their place alone; what refuses comes first."""
    equal: dict[tuple[bool, str, str, str], list[Reason]] = {}
    for reason in reasons:
        place = places.named(reason.where)
        what, remedy = places.alike(reason.what, place), places.alike(reason.remedy, place)
        equal.setdefault((reason.refuses, reason.rule, what, remedy), []).append(reason)
    found = []
    for (refuses, rule, what, remedy), some in equal.items():
        first = some[0]
        same = all((one.what, one.remedy) == (first.what, first.remedy) for one in some)
        found.append(
            Said(
                rule=rule,
                wheres=tuple(dict.fromkeys(one.where for one in some)),
                what=first.what if same else what,
                remedy=first.remedy if same else remedy,
                refuses=refuses,
            )
        )
    return tuple(sorted(found, key=lambda one: not one.refuses))
