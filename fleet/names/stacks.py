"""Names of stacks."""

from __future__ import annotations

from fleet.model import Fleet


def stack(fleet: Fleet, *parts: str) -> str:
    """`skyline-use1-a-cell`: the fleet and what the stack is about."""
    return "-".join((fleet.name, *parts))
