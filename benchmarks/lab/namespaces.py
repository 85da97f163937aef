"""Network namespaces under one prefix. Each is removed by its exact name, and each process stopped by its pid."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PATHS = (_ROOT, _ROOT / "constructs")
PROGRAMS = {"ip": "iproute2", "tc": "iproute2", "nft": "nftables", "conntrack": "conntrack", "sysctl": "procps"}

_numbers = itertools.count(1)


def missing(programs: Mapping[str, str] = PROGRAMS) -> str | None:
    """Why no lab can be built here, and what would enable it; None if one can.

    Args:
        programs: the package that brings each program.
    """
    absent = [program for program in programs if shutil.which(program) is None]
    if absent:
        packages = " ".join(sorted(set(programs.values()) - {"procps"}))
        return f"needs {', '.join(absent)}: apt-get install {packages}"
    if os.geteuid() != 0:
        return "needs root: network namespaces, nftables and traffic shaping are the kernel's"
    if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode != 0:
        return "needs the right to make network namespaces: a privileged container, or a machine of its own"
    return None


class Namespaces:
    """Namespaces of one lab. Their names begin with the pid and a number, so that labs may stand side by side."""

    def __init__(self, cleanup: ExitStack) -> None:
        self._cleanup = cleanup
        self.prefix = f"hypercell-{os.getpid()}-{next(_numbers)}"

    def name(self, place: str) -> str:
        return f"{self.prefix}-{place}"

    def add(self, *places: str) -> None:
        """Make them; when the stack of the lab is unwound they go, and with them every interface, route and rule."""
        for place in places:
            name = self.name(place)
            subprocess.run(["ip", "netns", "add", name], check=True)
            self._cleanup.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
            self.run(place, "ip link set lo up")

    def run(self, place: str, command: str | Sequence[str], *, given: str | None = None, check: bool = True) -> str:
        """Run to its end in a place, and return what it printed.

        Args:
            given: its standard input.

        Raises:
            RuntimeError: it ended with another code than 0; what it said is in the message.
        """
        words = command.split() if isinstance(command, str) else list(command)
        done = subprocess.run(self.inside(place, *words), input=given, capture_output=True, text=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"in {place}: {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def inside(self, place: str, *command: str) -> list[str]:
        """The command line that runs a command in a place."""
        return ["ip", "netns", "exec", self.name(place), *command]

    def start(self, place: str | None, module: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a module that stays, in a place or beside them all. It is stopped by its pid before the place goes."""
        environment["PYTHONPATH"] = os.pathsep.join(map(str, _PATHS))
        process = self.start_program(place, sys.executable, "-m", module, *arguments, **environment)
        self._cleanup.callback(stop, process)
        return process

    def start_program(self, place: str | None, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start any program; the caller stops it.

        It leads a session of its own: Ctrl-C is the lab's to answer, not its processes'.
        """
        return subprocess.Popen(
            command if place is None else self.inside(place, *command),
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[str]) -> None:
    """End a process that was started here, by its pid."""
    process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(BrokenPipeError):
                stream.close()
