"""What the authorities of a region's cells need next. Pure: nothing here knows AWS, a key or a clock.

There is no other state than the authorities themselves: which roots each cell trusts, which of them signed its
intermediate, and since when. So a run that was interrupted is continued by the next one, whoever starts it.

A root is replaced in three steps, each one cell first and then the others:

1. *trust*: every cell trusts the new root beside the old one;
2. *move*: every cell gets an intermediate under the new root, when every pod trusts it;
3. *forget*: every cell drops the old root, when no pod has a certificate under it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from fleet import authority
from ops.authority.certificates import Authority
from ops.authority.root import Refused

Step = Literal["issue", "renew", "trust", "move", "forget", "wait", "keep"]

SIGNS: frozenset[Step] = frozenset({"issue", "renew", "move"})
"""Steps that want the root's key."""

_SETTLE = timedelta(hours=authority.SETTLE_HOURS)
_FIRST = timedelta(hours=authority.FIRST_HOURS)


@dataclass(frozen=True)
class Seen:
    """What stands for one cell."""

    cell: str
    authority: Authority | None = None
    since: datetime | None = None
    """When it was written."""
    version: str = ""
    """Of the secret; empty when there is none."""
    broken: str = ""
    """Why what stands is no authority."""
    fault: str = ""
    """Why nobody knows what stands."""


@dataclass(frozen=True)
class Given:
    """The root that somebody brought."""

    fingerprint: str
    ends: datetime


@dataclass(frozen=True)
class Todo:
    cell: str
    step: Step
    why: str
    until: datetime | None = None
    """When a wait ends."""


@dataclass(frozen=True)
class Plan:
    """What comes next for each cell that was asked about.

    Attributes:
        old, new: fingerprints of the roots of a replacement under way, or of the one root that all trust (old).
    """

    todos: tuple[Todo, ...]
    old: str = ""
    new: str = ""

    @property
    def steps(self) -> tuple[Todo, ...]:
        """Those that write something."""
        return tuple(todo for todo in self.todos if todo.step not in ("wait", "keep"))

    @property
    def wants_key(self) -> bool:
        return any(todo.step in SIGNS for todo in self.steps)


def plan(
    seen: Sequence[Seen],
    *,
    given: Given | None,
    rotate: bool,
    now: datetime,
    cell: str | None = None,
    settled: bool = False,
) -> Plan:
    """
    Args:
        seen: every standing cell of the region, in the fleet's order.
        given: the root that was brought, or is about to be made.
        cell: the one cell that is to change.
        settled: somebody saw to it that every pod has heard of what was written (by restarting all of them).

    Raises:
        Refused: what was asked for would cut the region in two, or contradicts what stands.
    """
    unknown = [one for one in seen if one.fault]
    if unknown:
        keep = tuple(Todo(one.cell, "keep", one.fault) for one in unknown if cell in (None, one.cell))
        if given is None and not rotate:
            return Plan(keep)
        first = unknown[0]
        raise Refused(f"{first.cell} could not be looked at ({first.fault}): nothing changes before all are known")
    old, new = _roots(seen)
    if given is not None and given.ends - now < timedelta(days=authority.RENEW_DAYS) and given.fingerprint != old:
        raise Refused(f"the root ends on {given.ends:%Y-%m-%d}: too soon to sign with; make a new one")
    if new and (rotate and (given is None or given.fingerprint not in (old, new))):
        raise Refused(
            f"{_short(old)} is being replaced by {_short(new)}: finish that first, without --rotate (see the plan)"
        )
    if rotate and not old:
        raise Refused("no cell has an authority yet, so there is nothing to replace: leave --rotate out")
    known = (old, new) if new else (old,) if old else ()
    if given is not None and known and given.fingerprint not in known:
        if not rotate:
            raise Refused(
                f"this is another root than the cells trust ({_short(old)}): bring that one, or add --rotate to replace it"
            )
        new = given.fingerprint
    if rotate and not new:
        return Plan(_renew(seen, given, cell, now), old=old)
    if new:
        return Plan(_replace(seen, old, new, given, cell, now, settled), old=old, new=new)
    return Plan(_missing(seen, given, cell, now), old=old)


def _roots(seen: Sequence[Seen]) -> tuple[str, str]:
    """The root that all cells trust and nothing, or the old and the new one of a replacement.

    Raises:
        Refused: the cells trust roots that make no step of any replacement.
    """
    sets = {one.authority.roots for one in seen if one.authority}
    pairs = {roots for roots in sets if len(roots) == 2}
    if len(sets) <= 1 and not pairs:
        (roots,) = sets or {("",)}
        if len(roots) == 1:
            return roots[0], ""
    if len(pairs) == 1:
        ((old, new),) = pairs
        if sets <= {(old,), (new,), (old, new)}:
            return old, new
    said = "; ".join(
        f"{one.cell}: {' and '.join(map(_short, one.authority.roots))}" for one in seen if one.authority
    )  # fmt: skip
    raise Refused(f"the cells trust roots that do not go together ({said}): see the runbook, nothing was changed")


def _renew(seen: Sequence[Seen], given: Given | None, cell: str | None, now: datetime) -> tuple[Todo, ...]:
    if given is None:
        raise Refused(
            "--rotate wants a root: --root-in with the region's own for a new intermediate of --cell, "
            "or --root-out for a new root of the region"
        )
    if cell is None:
        raise Refused("--rotate with the region's own root renews one cell at a time: name it with --cell")
    if given.ends - now < timedelta(days=authority.RENEW_DAYS):
        raise Refused(f"the root ends on {given.ends:%Y-%m-%d}: replace it first (--rotate --root-out)")
    (one,) = [one for one in seen if one.cell == cell]
    if one.authority is None:
        return (_first_issue(one),)
    return (Todo(cell, "renew", f"its intermediate of {one.since:%Y-%m-%d} is replaced under the same root"),)


