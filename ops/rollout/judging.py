"""The guard once more, on what really stands: what it announces, and what speaks against going on today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ops.guard.change import Action
from ops.guard.classify import classify
from ops.guard.snapshot import Snapshot


@dataclass(frozen=True)
class Judged:
    """A change from what stands to an assembly."""

    base: Snapshot
    head: Snapshot
    _said: dict[date, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def announced(self) -> dict[str, Action]:
        """Path of each resource that changes to what becomes of it."""
        return {change.path: change.action for change in classify(self.base, self.head) if not change.in_cluster}

    def against(self, today: date) -> Sequence[str]:
        """What the guard says against it; asked again on another day, for exceptions end."""
        return self._said.setdefault(today, ())
