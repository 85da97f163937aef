"""One command, run as a person runs it: wall seconds, processor seconds and peak memory of everything it starts."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    wall: float
    """Seconds from start to end."""
    cpu: float
    """Processor seconds of the command and all it started."""
    peak: float
    """Highest sum of resident memory of all its processes, in MB, looked at every 50 ms."""
    output: str
    """Standard output and standard error."""


def run(command: Sequence[str], environment: Mapping[str, str] = os.environ) -> Run:
    """Run a command to its end.

    Raises:
        RuntimeError: it ended with another code than 0; its output is the message.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watcher = _Watcher(process.pid)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - began
    watcher.stop()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, watcher.peak / 1e6, output)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure; the output is the last one's."""
    return Run(
        statistics.median(one.wall for one in runs),
        statistics.median(one.cpu for one in runs),
        statistics.median(one.peak for one in runs),
        runs[-1].output,
    )


class _Watcher(threading.Thread):
    """Sums the resident memory of a process and its descendants while it runs (Linux: /proc)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._ended.wait(0.05):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _family(self._pid)))

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += map(int, children.read_text().split())
            except OSError:  # it ended while we looked
                continue
    return found


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):  # it ended while we looked
        return 0
    return pages * resource.getpagesize()
