"""Physical names fit where AWS has a limit: a fleet, cell or service key is a part of them.

Only names that can grow too long are asked here. Keys have at most 40 characters, cells 6 and fleets 12, so that
stacks (128) and the roles of services and cells (64) always fit; a test says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from fleet import known, names
from fleet.model import Fleet
from fleet.problem import Finding, Path

LOAD_BALANCER = TARGET_GROUP = 32
ROLE = 64
BUCKET = 63
REPLICATION_GROUP = 40
QUEUE = 80


def check(fleet: Fleet) -> Iterator[Finding]:
    for path, what, name, most in _names(fleet):
        if len(name) > most:
            over = len(name) - most
            text = (
                f"{name} is the name of a {what} and has {len(name)} characters of at most {most}; shorten it by {over}"
            )
            yield Finding(path, text)


def _names(fleet: Fleet) -> Iterator[tuple[Path, str, str, int]]:
    """What the fleet file decides about a name, what bears it, the name, its limit in characters."""
    regions = tuple(known.regions(fleet))
    for alias in fleet.accounts:
        yield ("accounts", alias), "role", names.outputs_reader(fleet, alias), ROLE
    for region in regions:
        for cell in region.cells.values():
            path = ("regions", region.name, "cells", cell.key)
            for side in ("ingress", "eastwest"):
                yield path, "load balancer", names.load_balancer(cell, side), LOAD_BALANCER
            for purpose in ("web", "health", "mesh"):
                yield path, "target group", names.target_group(cell, purpose), TARGET_GROUP
    for service in fleet.services.values():
        owner = ("services", service.name)
        for cache in service.caches:
            yield (*owner, "caches", cache), "replication group", names.cache(service, cache), REPLICATION_GROUP
        for queue, settings in service.queues.items():
            name = names.queue(service, queue, fifo=settings.fifo, dead=True)
            yield (*owner, "queues", queue), "queue", name, QUEUE
    for key, host in fleet.edge.hosts.items():
        if host.origin == "bucket":
            longest = max((region.name for region in regions), key=len, default="us-east-1")
            bucket = names.bucket(fleet, key, fleet.accounts.get("edge", "0" * 12), longest)
            yield ("edge", "hosts", key), "bucket", bucket, BUCKET
