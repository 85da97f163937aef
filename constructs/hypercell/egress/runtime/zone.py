"""A zone as it stands: its shards and where they lead, its instance, its gateway."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from .marks import Marks


class Way(Enum):
    """Where a shard's default route leads."""

    INSTANCE = "instance"
    GATEWAY = "gateway"
    MISSING = "missing"
    """Nowhere: somebody took the route out."""
    FOREIGN = "foreign"
    """To something that is neither: somebody's own doing, and left alone."""


@dataclass(frozen=True)
class Shard:
    """A cell's route table in a zone: what moves as one."""

    table: str
    """`rtb-…`"""
    name: str
    """Tag `nat:shard`."""
    gateway: str
    """`nat-…`, its gateway."""
    interface: str
    """`eni-…`, its instance's static interface."""
    way: Way
    marks: Marks = field(default_factory=Marks)


@dataclass(frozen=True)
class Machine:
    """The instance in a zone's auto scaling group."""

    id: str
    lifecycle: str
    """`InService`, `Terminating:Wait`, …: Auto Scaling's own words."""

    @property
    def serving(self) -> bool:
        return self.lifecycle == "InService"

    @property
    def going(self) -> bool:
        return self.lifecycle.startswith(("Terminat", "Detach", "EnteringStandby", "Standby"))


@dataclass(frozen=True)
class Load:
    """Bytes a second, of the busier direction, over the last minutes."""

    instance: float
    gateway: float


@dataclass(frozen=True)
class Zone:
    """What was read of a zone. What could not be read is None: unknown."""

    name: str
    shards: tuple[Shard, ...] = ()
    machine: Machine | None = None
    """None: the group has none, or it could not be read. Either way nothing goes back."""
    gateway_state: str | None = None
    """`available`, `deleted`, …: EC2's own words."""
    saturated: bool | None = None
    """Whether one of the alarms says that the instance is at a limit."""
    load: Load | None = None
    unreadable: tuple[str, ...] = ()
    """Route tables that carry the zone's tag and lack another one."""

    @property
    def gateway_gone(self) -> bool:
        """Known not to be there: no probe is needed to tell."""
        return self.gateway_state not in (None, "available")
