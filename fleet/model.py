"""The fleet: one typed document from which everything else follows."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from fleet.cell import Cell, CellDefaults
from fleet.database import Database, Generation
from fleet.document import AccountId, Document, HostName, Key, Positive, RegionName, Whole
from fleet.edge import Edge, Host
from fleet.exemption import Exemption
from fleet.pins import Mirror
from fleet.quantity import Seconds, Size
from fleet.region import Region, Removed
from fleet.release import Release
from fleet.service import Image, Partners, Service
from fleet.stream import Stream


class Team(Document):
    """Who is paged and who pays."""

    oncall: str
    """Address that alarms of the team's services go to."""
    budget: Positive
    """USD a month; AWS Budgets warns at 80 % and 100 %."""


class Survive(Document):
    """What may be lost at peak with full service."""

    cells: Whole = 0
    """Cells of a region that may be gone at once."""
    zones: Whole = 1
    """Zones of a region that may be shifted away at once."""
    regions: Whole = 0
    """Regions of a market that may be gone at once."""


class Spot(Document):
    """How much of peak compute runs on Spot, and how wide the choice of instance types is."""

    share: Annotated[float, Field(strict=True, ge=0, le=1)] = 0.95
    """Part of peak compute on Spot, at least; the rest is system nodes and gateways."""
    types: Positive = 250
    """Instance types reachable per region, counted from the catalogue."""


class Policies(Document):
    """What every change and every plan is measured against."""

    survive: Survive = Survive()
    spot: Spot = Spot()
    change_scope: Literal["cell", "zone", "region", "fleet"] = "cell"
    """Widest scope that one change may touch without a roll-out plan."""


class Quotas(Document):
    """AWS quotas as granted to the accounts. Defaults are Amazon's; raise them here once they are granted."""

    elastic_ips: Positive = 5
    """Elastic IP addresses per region."""
    nat_gateway_addresses: Positive = 2
    """Elastic IP addresses per NAT gateway; 8 at most."""
    vpc_cidrs: Positive = 5
    """IPv4 networks per VPC."""
    gateway_endpoints: Positive = 20
    """Gateway VPC endpoints per region; each cell takes two."""
    load_balancers: Positive = 50
    """Network Load Balancers per region."""
    health_checks: Positive = 200
    """Route 53 health checks of the edge account."""
    security_group_rules: Positive = 60
    """Inbound rules per security group; CloudFront's prefix list weighs 55."""
    multi_region_clusters: Positive = 5
    """Multi-region DSQL clusters per account and region."""
    cache_nodes: Positive = 90
    """Nodes of one Valkey cluster, shards x (1 + replicas)."""
    stream_shards: Positive = 500
    """Provisioned Kinesis shards per region."""
    direct_put: Size = 5_000_000
    """Bytes per second that a bronze stream's delivery takes (Firehose direct put); small regions start at 1MB."""
    database_connections: Positive = 10_000
    """Connections of one DSQL cluster."""
    roles: Positive = 1_000
    """IAM roles per account."""
    clusters: Positive = 100
    """EKS clusters per region."""
    lambda_executions: Positive = 1_000
    """Concurrent Lambda executions per account and region, of which 100 cannot be reserved; new accounts start lower."""


class Rollout(Document):
    """How a platform release travels."""

    first: str | None = None
    """`<region>/<cell>` that goes first. Derived when absent."""
    bake: Seconds = 1800
    """How long alarms must stay quiet between waves."""


