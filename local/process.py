"""The one server of a working folder: started, found again, stopped. `.hypercell/server.json` says which it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(".hypercell")
STATE = "server.json"
LOG = "server.log"

_PATIENCE_SECONDS = 10.0

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this very process started: they outlive it, but while it lives their end is its to collect."""


class ServerError(Exception):
    """The server cannot be started; the text says why and what to do."""


class AlreadyUp(ServerError):
    """A server of this folder runs."""


class PortTaken(ServerError):
    """Somebody else listens on the port."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    port: int
    born: str
    """When the process started, as the system counts it: a process id is used again, a pair of both is not."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        return birth(self.pid) == self.born


def birth(pid: int) -> str | None:
    """When a process started; None when there is no such process (or only its remains)."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            # The command's name stands in parentheses and may hold anything; after it come state and 19 more fields.
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return None if not shown or shown.startswith("Z") else shown.partition(" ")[2].strip()


def current(folder: Path = FOLDER) -> Server | None:
    """The server of this folder, if it runs; what a dead one left is removed."""
    state = folder / STATE
    try:
        server = Server(**json.loads(state.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (json.JSONDecodeError, TypeError):
        state.unlink(missing_ok=True)
        return None
    if not server.runs:
        state.unlink(missing_ok=True)
        return None
    return server


def start(port: int = 0, folder: Path = FOLDER) -> Server:
    """Start a server that outlives us. It is empty, and answers when this returns.

    Args:
        port: 0 takes a free one.

    Raises:
        AlreadyUp: this folder has one.
        PortTaken: somebody listens on the port.
        ServerError: it ended before it answered.
        OSError: the folder cannot be written.
    """
    running = current(folder)
    if running is not None:
        raise AlreadyUp(f"already up on {running.endpoint} (process {running.pid}); `hypercell down` stops it")
    folder.mkdir(exist_ok=True)
    reading, writing = os.pipe()
    with (folder / LOG).open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "local.server", str(port), str(writing)],
            pass_fds=(writing,),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _children[child.pid] = child
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="utf-8") as line:
            word, _, number = line.readline().strip().partition(" ")
        if word == "taken":
            raise PortTaken(f"port {port} on 127.0.0.1 is taken; choose another with --port, or leave it out")
        if word != "ready":
            raise ServerError(f"the server ended before it answered; see {folder / LOG}")
        server = Server(child.pid, int(number), birth(child.pid) or "")
        _claim(server, folder)
    except BaseException:
        end(child.pid)
        raise
    return server


def _claim(server: Server, folder: Path) -> None:
    """Write down that this is the folder's server: whole or not at all, and only if there is none."""
    written = folder / f"{STATE}.partial-{server.pid}"
    written.write_text(json.dumps(asdict(server)) + "\n", encoding="utf-8")
    try:
        os.link(written, folder / STATE)
    except FileExistsError:
        raise AlreadyUp("another `hypercell up` was faster; `hypercell down` stops its server") from None
    finally:
        written.unlink()


def stop(folder: Path = FOLDER) -> Server | None:
    """Stop the folder's server and forget it; None when nothing runs."""
    server = current(folder)
    if server is None:
        return None
    end(server.pid)
    (folder / STATE).unlink(missing_ok=True)
    return server


def end(pid: int) -> None:
    """End a process that we started: asked first, then made."""
    born = birth(pid)
    for ending in (signal.SIGTERM, signal.SIGKILL):
        if born is None or birth(pid) != born:
            break
        with suppress(ProcessLookupError):
            os.kill(pid, ending)
        until = time.monotonic() + _PATIENCE_SECONDS
        while birth(pid) == born and time.monotonic() < until:
            time.sleep(0.05)
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()
