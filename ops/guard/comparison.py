"""Both sides of a change, and what every part of the judgement asks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fleet import tombstone
from fleet.exemption import Deed
from fleet.record import CellRecord, Record
from ops.guard.change import Change
from ops.guard.named import Names
from ops.guard.snapshot import Snapshot

Resource = Mapping[str, Any]
"""A resource's definition in a template."""


@dataclass(frozen=True)
class Objection:
    """One thing that speaks against a change, before anyone has looked whether an exception lets it pass."""

    rule: str
    where: str
    what: str
    remedy: str
    action: Deed | None = None
    """What an exception that lets it pass says; None: none can."""
    refuses: bool = True


@dataclass(frozen=True)
class Comparison:
    """Two snapshots of a fleet, and what differs."""

    base: Snapshot
    head: Snapshot
    changes: tuple[Change, ...]

    def old(self, change: Change) -> Resource | None:
        return _resource(self.base, change)

    def new(self, change: Change) -> Resource | None:
        return _resource(self.head, change)

    @cached_property
    def names(self) -> Names:
        """Everything that either side, or a tombstone, has a name for."""
        return Names.of(self.base.record, self.head.record)

    @cached_property
    def cells(self) -> Mapping[str, CellRecord]:
        """Cells that stand before the change: there is something of them to be touched."""
        return standing(self.base.record)

    @cached_property
    def carrying(self) -> frozenset[str]:
        """Cells that count when a change is measured: somebody would notice.

        One that proves itself without weight, one that is retired, one in a region without weight carry nobody. A
        draining cell still ends what it began, and others call it.
        """
        record, weights = self.base.record, self.base.record.weights
        counted = {key for key, cell in self.cells.items() if cell.state == "draining" or weights[key] > 0}
        idle = {key for key, cell in self.cells.items() if cell.state == "active" and not weights[key]}
        return frozenset(counted | {key for key in idle if record.regions[record.cells[key].region].weight})

    @cached_property
    def joining(self) -> frozenset[str]:
        """Cells that come to stand."""
        return frozenset(standing(self.head.record)) - frozenset(self.cells)

    @cached_property
    def leaving(self) -> frozenset[str]:
        """Cells that stand no more."""
        return frozenset(self.cells) - frozenset(standing(self.head.record))

    @cached_property
    def buried(self) -> frozenset[str]:
        """Tombstones that the change brings, `streams/debug`."""
        return frozenset(self.head.record.removed) - frozenset(self.base.record.removed)

    @cached_property
    def buried_cells(self) -> frozenset[str]:
        """Cells whose tombstones the change brings."""
        return frozenset(cell for cell in map(tombstone.cell, self.buried) if cell is not None)


def standing(record: Record) -> dict[str, CellRecord]:
    """Cells that have stacks and manifests."""
    return {key: cell for key, cell in record.cells.items() if cell.state != "planned"}


def _resource(side: Snapshot, change: Change) -> Resource | None:
    stack = side.stacks.get(change.home)
    return None if stack is None else stack.resources.get(change.name)
