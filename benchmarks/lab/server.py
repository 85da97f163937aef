"""The local AWS of a lab, and the mirror of its routes: what EC2's network does with a changed route table.

A moto server on 127.0.0.1 in a process of its own, and beside it a thread that looks at the route tables and gives the
kernel the next hop of each default route that has changed.
"""

from __future__ import annotations

import logging
import os
import subprocess
import threading
import time
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.server import ThreadedMotoServer

from benchmarks.lab.lines import answer

EVERY = 0.01
"""Seconds between two looks at the tables. moto's objects are read, not its API, so a look costs microseconds."""


class Mirror(threading.Thread):
    """Copies default routes into the kernel's tables, for ever."""

    def __init__(self, region: str, router: str, tables: dict[str, int], hops: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._backend: Any = ec2_backends[DEFAULT_ACCOUNT_ID][region]
        self._router, self._tables, self._hops = router, tables, hops
        self._stand: dict[str, str] = {}
        self.changes: list[tuple[float, str, str]] = []
        """When the kernel had it, route table, target."""

    def run(self) -> None:
        # EC2's network does not wait for whoever else is busy on this machine; `ip` inherits it.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -10)
        while True:
            for table, number in self._tables.items():
                target = self._out(table)
                if target != self._stand.get(table):
                    self._set(table, number, target)
            time.sleep(EVERY)

    def _out(self, table: str) -> str:
        for _ in range(2):  # moto takes the old target away before it sets the new one; EC2 does not
            routes = self._backend.route_tables[table].routes
            out = next((route for route in routes if route.destination_cidr_block == "0.0.0.0/0"), None)
            held = out and (out.nat_gateway or out.interface)
            if held:
                return str(held.id)
            time.sleep(EVERY)
        return ""

    def _set(self, table: str, number: int, target: str) -> None:
        route = ["blackhole", "default"] if target not in self._hops else ["default", "via", self._hops[target]]
        command = ["ip", "-n", self._router, "route", "replace", *route, "table", str(number)]
        subprocess.run(command, check=True)
        self._stand[table] = target
        self.changes.append((time.monotonic(), table, target))


class _Server:
    def __init__(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        self._mirror: Mirror | None = None

    def port(self) -> int:
        return self._server.get_host_and_port()[1]

    def mirror(self, **what: Any) -> None:
        """Begin to mirror. Arguments: those of `Mirror`."""
        self._mirror = Mirror(**what)
        self._mirror.start()

    def changes(self) -> list[tuple[float, str, str]]:
        """Every change that the kernel was given, oldest first."""
        return list(self._mirror.changes) if self._mirror else []


def _end(failure: threading.ExceptHookArgs) -> None:
    """A lab whose mirror has stopped measures nothing: end, so that the next question fails."""
    threading.__excepthook__(failure)
    os._exit(1)


if __name__ == "__main__":
    threading.excepthook = _end
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = _Server()
    answer({"port": server.port, "mirror": server.mirror, "changes": server.changes})
