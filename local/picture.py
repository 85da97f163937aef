"""What stands, as a person would draw it: plain values, printed by `ops.picture` or as JSON."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WayOut:
    """How a zone reaches the internet now."""

    route: str
    """Where the default routes of the zone's cells lead: a NAT gateway's or a network interface's id."""
    kind: str
    """`gateway` or `instance`."""
    address: str
    """The public address behind it."""
    shards: int
    """Route tables of cells that lead there."""
    standby: str
    """The other way, ready to take over: its public address, or empty."""


@dataclass(frozen=True)
class ZonePicture:
    """A zone of a region."""

    id: str
    subnets: int
    ways: tuple[WayOut, ...]
    """One, unless the cells of the zone differ."""


@dataclass(frozen=True)
class CellPicture:
    """A cell: its cluster, its share of the region's traffic."""

    name: str
    weight: int | None
    """Weight of its record; None when it has none."""
    kubernetes: str
    status: str
    nodes: str
    """`3-6`: bounds of its own managed node group; `auto` when EKS runs the nodes."""
    image: str
    """Release of the node image of that group."""
    subnets: tuple[str, ...]
    """Networks of its nodes and pods."""
    entrance: str
    """DNS name of its ingress load balancer."""
    services: tuple[str, ...]
    """Names of the services placed in it, as its own parameter lists them."""


@dataclass(frozen=True)
class StreamPicture:
    name: str
    mode: str
    shards: int
    hours: int
    """Retention."""


@dataclass(frozen=True)
class CachePicture:
    name: str
    shards: int
    nodes: int
    status: str


@dataclass(frozen=True)
class RegionPicture:
    """A region: its network, its zones and cells, its share of the market."""

    name: str
    account: str
    vpc: str
    networks: tuple[str, ...]
    weight: int | None
    zones: tuple[ZonePicture, ...]
    cells: tuple[CellPicture, ...]
    streams: tuple[StreamPicture, ...]
    caches: tuple[CachePicture, ...]


@dataclass(frozen=True)
class ClusterPicture:
    """One DSQL cluster, as its region sees it."""

    region: str
    identifier: str
    status: str
    witness: str
    peers: tuple[str, ...]
    """Regions of the clusters it is linked with."""


@dataclass(frozen=True)
class DatabasePicture:
    name: str
    generation: int
    clusters: tuple[ClusterPicture, ...]


@dataclass(frozen=True)
class HostPicture:
    """A host family: what viewers ask, who answers."""

    names: tuple[str, ...]
    distribution: str
    domain: str
    firewall: str
    """Name of the web ACL, or empty."""
    origin: str


@dataclass(frozen=True)
class MarketPicture:
    name: str
    regions: tuple[RegionPicture, ...]


@dataclass(frozen=True)
class Totals:
    stacks: int
    resources: int
    types: int
    recorded: dict[str, int]
    """Types with no API behind them, and how many resources of each."""
    compared: int
    """Properties read back and compared."""


@dataclass(frozen=True)
class Picture:
    """The fleet as it stands."""

    fleet: str
    domain: str
    accounts: dict[str, str]
    zone: str
    """Id of the public zone."""
    markets: tuple[MarketPicture, ...]
    databases: tuple[DatabasePicture, ...]
    hosts: tuple[HostPicture, ...]
    totals: Totals
