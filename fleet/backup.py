"""Backups: what is chosen, by tag, and where the second copy lives."""

from __future__ import annotations

from fleet.model import Fleet
from fleet.region import Region

TAG = "fleet:backup"
"""Tag on the resources that a backup plan takes, so that nobody must remember to add them to a list."""
SERVICES = "services"
"""Value of the tag on what the services of a region keep."""
DATABASES = "databases"
"""Value of the tag on the clusters of the data account."""
KEEPER_EXECUTIONS = 1
"""Lambda executions reserved for the function that wakes a region's databases before their backup."""


def sibling(region: Region) -> Region | None:
    """The region that keeps the second copy: the next one of the same market, for data stays in its market."""
    market = region.fleet.markets[region.market]
    following = market[(market.index(region) + 1) % len(market)]
    return None if following is region else following


def sends_here(region: Region) -> tuple[Region, ...]:
    """The regions whose second copy this one keeps."""
    return tuple(other for other in region.fleet.regions.values() if sibling(other) is region)


def database_copy(fleet: Fleet, region: str) -> str | None:
    """Where the backups of a region's databases are copied to: the region of a peer, if one has a peer.

    A restore of a pair starts from equal recovery points in both regions (AWS Backup, multi-Region restore).
    """
    for database in fleet.databases.values():
        for generation in database.generations.values():
            if generation.paired and region in generation.regions:
                return generation.peer_of(region)
    return None
