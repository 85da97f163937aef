"""A Kinesis stream of a region: gold and silver."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kinesis as kinesis
from constructs import Construct

from fleet import names, shards
from fleet.region import Region
from fleet.stream import Stream
from hypercell.alarm import alarm, metric

FULL = 80
"""Percent of the provisioned records at which a gold stream is about to be full."""
BEHIND_MILLISECONDS = 600_000
"""How far the slowest reader may be behind. Delivery to the lake reads at once and buffers afterwards."""
LIVE_BEHIND_MILLISECONDS = 10_000
"""How far the live reader of a gold stream may be behind."""

_KINESIS = "AWS/Kinesis"


class EventStream(Construct):
    """One stream, in the region's own account; services write to their own region's.

    gold: shards for the declared peak, always there, and one reader with throughput of its own (enhanced fan-out:
    70 ms instead of 200, 2 MB a second and shard that no other reader takes). silver: on demand. It starts at 4,000
    records a second, follows by itself, and turns writers away when they more than double within 15 minutes.

    Attributes:
        arn: of the stream.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, stream: Stream, key_arn: str) -> None:
        super().__init__(scope, id)
        self._region, self._stream = region, stream
        gold = stream.tier == "gold"
        resource = kinesis.CfnStream(
            self,
            "Stream",
            name=names.stream(region.fleet, stream.name),
            stream_mode_details=kinesis.CfnStream.StreamModeDetailsProperty(
                stream_mode="PROVISIONED" if gold else "ON_DEMAND"
            ),
            shard_count=shards.provisioned(stream) if gold else None,
            retention_period_hours=max(24, -(-stream.retention // 3600)),
            stream_encryption=kinesis.CfnStream.StreamEncryptionProperty(encryption_type="KMS", key_id=key_arn),
        )
        # What is not yet in the lake is nowhere else.
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.arn = resource.attr_arn
        self._watch_writers()
        self._watch_readers()
        if gold:
            # No tags: they are createOnly here, and a changed tag would replace the reader, with its place in the stream.
            kinesis.CfnStreamConsumer(
                self, "Live", consumer_name=names.stream_consumer(region.fleet, stream.name), stream_arn=self.arn
            )
            self._watch_live()
            self._watch_space()

    def _watch_writers(self) -> None:
        alarm(
            self, "Throttled", name=self._named("throttled"), topic=names.alarm_topic_arn(self._region),
            about=f"stream {self._stream.name} turns writers away: too few shards, or a hot key",
            metrics=[metric(_KINESIS, "WriteProvisionedThroughputExceeded", self._dimensions())],
            statistic="Sum", threshold=1, periods=3,
        )  # fmt: skip

    def _watch_readers(self) -> None:
        alarm(
            self, "Behind", name=self._named("behind"), topic=names.alarm_topic_arn(self._region),
            about=f"a reader of stream {self._stream.name} falls behind",
            metrics=[metric(_KINESIS, "GetRecords.IteratorAgeMilliseconds", self._dimensions())],
            statistic="Maximum", threshold=BEHIND_MILLISECONDS, periods=5,
        )  # fmt: skip

    def _watch_live(self) -> None:
        consumer = names.stream_consumer(self._region.fleet, self._stream.name)
        dimensions = {**self._dimensions(), "ConsumerName": consumer}
        alarm(
            self, "LiveBehind", name=self._named("live-behind"), topic=names.alarm_topic_arn(self._region),
            about=f"the live reader of stream {self._stream.name} falls behind",
            metrics=[metric(_KINESIS, "SubscribeToShardEvent.MillisBehindLatest", dimensions)],
            statistic="Maximum", threshold=LIVE_BEHIND_MILLISECONDS, periods=5,
        )  # fmt: skip

    def _watch_space(self) -> None:
        capacity = shards.provisioned(self._stream) * 60
        alarm(
            self, "Full", name=self._named("full"), topic=names.alarm_topic_arn(self._region),
            about=f"stream {self._stream.name} is about to be full: raise its peak in the fleet file",
            metrics=[metric(_KINESIS, name, self._dimensions()) for name in ("IncomingRecords", "IncomingBytes")],
            expression=f"MAX([100 * m0 / {capacity * shards.RECORDS_PER_SHARD}, 100 * m1 / {capacity * shards.BYTES_PER_SHARD}])",
            statistic="Sum", threshold=FULL, periods=5,
        )  # fmt: skip

    def _named(self, signal: str) -> str:
        return names.region_alarm(self._region, f"stream-{self._stream.name}-{signal}")

    def _dimensions(self) -> dict[str, str]:
        return {"StreamName": names.stream(self._region.fleet, self._stream.name)}