class Fleet(Document):
    """Everything the platform team decides, with the teams' services and where they live."""

    fleet: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,10}[a-z0-9]$")]
    """Prefix of every physical name, 2-12 characters."""
    stage: Literal["production", "staging", "development"] = "production"
    """Another environment is another folder."""
    domain: HostName
    """The domain that everything is served under; one public zone, no delegation."""
    accounts: dict[Key, AccountId]
    """Alias to account id. `edge` and `data` are required; ids may repeat, and none changes once something stands in it."""
    teams: dict[Key, Team]
    policies: Policies = Policies()
    releases: dict[str, Release]
    release: str
    """The release of every cell that names none."""
    cell_defaults: CellDefaults = CellDefaults()
    regions: dict[RegionName, Region]
    removed: dict[str, Removed] = Field(default_factory=dict)
    """Tombstones by what stood there: `<region>/<cell>`, `<region>`, `streams/<name>` and so on (docs/components/change.md)."""
    databases: dict[Key, Database] = Field(default_factory=dict)
    edge: Edge
    streams: dict[Key, Stream] = Field(default_factory=dict)
    partners: Partners = Partners()
    rollout: Rollout = Rollout()
    quotas: Quotas = Quotas()

    services: dict[Key, Service] = Field(default_factory=dict)
    """From services/<team>.yaml."""
    images: dict[Key, Image] = Field(default_factory=dict)
    """From images/<service>.yaml."""
    placements: dict[RegionName, dict[Key, tuple[str, ...]]] = Field(default_factory=dict)
    """From placements.yaml: region, service, cell keys."""
    owners: dict[Key, Key] = Field(default_factory=dict)
    """Service to team, from the services' files."""
    exceptions: dict[Key, Exemption] = Field(default_factory=dict)
    """From exceptions/<id>.yaml."""
    mirror: Mirror = Mirror()
    """From mirror.yaml."""

    _numbers: dict[tuple[str, str, str], Any] = PrivateAttr(default_factory=dict)
    """What fleet/capacity.py and fleet/sizing.py have already computed."""

    def model_post_init(self, _context: Any) -> None:
        """Tell every part its own key and where it belongs, so that a part alone is enough to name it."""
        for name, region in self.regions.items():
            region._name, region._fleet = name, self
            for key, cell in region.cells.items():
                cell._key, cell._region = key, region
        for name, database in self.databases.items():
            database._name, database._fleet = name, self
            for number, generation in database.generations.items():
                generation._number, generation._database = number, database
        for name, service in self.services.items():
            service._name, service._fleet, service._team = name, self, self.owners.get(name, "")
        for name, stream in self.streams.items():
            stream._name = name
        for key, host in self.edge.hosts.items():
            host._key = key

    @property
    def name(self) -> str:
        return self.fleet

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every standing cell, region by region."""
        return tuple(cell for region in self.regions.values() for cell in region.standing_cells)

    @property
    def markets(self) -> dict[str, tuple[Region, ...]]:
        """Market to its regions, in the order of the file."""
        markets: dict[str, tuple[Region, ...]] = {}
        for region in self.regions.values():
            markets[region.market] = (*markets.get(region.market, ()), region)
        return markets

    @property
    def operators(self) -> str:
        """Key of the team that runs the platform: `platform`, or the first while there is no such team."""
        return "platform" if "platform" in self.teams else next(iter(self.teams))

    @cached_property
    def placed(self) -> dict[tuple[str, str], tuple[Service, ...]]:
        """Region and cell key to the services placed there, in the order of the files."""
        found: dict[tuple[str, str], list[Service]] = {}
        for region, services in self.placements.items():
            for name, service in self.services.items():
                for key in dict.fromkeys(services.get(name, ())):
                    found.setdefault((region, key), []).append(service)
        return {place: tuple(services) for place, services in found.items()}

    @cached_property
    def hosting(self) -> dict[tuple[str, str], tuple[Cell, ...]]:
        """Region and service to the cells it is placed in, as recorded in placements.yaml."""
        return {
            (name, service): tuple(region.cells[key] for key in keys if key in region.cells)
            for name, region in self.regions.items()
            for service, keys in self.placements.get(name, {}).items()
        }

    @cached_property
    def calling(self) -> dict[str, tuple[Service, ...]]:
        """Service to those that call it, in the order of the files."""
        found: dict[str, list[Service]] = {}
        for service in self.services.values():
            for called in dict.fromkeys(call.service for call in service.calls):
                found.setdefault(called, []).append(service)
        return {called: tuple(services) for called, services in found.items()}

    def cell(self, name: str) -> Cell:
        """The standing cell `use1-a`.

        Raises:
            KeyError: no standing cell has that name.
        """
        return {cell.name: cell for cell in self.cells}[name]

    def region_by_code(self, code: str) -> Region:
        """The region `use1` or `us-east-1`.

        Raises:
            KeyError: the fleet has no such region.
        """
        return {key: r for r in self.regions.values() for key in (r.code, r.name)}[code]

    @property
    def data_regions(self) -> tuple[str, ...]:
        """Regions in which the data account holds something, in the order of the file, peers last."""
        found = dict.fromkeys(
            region
            for database in self.databases.values()
            for g in database.generations.values()
            for region in g.regions
        )
        return tuple(found)


__all__ = ["Fleet", "Generation", "Host", "Policies", "Quotas", "Rollout", "Spot", "Survive", "Team"]
