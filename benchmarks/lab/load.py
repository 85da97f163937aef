"""A client that opens a new connection every few milliseconds, and remembers what became of each."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.lab.lines import Speaker, answer

TIMEOUT = 1.0
"""Seconds a client waits for a connection, and as long for the first line on it."""

SERVED = "served"
RESET = "reset"
"""It was established, and then told to start anew: a swap does that to connections from before."""


@dataclass(frozen=True)
class Attempt:
    began: float
    """Seconds of the machine's monotonic clock, which all processes share."""
    ended: float
    outcome: str
    """`served`; `reset`; or why there was no connection."""
    seen_as: str
    """The address that the partner saw."""

    @property
    def failed(self) -> bool:
        """No new connection: no handshake, or one without a word behind it."""
        return self.outcome not in (SERVED, RESET)


@dataclass(frozen=True)
class Record:
    """Every attempt of a time under load, in the order they began."""

    attempts: Sequence[Attempt]

    @property
    def failed(self) -> int:
        return sum(one.failed for one in self.attempts)

    @property
    def reset(self) -> int:
        return sum(one.outcome == RESET for one in self.attempts)

    def since(self, moment: float) -> Record:
        return Record([one for one in self.attempts if one.began >= moment])

    def until(self, moment: float) -> Record:
        return Record([one for one in self.attempts if one.began < moment])

    def outage(self, death: float) -> float | None:
        """Seconds from a death to the first new connection after which none failed; None if there was no such one."""
        after = self.since(death).attempts
        last = max((place for place, one in enumerate(after) if one.failed), default=-1)
        return after[last + 1].began - death if last + 1 < len(after) else None


class Load:
    """The lab's end of a load process."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def begin(self, host: str, port: int, every: float = 0.02) -> None:
        """A new connection every so many seconds."""
        self._speaker.ask("begin", host=host, port=port, every=every)

    def end(self) -> Record:
        """Stop, wait for the last answers, and read the record."""
        return Record([Attempt(*one) for one in self._speaker.ask("end")])


class _Generator(threading.Thread):
    """The process's end: an event loop beside the thread that listens to the lab."""

    def __init__(self, host: str, port: int, every: float) -> None:
        super().__init__(daemon=True)
        self.host, self.port, self.every = host, port, every
        self.over = threading.Event()
        self.attempts: list[tuple[float, float, str, str]] = []

    def run(self) -> None:
        asyncio.run(self._generate())

    async def _generate(self) -> None:
        due = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            while not self.over.is_set():
                tasks.create_task(self._attempt())
                due += self.every
                await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _attempt(self) -> None:
        began = time.monotonic()
        outcome, seen_as = await self._call()
        self.attempts.append((began, time.monotonic(), outcome, seen_as))

    async def _call(self) -> tuple[str, str]:
        try:
            async with asyncio.timeout(TIMEOUT):
                reader, writer = await asyncio.open_connection(self.host, self.port)
        except OSError as error:  # a TimeoutError is one
            return f"no connection: {type(error).__name__}", ""
        try:
            async with asyncio.timeout(TIMEOUT):
                line = await reader.readline()
            return (SERVED if line else "closed without a word"), line.decode().strip()
        except ConnectionResetError:
            return RESET, ""
        except TimeoutError:
            return "no word", ""
        finally:
            writer.close()


_running: list[_Generator] = []


def begin(host: str, port: int, every: float) -> None:
    _running.append(_Generator(host, port, every))
    _running[-1].start()


def end() -> list[tuple[float, float, str, str]]:
    generator = _running.pop()
    generator.over.set()
    generator.join()
    return sorted(generator.attempts)


if __name__ == "__main__":
    answer({"begin": begin, "end": end})
