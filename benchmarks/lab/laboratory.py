"""A lab as one thing: network, servers, clients, and on request the local AWS whose routes the network follows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.lab.aws import LocalAws
from benchmarks.lab.lambdas import Lambda
from benchmarks.lab.lines import Speaker
from benchmarks.lab.load import Load, Record
from benchmarks.lab.network import PARTNER, PORT, TARGETS, Network
from benchmarks.lab.zone import Zone


class Laboratory:
    """What stands, and the tools at hand."""

    def __init__(self, zone: Zone, cleanup: ExitStack) -> None:
        self.zone = zone
        self.network = Network(zone, cleanup)
        self._follows = False
        self._echo = self._start("partner", "benchmarks.lab.echo", f"{PARTNER}:{PORT}", *TARGETS)
        self._tools: dict[tuple[str, ...], Speaker] = {}

    def _start(self, place: str | None, module: str, *arguments: str, **environment: str) -> Speaker:
        return Speaker(self.network.namespaces.start(place, module, *arguments, **environment))

    def tool(self, place: str, module: str, *arguments: str) -> Speaker:
        """A process that stays until the lab goes, started when it is first wanted."""
        key = (place, module, *arguments)
        if key not in self._tools:
            self._tools[key] = self._start(place, module, *arguments)
        return self._tools[key]

    def caller(self, shard: str) -> Speaker:
        """The client of a shard, for connections that stay open: `ask("call", host=..., port=...)`."""
        return self.tool(self.network.clients[shard], "benchmarks.lab.calls")

    def call(self, shard: str, **options: Any) -> dict[str, Any]:
        """One call of a shard's client to the partner."""
        found: dict[str, Any] = self.caller(shard).ask("call", host=PARTNER, port=PORT, **options)
        return found

    def reset(self) -> None:
        """Everything works, and no connection is open. Shards go by the gateway, unless a local AWS says where."""
        for (_, module, *_), speaker in self._tools.items():
            if module == "benchmarks.lab.calls":
                speaker.ask("hang_up")
        self.network.heal()
        if not self._follows:
            self.network.move("gateway")

    def sequential(self, shard: str) -> Speaker:
        """A checker with alternat's schedule, behind the shard's own route as alternat's is."""
        return self.tool(self.network.clients[shard], "benchmarks.lab.sequential")

    @contextmanager
    def load(self, shard: str, every: float = 0.02) -> Iterator[list[Record]]:
        """A new connection of a shard every so many seconds while the block runs. The list gets the record at its end."""
        load = Load(self.tool(self.network.clients[shard], "benchmarks.lab.load"))
        load.begin(PARTNER, PORT, every)
        records: list[Record] = []
        try:
            yield records
        finally:
            records.append(load.end())

    @contextmanager
    def pouring(self, shard: str) -> Iterator[None]:
        """As many bytes from a shard to the partner as the way carries, while the block runs."""
        pour = self.tool(self.network.clients[shard], "benchmarks.lab.pour")
        pour.ask("begin", host=PARTNER, port=PORT)
        try:
            yield
        finally:
            pour.ask("end")

    def probers(self, module: str) -> Lambda:
        """The Lambda functions of both paths, as the boto3 client that the controller calls.

        Args:
            module: the prober's, whose `handle` is run.
        """
        functions = {
            name: self._start(f"probe-{path}", "benchmarks.lab.prober", module, TARGETS=json.dumps(TARGETS))
            for path, name in self.zone.probers.items()
        }
        return Lambda(functions)

    def aws(self) -> LocalAws:
        """A local AWS of its own for this lab; the network follows its route tables from now on."""
        self._follows = True
        aws = LocalAws(self._start(None, "benchmarks.lab.server"), self.zone)
        aws.mirror(self.network.namespaces.name("router"), self.network.kernel_tables, self.network.hops)
        return aws


@contextmanager
def laboratory(zone: Zone) -> Iterator[Laboratory]:
    """Build a lab, and take it away, also after a failure or Ctrl-C."""
    with ExitStack() as cleanup:
        yield Laboratory(zone, cleanup)


def wait_until(true: Callable[[], object], seconds: float = 10, every: float = 0.02) -> bool:
    """Ask until it is so, at most so many seconds; whether it was."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
