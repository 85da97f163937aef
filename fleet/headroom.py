"""How much of each AWS limit the fleet uses: the report that says what to ask AWS for before it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fleet import addressing, backup, capacity, dsql, egress, known, shards
from fleet.model import Fleet
from fleet.problem import Path
from fleet.region import Region

WARN_AT = 0.8
OVER = 1.01
"""No warning: using all of it is what it is for."""
CELL_ROLES = 20
"""IAM roles of a cell, rounded up: cluster, nodes, and one for each of its controllers."""
REGION_ROLES = 15
"""IAM roles of a region that are no cell's and no service's, rounded up."""
CLOUDFRONT_LIST, HEALTH_CHECK_LIST = 55, 25
"""Rules that AWS's managed prefix lists count as; the two stand in two security groups (VPC user guide)."""

UNRESERVED = 100
"""Lambda executions of an account and region that no function can reserve (Lambda quotas)."""


@dataclass(frozen=True)
class Limit:
    """One limit in one place."""

    name: str
    """What is limited, in words that follow a number."""
    where: str
    used: int
    quota: int
    field: str
    """Its field in `quotas`."""
    path: Path
    """What in the fleet's files uses it."""
    warn_at: float = WARN_AT
    """Share from which it is worth a warning."""

    @property
    def share(self) -> float:
        return self.used / self.quota

    @property
    def tight(self) -> bool:
        """Used from its own threshold on."""
        return self.share >= self.warn_at


def limits(fleet: Fleet) -> tuple[Limit, ...]:
    """Every limit in every place it holds, region by region."""
    found: list[Limit] = []
    for region in known.regions(fleet):
        found += _region(fleet, region)
    found += _edge(fleet)
    found += _data(fleet)
    found += _roles(fleet)
    found += _executions(fleet)
    return tuple(found)


def _region(fleet: Fleet, region: Region) -> Iterator[Limit]:
    quotas, path, name = fleet.quotas, ("regions", region.name), region.name
    each = region.egress.addresses
    addresses = len(region.zones) * each * (2 if region.egress.path == "instances" else 1)
    yield Limit("elastic IP addresses", name, addresses, quotas.elastic_ips, "elastic_ips", (*path, "egress"))
    # An own number, whatever a region may have; one of two is as planned.
    of_one, granted = "addresses of one NAT gateway", quotas.nat_gateway_addresses
    where, field = (*path, "egress", "addresses"), "nat_gateway_addresses"
    yield Limit(of_one, name, each, granted, field, where, warn_at=OVER)
    # Networks come in steps of two cells and are final: six cells in four of five networks are as planned.
    networks = 1 + len(addressing.cell_blocks(region))
    yield Limit("networks of the VPC", name, networks, quotas.vpc_cidrs, "vpc_cidrs", (*path, "cells"), warn_at=1.01)
    yield Limit("gateway endpoints", name, 2, quotas.gateway_endpoints, "gateway_endpoints", path)
    standing = len(region.standing_cells)
    yield Limit("load balancers", name, 2 * standing, quotas.load_balancers, "load_balancers", (*path, "cells"))
    yield Limit("EKS clusters", name, standing, quotas.clusters, "clusters", (*path, "cells"))
    # A prefix list weighs what AWS says it does: the number is known, and nothing else stands in its group.
    yield Limit(
        "rules of the group with CloudFront's prefix list",
        name,
        max(CLOUDFRONT_LIST, HEALTH_CHECK_LIST),
        quotas.security_group_rules,
        "security_group_rules",
        path,
        warn_at=1.01,
    )
    yield from _streams(fleet, region)


def _streams(fleet: Fleet, region: Region) -> Iterator[Limit]:
    provisioned = sum(shards.provisioned(stream) for stream in fleet.streams.values() if stream.tier == "gold")
    if provisioned:
        yield Limit(
            "shards of gold streams",
            region.name,
            provisioned,
            fleet.quotas.stream_shards,
            "stream_shards",
            ("streams",),
        )
    for name, stream in fleet.streams.items():
        if stream.tier == "bronze":
            yield Limit(
                f"bytes per second into {name}",
                region.name,
                int(stream.peak * stream.record),
                fleet.quotas.direct_put,
                "direct_put",
                ("streams", name),
            )


def _edge(fleet: Fleet) -> Iterator[Limit]:
    checks = len(fleet.cells) + len(fleet.regions)
    yield Limit("health checks", "edge", checks, fleet.quotas.health_checks, "health_checks", ("regions",))


def _data(fleet: Fleet) -> Iterator[Limit]:
    for name in fleet.data_regions:
        pairs = [
            (database.name, number)
            for database in fleet.databases.values()
            for number, generation in database.generations.items()
            if generation.paired and name in generation.regions
        ]
        if pairs:
            yield Limit(
                "multi-region database clusters",
                name,
                len(pairs),
                fleet.quotas.multi_region_clusters,
                "multi_region_clusters",
                ("databases",),
            )
    for region in known.regions(fleet):
        for name in fleet.databases:
            users = [s for s in fleet.services.values() if s.database and f"{s.database}-{region.market}" == name]
            pods = sum(
                capacity.limit_pods_per_cell(s, region) * len(capacity.hosts(s, region))
                for s in users
                if s.runs_in(region)
            )
            if pods:
                yield Limit(
                    f"connections to {name}",
                    region.name,
                    pods * dsql.POOL,
                    fleet.quotas.database_connections,
                    "database_connections",
                    ("databases", name),
                )


def _roles(fleet: Fleet) -> Iterator[Limit]:
    used: dict[str, int] = {}
    for region in known.regions(fleet):
        services = len(region.services)
        roles = REGION_ROLES + services + CELL_ROLES * len(region.standing_cells)
        used[region.account_id] = used.get(region.account_id, 0) + roles
        callers = sum(1 for name in region.services if fleet.services[name].database)
        if "data" in fleet.accounts:
            data = fleet.accounts["data"]
            used[data] = used.get(data, 0) + callers
    for account, roles in used.items():
        alias = next(alias for alias, number in fleet.accounts.items() if number == account)
        yield Limit("IAM roles", f"account {alias}", roles, fleet.quotas.roles, "roles", ("accounts", alias))


def _executions(fleet: Fleet) -> Iterator[Limit]:
    """What functions reserve is taken from the account's own in a region, and a hundred must be left."""
    used: dict[tuple[str, str], int] = {}
    about: dict[tuple[str, str], tuple[str, Path]] = {}

    def reserve(alias: str, region: str, executions: int, path: Path) -> None:
        place = (fleet.accounts[alias], region)
        used[place] = used.get(place, UNRESERVED) + executions
        about.setdefault(place, (f"{region} of account {alias}", path))

    for region in known.regions(fleet):
        if executions := egress.executions(region):
            reserve(region.account, region.name, executions, ("regions", region.name, "egress"))
    if "data" in fleet.accounts:
        for name in fleet.data_regions:
            reserve("data", name, backup.KEEPER_EXECUTIONS, ("databases",))
    for place, executions in used.items():
        where, path = about[place]
        granted = fleet.quotas.lambda_executions
        yield Limit("concurrent Lambda executions", where, executions, granted, "lambda_executions", path)
