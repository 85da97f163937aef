"""What speaks against a change of a cell's objects. Here, and nowhere else, a promotion is stopped for what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fleet.model import Fleet
from ops.promotion.image import Object

Gate = Callable[[Sequence[Object], Sequence[Object], Fleet], Sequence[str]]
"""What stands, what would stand, the fleet -> what speaks against it, a sentence each. Pure: it asks nobody.

Both lists are the objects of one bundle, of one cell. What stands is empty when the channel named nothing.
"""

GATES: tuple[Gate, ...] = ()
"""Every gate is asked; all they say is shown, and one sentence stops the promotion before anything is sent."""


def refusals(old: Sequence[Object], new: Sequence[Object], fleet: Fleet) -> tuple[str, ...]:
    """What all gates say."""
    return tuple(said for gate in GATES for said in gate(old, new, fleet))
