"""A checker with the schedule that alternat gives its own: two addresses, one after the other, 5 s each, every 5 s.

Only the schedule is alternat's (its `replace-route` function, defaults of 2025-12). One check that both addresses fail
is enough for it to move the route.
"""

from __future__ import annotations

import socket
import time

from benchmarks.lab.lines import answer

TIMEOUT = 5.0
PAUSE = 5.0
"""Seconds."""


def until_down(targets: list[str]) -> float:
    """Check until no target answers, and return the moment that this was known, by the monotonic clock."""
    while any(_answers(*target.split(":")) for target in targets):
        time.sleep(PAUSE)
    return time.monotonic()


def _answers(host: str, port: str) -> bool:
    try:
        with socket.create_connection((host, int(port)), TIMEOUT) as connection:
            return bool(connection.recv(64))
    except OSError:
        return False


if __name__ == "__main__":
    answer({"until_down": until_down})
