"""The way out: instances that pay, addresses of one pool, partners that are partners."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from fleet.egress import SUSTAINED, WASTEFUL, smallest_for
from fleet.known import listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.region import Region


def check(fleet: Fleet) -> Iterator[Finding]:
    pools: dict[str, str] = {}
    any_pool = any(region.egress.byoip_pool for region in fleet.regions.values())
    for region in fleet.regions.values():
        yield from _size(region)
        yield from _access(region)
        path, pool = ("regions", region.name, "egress"), region.egress.byoip_pool
        if pool is None and any_pool:
            text = (
                "has no byoip_pool, and other regions have; partners who allow our range refuse Amazon's, so name one"
            )
            yield Finding(path, text)
        elif pool is not None and pools.setdefault(pool, region.name) != region.name:
            text = f"{pool} is the pool of {pools[pool]}; a pool belongs to one region, bring a range of its own"
            yield Finding((*path, "byoip_pool"), text)
    yield from _partners(fleet)


def _size(region: Region) -> Iterator[Finding]:
    egress, path = region.egress, ("regions", region.name, "egress")
    if egress.path != "instances":
        return
    if egress.size in WASTEFUL:
        carried = SUSTAINED[egress.size]
        text = (
            f"{egress.size} carries no more to the internet than {smallest_for(carried)} ({carried / 1e9:g} Gbps); "
            f"use {smallest_for(carried)}, and above 5 Gbps 8xlarge to 24xlarge"
        )
        yield Finding((*path, "size"), text)
        return
    if egress.peak is not None and egress.peak > SUSTAINED[egress.size]:
        fitting = smallest_for(egress.peak)
        remedy = f"use {fitting}" if fitting else "spread the traffic over more regions"
        text = (
            f"{egress.peak / 1e9:g} Gbps is more than {egress.size} sustains to the internet "
            f"({SUSTAINED[egress.size] / 1e9:g} Gbps); {remedy}"
        )
        yield Finding((*path, "peak"), text)


def _access(region: Region) -> Iterator[Finding]:
    access, path = region.access, ("regions", region.name, "access", "cidrs")
    if access.path == "ssm" and access.cidrs:
        yield Finding(path, "is not read with path: ssm; remove it, or use path: cidrs")
    for place, cidr in enumerate(access.cidrs):
        try:
            network = IPv4Network(cidr)
        except ValueError as error:
            yield Finding((*path, place), f"{cidr} is no IPv4 network ({error}); write it like 203.0.113.0/24")
            continue
        if network.prefixlen < 8:
            text = f"{cidr} is most of the internet; list the networks operators come from"
            yield Finding((*path, place), text)


def _partners(fleet: Fleet) -> Iterator[Finding]:
    hosts = fleet.partners.hosts
    for place, host in enumerate(hosts):
        path = ("partners", "hosts", place)
        if host in hosts[:place]:
            yield Finding(path, f"{host} stands twice; name it once")
        covering = [other for other in hosts if other != host and other.startswith("*.") and host.endswith(other[1:])]
        if covering:
            yield Finding(path, f"{host} is already covered by {listed(covering)}; remove one of them")
