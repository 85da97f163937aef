"""The guard once more, on what really stands: what it announces, and what speaks against going on today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ops import ledger
from ops.guard.change import Action, Change
from ops.guard.classify import classify
from ops.guard.judge import weigh
from ops.guard.snapshot import Snapshot
from ops.rollout.ground import Ground, Standing


@dataclass(frozen=True)
class Judged:
    """A change from what stands to an assembly."""

    base: Snapshot
    head: Snapshot
    _said: dict[date, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, assembly: Ground, stands: Standing, entry: ledger.Entry | None) -> Judged:
        """What stands, as the last finished roll-out meant it.

        In the middle of a first one nobody left word of that. What stands is then taken for what the assembly means by
        it, and no step of a life is judged; what is replaced, taken away or weakened is judged all the same.
        """
        record = assembly.snapshot.record if entry is None else entry.record
        there = {name: stack for name, stack in record.stacks.items() if name in stands.base.stacks}
        base = Snapshot(
            origin=stands.base.origin,
            record=record.model_copy(update={"stacks": there}),
            stacks=stands.base.stacks,
            bundles=stands.base.bundles,
        )
        return cls(base, assembly.snapshot)

    @cached_property
    def _changes(self) -> tuple[Change, ...]:
        return classify(self.base, self.head)

    @property
    def announced(self) -> dict[str, Action]:
        """Path of each resource that changes to what becomes of it."""
        return {change.path: change.action for change in self._changes if not change.in_cluster}

    def against(self, today: date) -> Sequence[str]:
        """What the guard says against it; asked again on another day, for exceptions end."""
        if today not in self._said:
            report = weigh(self.base, self.head, self._changes, now=today)
            self._said[today] = tuple(f"{one.where}: {one.what}; {one.remedy}" for one in report.reasons)
        return self._said[today]
