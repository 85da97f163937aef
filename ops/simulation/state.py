"""A region at one moment: what it is like, and what comes of it. All rates are requests per second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

INGRESS, EASTWEST = "ingress gateway", "east-west gateway"


@dataclass(frozen=True)
class State:
    """What a region is like at one moment. Cells by their place in `world.Region.cells`."""

    doors: tuple[float, ...]
    """Part of the region's viewers that come to each cell; sums to 1 where anybody comes."""
    lost: frozenset[int] = frozenset()
    """Cells of which nothing answers."""
    zones: float = 1.0
    """Part of the zones that stands."""
    astray: float = 0.0
    """Part of what comes to a standing cell's load balancers that is sent to a lost zone."""
    noticed: bool = False
    """Whether proxies leave out what is dead."""
    grown: bool = False
    """Whether autoscalers and nodes have followed what is asked for."""
    kept: bool = False
    """Whether pods of a lost zone start nowhere else."""
    spot: float = 1.0
    """Part of the Spot nodes of peak that stays. Below 1 no other is to be had."""
    no_more: bool = False
    """Whether no other Spot node is to be had than those of peak."""
    pool: str | None = None
    """The one pool that this is about; None: all of Spot."""
    broken: frozenset[str] = frozenset()
    """Services that answer nothing, wherever they run."""


@dataclass
class Flow:
    """What is asked for, and what becomes of it."""

    asked: float = 0.0
    served: float = 0.0
    shed: float = 0.0
    """It, or a caller of it, came to somebody who was full."""
    void: float = 0.0
    """It, or a caller of it, came to nobody."""

    def add(self, other: Flow, part: float = 1.0) -> None:
        self.asked += part * other.asked
        self.served += part * other.served
        self.shed += part * other.shed
        self.void += part * other.void

    @property
    def failed(self) -> float:
        return self.shed + self.void


@dataclass(frozen=True)
class Place:
    """A service or a gateway in a cell that is asked for more than its pods carry at their scaling target."""

    cell: str
    what: str
    asked: float
    carries: float
    shed: float
    pods: float


@dataclass
class Running:
    """Pods, cell by cell."""

    services: Mapping[str, Sequence[float]] = field(default_factory=dict)
    gates: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass
class Served:
    """What comes of a moment."""

    tiers: dict[int, Flow]
    places: list[Place]
    short: list[tuple[str, float, float]]
    """Whose limits do not carry, in all cells together, what is asked for: name, asked, carried. Gateways by cell."""
    homeless: list[tuple[str, float]]
    """Services that are asked for where no cell hosts them."""
    running: Running
    asked: Mapping[str, Sequence[float]]
    """Service to what each cell is asked for."""
    served: Mapping[str, Sequence[float]]
    coming: Mapping[str, Sequence[float]]
    """Gateway to what comes to it in each cell."""
    growth: float
    """Seconds that autoscalers take to add what is wanted, step by step."""

    @property
    def whole(self) -> Flow:
        found = Flow()
        for one in self.tiers.values():
            found.add(one)
        return found
