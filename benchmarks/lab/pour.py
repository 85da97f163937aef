"""A client that sends more than a narrow path carries: datagrams, at a fixed rate, that nobody answers."""

from __future__ import annotations

import socket
import threading
import time

from benchmarks.lab.lines import answer

_DATAGRAM = bytes(1200)
_STEP = 0.002
"""Seconds between two bursts."""

_over = threading.Event()
_threads: list[threading.Thread] = []


def begin(host: str, port: int, megabits: float) -> None:
    """Send so many megabits a second until told to end."""
    _over.clear()
    _threads.append(threading.Thread(target=_pour, args=(host, port, megabits), daemon=True))
    _threads[-1].start()


def end() -> None:
    _over.set()
    _threads.pop().join()


def _pour(host: str, port: int, megabits: float) -> None:
    burst = max(1, round(megabits * 1e6 * _STEP / 8 / len(_DATAGRAM)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        while not _over.wait(_STEP):
            for _ in range(burst):
                one.sendto(_DATAGRAM, (host, port))
            time.sleep(0)


if __name__ == "__main__":
    answer({"begin": begin, "end": end})
