"""Whether somebody agrees."""

from __future__ import annotations

import sys
from collections.abc import Callable

Ask = Callable[[str], bool]
"""Asks a person; raises KeyboardInterrupt when that person gives up."""


def asker(terminal: bool) -> Ask | None:
    """Asks on a terminal; None without one."""
    if not terminal:
        return None
    import click

    def ask(question: str) -> bool:
        try:
            return click.confirm(question)
        except click.Abort:
            raise KeyboardInterrupt from None

    return ask


def at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
