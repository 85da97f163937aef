"""Which stacks a fleet has, where each lives, and in which order they are deployed.

Inside one account and region `after` orders stacks; across them the phases do. A phase starts when the one
before it is complete everywhere, so that whatever a stack reads from another account or region is published by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from fleet import geography, names
from fleet.cell import Cell
from fleet.database import Database, Generation
from fleet.model import Fleet
from fleet.region import Region
from fleet.service import Service


class Phase(IntEnum):
    """In deployment order. `LINK` deploys the DSQL stacks of `DATABASES` a second time."""

    ACCOUNTS = 0
    FOUNDATIONS = 1
    NETWORKS = 2
    DATABASES = 3
    LINK = 4
    REGIONS = 5
    CELLS = 6
    TRAFFIC = 7
    SITE = 8


Subject = Region | Cell | Service | Database | Generation | None


@dataclass(frozen=True)
class StackPlan:
    """One stack: what it is about, where it lives, when it is deployed."""

    kind: str
    """`network`, `cell`, `service` and so on: the composition in `stacks/` that builds it."""
    name: str
    account: str
    """Account id."""
    alias: str
    """The account's alias in the fleet file."""
    region: str
    phase: Phase
    scope: Region | None = None
    """The fleet's region it belongs to, if it belongs to one."""
    subject: Subject = None
    after: tuple[str, ...] = ()
    """Names of stacks in the same account and region that come first."""

    @property
    def code(self) -> str:
        return geography.code(self.region)


def every_stack(fleet: Fleet) -> tuple[StackPlan, ...]:
    """All stacks of a fleet in deployment order."""
    plans = [*_accounts(fleet), *_edge(fleet), *_data(fleet)]
    for region in fleet.regions.values():
        plans += _region(fleet, region)
    return tuple(sorted(plans, key=lambda plan: plan.phase))


def in_scope(fleet: Fleet, *, region: str | None = None, cell: str | None = None) -> tuple[StackPlan, ...]:
    """The stacks of one region (`use1` or its full name), of one cell (`use1-a`), or all of them.

    Raises:
        KeyError: the fleet has no such region or standing cell.
    """
    plans = every_stack(fleet)
    if cell is not None:
        wanted = fleet.cell(cell)
        return tuple(plan for plan in plans if plan.subject is wanted)
    if region is not None:
        home = fleet.region_by_code(region)
        return tuple(plan for plan in plans if plan.scope is home)
    return plans


def _accounts(fleet: Fleet) -> Iterator[StackPlan]:
    homes = {region.account: region.name for region in fleet.regions.values()}
    for alias, account in fleet.accounts.items():
        home = homes.get(alias, fleet.edge.control_region)
        yield StackPlan("account", names.stack(fleet, "account", alias), account, alias, home, Phase.ACCOUNTS)


def _edge(fleet: Fleet) -> Iterator[StackPlan]:
    account, control = fleet.accounts["edge"], fleet.edge.control_region
    dns = names.stack(fleet, "edge-dns")
    yield StackPlan("edge-dns", dns, account, "edge", control, Phase.FOUNDATIONS)
    for region in fleet.regions.values():
        # A region whose cells are all planned has nothing to name, and CloudFormation takes no empty template.
        if not region.standing_cells:
            continue
        addresses = names.stack(fleet, "edge-addresses", region.code)
        yield StackPlan(
            "edge-addresses", addresses, account, "edge", control, Phase.TRAFFIC, subject=region, after=(dns,)
        )
        yield StackPlan(
            "edge-traffic",
            names.stack(fleet, "edge-traffic", region.code),
            account,
            "edge",
            control,
            Phase.TRAFFIC,
            subject=region,
            after=(dns, addresses),
        )
    # CloudFront takes its certificates and its web ACLs from us-east-1 alone.
    yield StackPlan("edge-site", names.stack(fleet, "edge-site"), account, "edge", "us-east-1", Phase.SITE)


def _data(fleet: Fleet) -> Iterator[StackPlan]:
    account = fleet.accounts["data"]
    for name in fleet.data_regions:
        code = geography.code(name)
        keys = names.stack(fleet, "data-keys", code)
        home = fleet.regions.get(name)
        yield StackPlan("data-keys", keys, account, "data", name, Phase.FOUNDATIONS, subject=home)
        if home is not None and any(fleet.services[service].database for service in home.services):
            callers = names.stack(fleet, "data-callers", code)
            yield StackPlan("data-callers", callers, account, "data", name, Phase.REGIONS, subject=home)
        yield StackPlan(
            "data-backup",
            names.stack(fleet, "data-backup", code),
            account,
            "data",
            name,
            Phase.REGIONS,
            subject=home,
            after=(keys,),
        )
        for database in fleet.databases.values():
            for generation in database.generations.values():
                if name in generation.regions:
                    yield StackPlan(
                        "dsql",
                        names.dsql_stack(generation, code),
                        account,
                        "data",
                        name,
                        Phase.DATABASES,
                        subject=generation,
                        after=(keys,),
                    )


def _region(fleet: Fleet, region: Region) -> Iterator[StackPlan]:
    def plan(kind: str, phase: Phase, *parts: str, subject: Subject = region, after: tuple[str, ...] = ()) -> StackPlan:
        name = names.stack(fleet, region.code, *(parts or (kind,)))
        return StackPlan(kind, name, region.account_id, region.account, region.name, phase, region, subject, after)

    keys = plan("keys", Phase.FOUNDATIONS)
    registry = plan("registry", Phase.FOUNDATIONS, after=(keys.name,))
    network = plan("network", Phase.NETWORKS, after=(keys.name,))
    egress = plan("egress", Phase.NETWORKS, after=(keys.name, network.name))
    yield from (keys, registry, network, egress)
    if fleet.streams:
        yield plan("streams", Phase.REGIONS, after=(keys.name,))
    yield plan("backup", Phase.REGIONS, after=(keys.name,))
    for database in fleet.databases.values():
        if region.name in database.serving.regions:
            yield plan("database", Phase.REGIONS, "database", database.name, subject=database, after=(network.name,))
    for name in region.services:
        service = fleet.services[name]
        yield plan("service", Phase.REGIONS, "service", name, subject=service, after=(keys.name, network.name))
    cells: list[str] = []
    for cell in region.standing_cells:
        standing = plan("cell", Phase.CELLS, cell.key, "cell", subject=cell, after=(network.name, egress.name))
        yield standing
        cells.append(standing.name)
        yield plan("services", Phase.CELLS, cell.key, "services", subject=cell, after=(standing.name,))
    # CloudWatch refuses a composite alarm while the alarms it is made of are not there.
    yield plan("observability", Phase.CELLS, after=(keys.name, *cells))
