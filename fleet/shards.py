"""How many shards a stream needs: Kinesis takes 1,000 records or 1 MB a second and shard, whichever ends first."""

from __future__ import annotations

from fleet.stream import Stream

RECORDS_PER_SHARD = 1_000
BYTES_PER_SHARD = 1_000_000
"""Write capacity of a shard per second (Kinesis Data Streams quotas; they say 1 MB, and mean 1 MiB or less of it)."""
HEADROOM = 25
"""Percent of shards above the peak. Keys are hashed over shards, not dealt out: at 1,000 records a second and shard a
few hundred shards differ by some ten percent. Judgement; a hot key needs a better key, not more shards."""


def provisioned(stream: Stream) -> int:
    """Shards that carry the stream's peak with headroom."""
    by_records = -int(-stream.peak // RECORDS_PER_SHARD)
    by_bytes = -int(-stream.peak * stream.record // BYTES_PER_SHARD)
    full = max(1, by_records, by_bytes)
    return -(-full * (100 + HEADROOM) // 100)
