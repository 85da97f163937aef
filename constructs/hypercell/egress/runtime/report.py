"""What the controller says of itself: lines in its log that CloudWatch reads as metrics (embedded metric format).

A log line needs no permission, no call and no retry; a metric that failed to be sent would be missing on just the day
it is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Counts:
    """Counted since the last line. Names on CloudWatch are these in CamelCase."""

    rounds: int = 0
    instance_probe_failed: int = 0
    gateway_probe_failed: int = 0
    prober_unknown: int = 0
    both_paths_down: int = 0
    failovers: int = 0
    """Shards."""
    failbacks: int = 0
    route_errors: int = 0
    throttled: int = 0
    replaced: int = 0


def metric_name(field: str) -> str:
    """`ProberUnknown` for `prober_unknown`."""
    return "".join(word.capitalize() for word in field.split("_"))


LEVELS = ("shards_on_gateway", "shards_unreadable", "shards_frozen")
"""Metrics that say how it is, not how often it was."""

METRICS: tuple[str, ...] = tuple(metric_name(name) for name in (*(one.name for one in fields(Counts)), *LEVELS))
"""Everything that is published, by its name on CloudWatch."""


class Report:
    """Writes lines for one zone."""

    def __init__(self, namespace: str, zone: str, write: Callable[[str], None] = print) -> None:
        self._namespace, self._zone, self._write = namespace, zone, write
        self.counts = Counts()

    def say(self, what: str, **details: Any) -> None:
        """One event, for people and for queries over logs."""
        self._write(json.dumps({"zone": self._zone, "event": what, **details}))

    def publish(self, now: float, levels: dict[str, int]) -> None:
        """Publish what was counted, and how it is; starts over.

        Args:
            now: epoch.
            levels: of `LEVELS`; a level that nobody could read is left out.
        """
        values = {one.name: getattr(self.counts, one.name) for one in fields(Counts)} | levels
        named = {metric_name(name): value for name, value in values.items()}
        self._write(json.dumps(_embedded(self._namespace, self._zone, now, named)))
        self.counts = Counts()


def _embedded(namespace: str, zone: str, now: float, values: dict[str, int]) -> dict[str, Any]:
    names: Sequence[dict[str, str]] = [{"Name": name, "Unit": "Count"} for name in values]
    directive = {"Namespace": namespace, "Dimensions": [["Zone"]], "Metrics": names}
    return {"_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [directive]}, "Zone": zone, **values}
