"""How many shards a stream needs: Kinesis takes 1,000 records or 1 MB a second and shard, whichever ends first."""

from __future__ import annotations

from fleet.stream import Stream

RECORDS_PER_SHARD = 1_000
BYTES_PER_SHARD = 1_000_000
"""Write capacity of a shard per second (Kinesis Data Streams quotas)."""


def provisioned(stream: Stream) -> int:
    """Shards that carry the stream's peak. Keys are spread evenly; a hot key needs a better key, not more shards."""
    by_records = -int(-stream.peak // RECORDS_PER_SHARD)
    by_bytes = -int(-stream.peak * stream.record // BYTES_PER_SHARD)
    return max(1, by_records, by_bytes)
