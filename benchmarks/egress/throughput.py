"""Bytes through a NAT instance's own rules, against the least that a NAT needs.

One flow of iperf3, and the rules under it change every half second: the machine is busy with other things now and
then, and only what is measured side by side can be compared.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator

from benchmarks.lab import around
from benchmarks.lab.laboratory import Laboratory, wait_until
from benchmarks.lab.namespaces import stop
from benchmarks.lab.network import PARTNER

PORT = "5201"
_IPERF = ("iperf3", "-p", PORT, "--logfile", os.devnull)
SLICE_SECONDS = 0.5
WARM_UP_SECONDS = 1.0


def missing() -> str | None:
    """Why nothing can be measured here, and what would enable it."""
    return None if shutil.which("iperf3") else "needs iperf3: apt-get install iperf3"


def pairs(lab: Laboratory, shard: str, runs: int) -> Iterator[tuple[float, float]]:
    """Gigabits a second through our rules and through plain masquerading, side by side; who comes first changes."""
    lab.network.move("instance")
    ours, plain = lab.network.rules(), around.plain_masquerade()
    spaces = lab.network.namespaces
    server = spaces.start_program("partner", *_IPERF, "-s", "-1")
    try:
        if not wait_until(lambda: spaces.run("partner", ["ss", "-Hltn", f"sport = :{PORT}"])):
            raise RuntimeError("iperf3 does not listen")
        client = spaces.start_program(lab.network.clients[shard], *_IPERF, "-c", PARTNER, "-t", "3600")
        try:
            time.sleep(WARM_UP_SECONDS)
            for number in range(runs):
                seen = {}
                for rules in (ours, plain) if number % 2 else (plain, ours):
                    lab.network.load_rules(rules)
                    seen[rules] = _gigabits(lab)
                yield seen[ours], seen[plain]
        finally:
            stop(client)
    finally:
        stop(server)


def _gigabits(lab: Laboratory) -> float:
    """What the instance sends in one slice."""
    began, before = time.monotonic(), lab.network.sent()
    time.sleep(SLICE_SECONDS)
    sent = lab.network.sent() - before
    if not sent:
        raise RuntimeError("nothing came through the instance: the flow did not outlive a change of rules")
    return sent * 8 / 1e9 / (time.monotonic() - began)
