"""A second process that does half of the work, and never outlives the first."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TypeVar

Answer = TypeVar("Answer")


@contextmanager
def beside(work: Callable[..., Answer], *given: object) -> Iterator[Callable[[], Answer]]:
    """Begin some work in another process; what is given waits for its answer.

    A pool would share work out more evenly and cannot be interrupted: its threads wait for processes that are gone.

    Raises:
        RuntimeError: it ended without an answer; what went wrong stands on standard error.
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=_serve, args=(theirs, work, given), daemon=True)
    process.start()
    theirs.close()

    def answer() -> Answer:
        try:
            found: Answer = ours.recv()
        except EOFError:
            raise RuntimeError("a process of this run ended without an answer") from None
        return found

    try:
        yield answer
    finally:
        process.kill()
        process.join()
        ours.close()


def _serve(answer: Connection, work: Callable[..., object], given: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process hears it too, and ends this one
    answer.send(work(*given))
