"""Streams of a region."""

from __future__ import annotations

from fleet import names
from hypercell.streams.delivery import Deliveries
from hypercell.streams.lake import Lake
from hypercell.streams.stream import EventStream
from stacks.stack import RegionStack


class StreamsStack(RegionStack):
    """Every stream of the fleet, as this region has it, and the lake they end in."""

    about = "Streams of the region in their tiers, and the lake they end in"

    def build(self) -> None:
        region, key_arn = self.home, self.key_arn("lake")
        lake = Lake(self, "Lake", region=region, key_arn=key_arn)
        sources = {
            name: EventStream(self, names.pascal(name), region=region, stream=stream, key_arn=key_arn).arn
            for name, stream in self.fleet.streams.items()
            if stream.tier != "bronze"
        }
        deliveries = Deliveries(
            self,
            "Deliveries",
            region=region,
            bucket_arn=lake.bucket_arn,
            sources=list(sources.values()),
            lake_key_arn=key_arn,
            logs_key_arn=self.key_arn("logs"),
        )
        for name, stream in self.fleet.streams.items():
            deliveries.add(stream, sources.get(name))
