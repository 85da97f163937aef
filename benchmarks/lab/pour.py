"""A client that sends as much as a path carries, on a few connections that slow down when packets are lost."""

from __future__ import annotations

import contextlib
import socket
import threading

from benchmarks.lab.lines import answer

_BLOCK = bytes(16384)
_streams: list[socket.socket] = []


def begin(host: str, port: int, streams: int = 2) -> None:
    """Send until told to end."""
    for _ in range(streams):
        one = socket.create_connection((host, port), 3)
        one.settimeout(None)
        _streams.append(one)
        for work in (_send, _receive):
            threading.Thread(target=work, args=(one,), daemon=True).start()


def end() -> None:
    while _streams:
        one = _streams.pop()
        with contextlib.suppress(OSError):  # it was told to start anew
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def _send(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            one.sendall(_BLOCK)


def _receive(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while one.recv(len(_BLOCK)):
            pass


if __name__ == "__main__":
    answer({"begin": begin, "end": end})