def _missing(seen: Sequence[Seen], given: Given | None, cell: str | None, now: datetime) -> tuple[Todo, ...]:
    todos = []
    for one in seen:
        if cell not in (None, one.cell):
            continue
        if one.authority is None:
            todos.append(_first_issue(one))
        else:
            todos.append(Todo(one.cell, "keep", due(one.authority, now)))
    soon = given is not None and given.ends - now < timedelta(days=authority.RENEW_DAYS)
    if soon and any(todo.step == "issue" for todo in todos):
        assert given is not None
        raise Refused(f"the root ends on {given.ends:%Y-%m-%d}: replace it first (--rotate --root-out)")
    return tuple(todos)


def _first_issue(one: Seen) -> Todo:
    return Todo(one.cell, "issue", f"what stands is unusable: {one.broken}" if one.broken else "has no authority")


def due(one: Authority, now: datetime) -> str:
    """What a cell at rest should have done; empty when nothing."""
    left, root_left = (one.ends - now).days, (one.root_ends - now).days
    if root_left < authority.CELL_DAYS + authority.RENEW_DAYS:
        return f"its root ends on {one.root_ends:%Y-%m-%d}: replace it (--rotate --root-out)"
    if left < authority.RENEW_DAYS:
        return f"ends in {left} days: renew it (--rotate --cell, --root-in)" if left >= 0 else "has ended: renew it"
    return ""


def _replace(
    seen: Sequence[Seen],
    old: str,
    new: str,
    given: Given | None,
    cell: str | None,
    now: datetime,
    settled: bool,
) -> tuple[Todo, ...]:
    """The step of a replacement that the region is in: the earliest that a cell has still to take."""
    stage, pending, gone = _stage(seen, old, new)
    waits = None if settled else _wait(stage, seen, old, new, gone, now)
    alone = waits is None and not settled and not gone
    chosen = [one.cell for one in pending if cell in (None, one.cell)]
    first = chosen[0] if chosen else pending[0].cell if pending else ""
    todos = []
    for one in seen:
        if cell not in (None, one.cell):
            continue
        if one.authority is None:
            todos.append(_joining(one, stage, given, old, new))
        elif one not in pending:
            todos.append(Todo(one.cell, "keep", f"has taken this step ({stage})"))
        elif waits is not None:
            todos.append(replace(waits, cell=one.cell))
        elif alone and one.cell != first:
            todos.append(Todo(one.cell, "wait", f"{first} goes first"))
        elif stage == "move" and (given is None or given.fingerprint != new):
            todos.append(Todo(one.cell, "wait", f"bring the new root ({_short(new)}) with --root-in"))
        else:
            todos.append(Todo(one.cell, stage, _WHY[stage]))
    return tuple(todos)


_WHY: dict[Step, str] = {
    "trust": "trusts the new root beside the old one",
    "move": "gets an intermediate under the new root, and goes on trusting both",
    "forget": "drops the old root",
}


def _stage(seen: Sequence[Seen], old: str, new: str) -> tuple[Step, list[Seen], list[Seen]]:
    """The step, the cells that have still to take it, and those that have taken it."""
    standing = [(one, one.authority) for one in seen if one.authority]
    tests: tuple[tuple[Step, Callable[[Authority], bool]], ...] = (
        ("trust", lambda a: a.roots == (old,)),
        ("move", lambda a: a.issuer == old),
        ("forget", lambda a: a.roots == (old, new)),
    )
    for step, pends in tests:
        pending = [one for one, found in standing if pends(found)]
        if pending:
            return step, pending, [one for one, found in standing if not pends(found)]
    return "forget", [], [one for one, _ in standing]


def _wait(stage: Step, seen: Sequence[Seen], old: str, new: str, gone: list[Seen], now: datetime) -> Todo | None:
    """Why nobody takes this step yet: the step before it has not reached every pod, or its first cell has just gone."""
    before: list[datetime] = []
    if stage == "move":
        before = [one.since for one in seen if one.authority and one.authority.issuer == old and one.since]
    elif stage == "forget":
        before = [one.since for one in seen if one.authority and one.authority.roots == (old, new) and one.since]
    ripe = max((at + _SETTLE for at in before), default=now)
    if ripe > now:
        return Todo("", "wait", "until every pod has heard of the step before", ripe)
    # The oldest, not the newest: an interrupted run is not made to wait for what it did itself.
    first = min((one.since for one in gone if one.since), default=None)
    if first is not None and first + _FIRST > now:
        return Todo("", "wait", f"{gone[0].cell} goes first, alone for {authority.FIRST_HOURS} hours", first + _FIRST)
    return None


def _joining(one: Seen, stage: Step, given: Given | None, old: str, new: str) -> Todo:
    """A cell without authority joins a replacement: under the old root while others are, else under the new one."""
    under = old if stage in ("trust", "move") else new
    if given is not None and given.fingerprint == under:
        return _first_issue(one)
    return Todo(one.cell, "wait", f"has no authority: bring {_short(under)} with --root-in, or finish first")


def _short(fingerprint: str) -> str:
    return f"root {fingerprint[:8]}" if fingerprint else "no root"
