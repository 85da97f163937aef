"""The delta gate: the one place where a change of a bundle is refused for what it would take away.

In 2021 a reviewed one-line change of a template removed the services' namespaces of every cluster of a travel search
within minutes. What stands is compared with what would stand, bundle by bundle, and what is taken away is refused
unless the fleet's files say so for the very object: a tombstone of a cell (`removed`), or `exceptions/<id>.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date

from fleet import tombstone
from fleet.exemption import Wipe
from fleet.model import Fleet
from ops.delta.edits import additions, edits
from ops.delta.losses import TAKES_ALONG, losses
from ops.delta.objects import Files, Identity, Wiped, by_identity, title
from ops.delta.openings import emptied, openings
from ops.delta.protection import unprotected

REMEDY = "if this is meant, say so in exceptions/<id>.yaml, object by object: docs/runbooks/removal.md"
"""What to do about refusals."""


@dataclass(frozen=True)
class Change:
    """One bundle of one cell, before and after."""

    cell: str
    channel: str
    """`platform`, `service-sessions`."""
    old: Files
    """What stands; empty where nothing does yet."""
    new: Files

    @property
    def bundle(self) -> str:
        """What exceptions call it."""
        return f"Bundle {self.channel}"


def wiped(change: Change, fleet: Fleet, today: date) -> tuple[Wiped, ...]:
    """Everything that speaks against a change, after the fleet's tombstones and exceptions. Pure.

    Args:
        fleet: the files that the new bundle was made from.
        today: in UTC; an exception holds until its last day is over.
    """
    allowed = _exempted(change.cell, fleet, today)
    removed = tombs(fleet)

    def meant(who: Identity) -> bool:
        of_a_removed_cell = who[:2] not in TAKES_ALONG and any(who[3].endswith(f"-{cell}") for cell in removed)
        return of_a_removed_cell or ("remove", title(who)) in allowed

    found = dict.fromkeys([*losses(change.bundle, change.old, change.new, meant), *_changes(change)])
    return tuple(one for one in found if not all((one.action, resource) in allowed for resource in one.resources))


def refusals(change: Change, fleet: Fleet, today: date) -> tuple[str, ...]:
    """The same as sentences, the last of which says what to do."""
    found = tuple(map(str, wiped(change, fleet, today)))
    return (*found, REMEDY) if found else ()


def holds(action: Wipe, resource: str, cell: str, fleet: Fleet, today: date) -> bool:
    """Whether an exception lets this pass, in this cell, today."""
    return (action, resource) in _exempted(cell, fleet, today)


def _changes(change: Change) -> Iterator[Wiped]:
    before, after = by_identity(change.old), by_identity(change.new)
    if not before:
        return  # the first bundle of a channel takes nothing away
    born = {who[3] for who in after if who[1] == "Namespace" and who not in before}
    for who, one in after.items():
        old = before.get(who)
        if old is None:
            yield from unprotected(who, {}, one)
            if who[2] not in born:
                yield from additions(who, one)
        elif old != one:
            found = [*edits(who, old, one), *unprotected(who, old, one), *openings(who, old, one)]
            yield from found or emptied(who, old, one)


def _exempted(cell: str, fleet: Fleet, today: date) -> Set[tuple[str, str]]:
    """Action and resource of the exceptions that hold in a cell today."""
    return {
        (one.action, resource)
        for one in fleet.exceptions.values()
        if cell in one.cells and today <= date.fromisoformat(one.until)
        for resource in one.resources
    }


def tombs(fleet: Fleet) -> tuple[str, ...]:
    """Names of the cells that were removed: `us-east-1/z` was `use1-z`."""
    return tuple(cell for cell in map(tombstone.cell, fleet.removed) if cell is not None)
