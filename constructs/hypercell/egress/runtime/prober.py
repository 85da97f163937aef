"""One look over one way out: a function in a subnet whose only route is that way.

Three targets are tried at once, and one that answers is enough: a target that is down says nothing about the way. A
connection is all that is asked for. Environment: TARGETS, a JSON list of `host:port`.
"""

from __future__ import annotations

import json
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

CONNECT_SECONDS = 1.0
TOTAL_SECONDS = 1.5
"""Nothing takes longer: a name that does not resolve is given up together with everything else."""


def look(targets: Sequence[str], connect: Callable[[str, int], None]) -> dict[str, Any]:
    """Try all targets at once, until one answers, all have failed, or the time is over.

    Args:
        targets: `host:port`.
        connect: opens a connection and closes it; raises what it likes.

    Returns:
        `{"ok": bool, "targets": {target: "ok" or why not}}`. A target that had no time to end is "no answer".
    """
    answers: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
    seen = dict.fromkeys(targets, "no answer")
    for target in seen:
        # Daemons: one that hangs in name resolution must not keep the function from ending.
        threading.Thread(target=_try, args=(target, connect, answers), daemon=True).start()
    deadline = time.monotonic() + TOTAL_SECONDS
    for _ in range(len(seen)):
        try:
            target, said = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        seen[target] = said
        if said == "ok":
            break
    return {"ok": "ok" in seen.values(), "targets": seen}


def _try(target: str, connect: Callable[[str, int], None], answers: queue.SimpleQueue[tuple[str, str]]) -> None:
    host, _, port = target.rpartition(":")
    try:
        connect(host, int(port))
        said = "ok"
    # Everything, on purpose: a prober that dies of a strange answer says "unknown" where it should say "down".
    except Exception as error:  # noqa: BLE001
        said = f"{type(error).__name__}: {error}"
    answers.put((target, said))


def connect(host: str, port: int) -> None:
    """Open a connection to the first address of a host, and close it.

    The first only: one timeout for each of several addresses would take longer than a round.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as one:
        one.settimeout(CONNECT_SECONDS)
        # Refused is the answer to the first packet; reset comes after the handshake, which is all that is asked for.
        with suppress(ConnectionResetError):
            one.connect(address)


def handle(_event: object, _context: object) -> dict[str, Any]:
    """The function."""
    return look(json.loads(os.environ["TARGETS"]), connect)
