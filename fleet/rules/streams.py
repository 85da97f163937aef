"""Streams carry their peak: shards, on-demand throughput, direct puts."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.model import Fleet
from fleet.problem import Finding
from fleet.stream import Stream

_DAY = 86_400
_LONGEST = 365 * _DAY
ON_DEMAND_BYTES, ON_DEMAND_RECORDS = 200_000_000, 200_000
"""Bytes and records per second an on-demand stream writes by default in the largest regions (Kinesis quotas)."""
LARGEST_RECORD = 1 << 20
"""Bytes of a record unless the stream is told otherwise."""


def check(fleet: Fleet) -> Iterator[Finding]:
    for name, stream in fleet.streams.items():
        yield from _stream(fleet, name, stream)


def _stream(fleet: Fleet, name: str, stream: Stream) -> Iterator[Finding]:
    path = ("streams", name)
    if stream.peak < 1:
        yield Finding((*path, "peak"), "less than 1/s is no peak; write what the busiest second brings")
    if not 1 <= stream.record <= LARGEST_RECORD:
        text = f"{stream.record} B is no record Kinesis takes (1 B to 1 MiB); put larger ones into the lake and send the key"
        yield Finding((*path, "record"), text)
    if not _DAY <= stream.retention <= _LONGEST:
        text = f"{stream.retention} s is no retention Kinesis has; use 24h to 365d"
        yield Finding((*path, "retention"), text)
    if stream.tier == "silver" and (stream.peak * stream.record > ON_DEMAND_BYTES or stream.peak > ON_DEMAND_RECORDS):
        text = (
            f"silver is on demand, up to 200 MB and 200,000 records per second, and the peak is "
            f"{stream.peak * stream.record / 1e6:.0f} MB and {stream.peak:,.0f}; use gold"
        )
        yield Finding((*path, "tier"), text)
    if not any(name in service.emits for service in fleet.services.values()):
        yield Finding(
            path, f"{name} is written by no service; add it to the `emits` of one, or remove it", warning=True
        )
