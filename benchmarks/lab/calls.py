"""A client whose connections stay open, so that one can ask what becomes of them."""

from __future__ import annotations

import itertools
import socket
import time
from typing import Any

from benchmarks.lab.lines import answer

_open: dict[int, socket.socket] = {}
_numbers = itertools.count(1)


def call(host: str, port: int, source: str | None = None, timeout: float = 3) -> dict[str, Any]:
    """Open a connection. `{"number": 1, "seen_as": "203.0.113.5"}`, or `{"error": "..."}`."""
    try:
        one = socket.create_connection((host, port), timeout, source_address=(source, 0) if source else None)
        heard = one.recv(64)
    except OSError as error:
        return {"error": type(error).__name__}
    number = next(_numbers)
    _open[number] = one
    return {"number": number, "seen_as": heard.decode().strip()}


def call_many(host: str, port: int, times: int, timeout: float = 1) -> int:
    """Open so many at once and keep them; how many were answered within `timeout` seconds."""
    waiting = []
    for _ in range(times):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex((host, port))
        waiting.append(one)
    time.sleep(timeout)
    answered = 0
    for one in waiting:
        try:
            answered += bool(one.recv(64))
        except OSError:  # it is still waiting
            one.close()
            continue
        _open[next(_numbers)] = one
    return answered


def speak(number: int, timeout: float = 3) -> dict[str, Any]:
    """Say something on an open connection. `{"heard": "echo" | "reset" | "closed" | "silence", "seconds": 0.01}`."""
    one = _open[number]
    one.settimeout(timeout)
    began = time.monotonic()
    try:
        one.sendall(b"still there?\n")
        heard = "echo" if one.recv(64) else "closed"
    except ConnectionResetError:
        heard = "reset"
    except TimeoutError:
        heard = "silence"
    return {"heard": heard, "seconds": time.monotonic() - began}


def hang_up() -> None:
    """Close everything."""
    for one in _open.values():
        one.close()
    _open.clear()


if __name__ == "__main__":
    answer({"call": call, "call_many": call_many, "speak": speak, "hang_up": hang_up})
