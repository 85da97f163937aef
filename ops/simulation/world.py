"""A fleet as it can be played: what runs in each cell, what it may grow to, and how calls leave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleet.model import Fleet
from ops.simulation.records import Records


@dataclass(frozen=True)
class Pods:
    """A service in a cell, as its autoscaler and its Deployment have it."""

    least: int
    most: int
    carries: float
    """Requests per second of a pod at its scaling target."""
    full: float
    """The same with all processors that it requests."""
    cpu: float
    """Thousandths of a processor that a pod requests, its proxy included."""
    memory: float
    """Bytes, the same."""
    rank: int
    """Priority: of two that do not both fit, the higher one stays."""
    room: str = ""
    """Pool of nodes that it has to itself; empty: the one that all share."""
    capped: bool = False
    """Whether a limit keeps it from what its neighbours leave idle."""
    growth: float = 1.0
    """Part of its pods that its autoscaler may add at once."""
    period: float = 15.0
    """Seconds between two such steps."""


@dataclass(frozen=True)
class Room:
    """What pods may take of nodes."""

    cpu: float = 0.0
    memory: float = 0.0
    pods: float = 0.0

    def __add__(self, other: Room) -> Room:
        return Room(self.cpu + other.cpu, self.memory + other.memory, self.pods + other.pods)


@dataclass(frozen=True)
class Gate:
    """A gateway of a cell."""

    least: int
    most: int
    carries: float
    """Requests per second of a pod at its scaling target."""
    full: float


@dataclass(frozen=True)
class Calls:
    """How calls to a service leave a cell."""

    local: bool
    """Whether pods of the own cell are preferred while there are any."""
    attempts: int
    """How often a call that found nobody is sent again."""
    door_attempts: int
    """The same of the ingress gateway."""
    left_out: int
    """Percent of addresses that a proxy may leave out because they fail; 0 without outlier detection."""
    noticed: float
    """Seconds until a busy proxy leaves a dead address out."""


@dataclass(frozen=True)
class Cell:
    """One cell that serves."""

    name: str
    key: str
    pods: Mapping[str, Pods]
    """Service to its pods; what is not here is not hosted."""
    calls: Mapping[str, Calls]
    shared: Room
    """On Spot where the cell has it: pools that any pod may use."""
    burst: Room
    """On demand, bought when no other is to be had."""
    own: Mapping[str, Room]
    """Pools that services have to themselves."""
    spot: bool
    """Whether the shared room, and what services have to themselves, is Spot."""
    ingress: Gate
    eastwest: Gate | None
    reaches: frozenset[str]
    """Cells whose gateways its proxies know of, itself included."""
    balancer: float
    """Seconds until a load balancer leaves a zone without healthy targets out of its name."""


@dataclass(frozen=True)
class Region:
    """A region with the cells that serve."""

    name: str
    code: str
    market: str
    zones: tuple[str, ...]
    meshed: bool
    cells: tuple[Cell, ...]
    out: int
    """Cells in which something is placed and that serve no more: losses that were counted beforehand."""


@dataclass(frozen=True)
class World:
    """Everything that is played."""

    origin: str
    """Where the objects are from, for people."""
    fleet: Fleet
    """The files: peaks, and who calls whom. Demand is no object of AWS."""
    records: Records
    regions: Mapping[str, Region]
