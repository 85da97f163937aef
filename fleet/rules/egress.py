"""The way out: instances that pay, addresses of one pool, partners that are partners."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from fleet import egress_cost
from fleet.egress import SIZES, instance_type, offered, smallest_for, sustained, wasteful
from fleet.known import listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.quantity import spell_size
from fleet.region import EgressSize, Region

_MOST_TARGETS = 5
"""All are tried at once, each second, from a function with one second for it."""


def check(fleet: Fleet) -> Iterator[Finding]:
    pools: dict[str, str] = {}
    any_pool = any(region.egress.byoip_pool for region in fleet.regions.values())
    for region in fleet.regions.values():
        yield from _size(region)
        yield from _probe(fleet, region)
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
        return
    yield from _traffic(region, weakest)


def _traffic(region: Region, weakest: str) -> Iterator[Finding]:
    """Bytes that the instance can carry at all, and that are worth an instance."""
    egress, path = region.egress, ("regions", region.name, "egress")
    if egress.monthly is None:
        return
    # Bytes of both directions are declared, so one direction carries half of them at least, were every hour the same.
    least = egress_cost.mean(egress.monthly / 1e9) / 2
    if egress.peak is not None and least > egress.peak:
        text = (
            f"{spell_size(egress.monthly)} a month is {least / 1e9:.3g} Gbps in one direction all month long, more than "
            f"the peak of {egress.peak / 1e9:g} Gbps; raise peak, or correct monthly"
        )
        yield Finding((*path, "monthly"), text)
        return
    carried = sustained(weakest, egress.size)
    if least > carried:
        fitting = smallest_for(region.zones, least)
        remedy = f"use {fitting} or more" if fitting else "spread the traffic over more regions"
        text = (
            f"{spell_size(egress.monthly)} a month is {least / 1e9:.3g} Gbps in one direction all month long, more than "
            f"the {instance_type(weakest, egress.size)} of {weakest} sustains to the internet ({carried / 1e9:g} Gbps); "
            f"{remedy}"
        )
        yield Finding((*path, "monthly"), text)
        return
    yield from _pays(region)


def _pays(region: Region) -> Iterator[Finding]:
    """Judged over the region, which has one size: zones of an older family may pay less, and none decides alone."""
    egress, zones = region.egress, region.zones
    costs = _added(region, egress.size)
    saved = _saved(region)
    if costs is None or costs <= saved:
        return
    smaller = [s for s in SIZES[: SIZES.index(egress.size)] if not wasteful(zones, s)]
    paying = [s for s in smaller if (added := _added(region, s)) is not None and added <= saved]
    if egress.peak is None:
        fitting, why = (paying[-1] if paying else None), "the largest that pays"
    else:
        enough = smallest_for(zones, egress.peak)
        fitting, why = (enough if enough in paying else None), f"which carries the peak of {egress.peak / 1e9:g} Gbps"
    if fitting is not None:
        remedy = f"use {fitting}, {why}, or path: managed"
    elif egress.peak is None:
        remedy = "use path: managed, no smaller size pays either"
    else:
        remedy = f"use path: managed, no smaller size that carries the peak of {egress.peak / 1e9:g} Gbps pays"
    text = (
        f"{egress.size} costs {costs:,.0f} USD a month in {len(zones)} zones (instances, their addresses, the controller) "
        f"and saves {saved:,.0f} USD of bytes through gateways ({len(zones)} x {spell_size(egress.monthly or 0)}); {remedy}"
    )
    yield Finding(("regions", region.name, "egress", "size"), text)


def _added(region: Region, size: EgressSize) -> float | None:
    """USD a month that instances of a size add to the gateways of a region; None while a price is unknown."""
    each = [egress_cost.instance(zone, size, billed=region.egress.billed_addresses) for zone in region.zones]
    known = [one for one in each if one is not None]
    return sum(known) if len(known) == len(each) else None


def _saved(region: Region) -> float:
    """USD a month of bytes that instances take off the gateways of a region."""
    return len(region.zones) * egress_cost.taken_off((region.egress.monthly or 0) / 1e9)


def _probe(fleet: Fleet, region: Region) -> Iterator[Finding]:
    """A target that fails for a reason of its own, or of ours, would say something about the target alone."""
    targets, path = region.egress.probe, ("regions", region.name, "egress", "probe")
    literal = False
    for place, target in enumerate(targets):
        where = (*path, place)
        host, _, port = target.rpartition(":")
        address = _address(host)
        literal = literal or _address(host or target) is not None
        if not (re.fullmatch(r"[1-9]\d{0,4}", port, re.ASCII) and int(port) <= 65535 and (address or _is_name(host))):
            yield Finding(where, f"{target} is no target; write it like 1.1.1.1:443 or example.com:443")
        elif address and (not address.is_global or address.is_multicast):
            yield Finding(where, f"{address} is not on the internet; name a target that only a way out leads to")
        elif host == fleet.domain or host.endswith(f".{fleet.domain}"):
            text = f"{host} is our own, and its failure would look like that of every way out; name somebody else's"
            yield Finding(where, text)
        elif target in targets[:place]:
            yield Finding(where, f"{target} stands twice; name it once")
    if not 1 <= len(targets) <= _MOST_TARGETS:
        text = f"{len(targets)} targets; name 1 to {_MOST_TARGETS}, a way out works if any of them answers"
        yield Finding(path, text)
    elif not literal:
        text = (
            "has no target by address; a failure of DNS would look like that of both ways out, add one like 1.1.1.1:443"
        )
        yield Finding(path, text)


def _address(host: str) -> IPv4Address | None:
    try:
        return IPv4Address(host)
    except AddressValueError:
        return None


def _is_name(host: str) -> bool:
    """As `fleet.document.HostName`, without a star."""
    label = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    return len(host) <= 253 and re.fullmatch(rf"({label}\.)+[a-z][a-z0-9-]*[a-z0-9]", host) is not None


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
