"""The way out: instances that pay, addresses of one pool, partners that are partners."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from fleet.egress import SIZES, instance_type, offered, smallest_for, sustained, wasteful
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
    """Judged by the type that each zone really gets: a weak zone is the one that fails at peak."""
    egress, path, zones = region.egress, ("regions", region.name, "egress"), region.zones
    if egress.path != "instances" or not zones:
        return
    missing = [zone for zone in zones if not offered(zone, egress.size)]
    if missing:
        most = max((s for s in SIZES if all(offered(zone, s) for zone in zones)), key=SIZES.index)
        text = (
            f"{egress.size} does not exist in {listed(missing)}, where the NAT instance is a "
            f"{instance_type(missing[0], most)} at most; use {most} or less"
        )
        yield Finding((*path, "size"), text)
        return
    weakest = min(zones, key=lambda zone: sustained(zone, egress.size))
    carried = sustained(weakest, egress.size)
    if wasteful(zones, egress.size):
        fitting = smallest_for(zones, carried)
        text = f"{egress.size} carries no more to the internet than {fitting} ({carried / 1e9:g} Gbps); use {fitting}"
        yield Finding((*path, "size"), text)
        return
    if egress.peak is not None and egress.peak > carried:
        fitting = smallest_for(zones, egress.peak)
        remedy = f"use {fitting}" if fitting else "spread the traffic over more regions"
        text = (
            f"{egress.peak / 1e9:g} Gbps is more than the {instance_type(weakest, egress.size)} of {weakest} "
            f"sustains to the internet ({carried / 1e9:g} Gbps); {remedy}"
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
