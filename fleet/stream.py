"""Streams: Kinesis in tiers, into the lake."""

from __future__ import annotations

from typing import Literal

from pydantic import PrivateAttr

from fleet.document import Document
from fleet.quantity import Rate, Seconds, Size


class Stream(Document):
    """One stream of events, sized by its peak."""

    tier: Literal["gold", "silver", "bronze"]
    """gold: provisioned shards and enhanced fan-out; silver: on demand; bronze: straight to the lake."""
    peak: Rate
    """Records per second at peak, over the whole region."""
    record: Size
    """Mean size of a record in bytes."""
    retention: Seconds = 86_400
    """How long records stay readable in the stream; 24 h to 365 d."""

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        return self._name
