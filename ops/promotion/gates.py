"""What speaks against a change of a cell's objects. Here, and nowhere else, a promotion is stopped for what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fleet.model import Fleet
from ops.delta import gate
from ops.delta.gate import Change

Gate = Callable[[Change, Fleet, date], Sequence[str]]
"""One bundle of one cell before and after, the fleet, today in UTC -> what speaks against it. Pure: it asks nobody."""

GATES: tuple[Gate, ...] = (gate.refusals,)
"""Every gate is asked; all they say is shown, and one sentence stops the promotion before anything is sent."""


def refusals(change: Change, fleet: Fleet, today: date) -> tuple[str, ...]:
    """What all gates say."""
    return tuple(said for gate in GATES for said in gate(change, fleet, today))
