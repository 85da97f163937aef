"""`hypercell nat cost`: both ways out of every zone beside each other, with the prices and assumptions behind them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fleet import egress, egress_cost
from fleet.egress_cost import WaysOut
from fleet.known import instead
from fleet.load import load
from fleet.model import Fleet
from fleet.prices import Price, price
from fleet.quantity import spell_size
from ops.console import print_json, print_table
from ops.egress.places import Unusable

EXIT_INPUT = 2

ZONES = ("zone", "path", "instance", "bytes", "managed", "instances", "saved", "ratio", "even at", "minute failed over")
SIZES = ("size", "carries", "USD a month", "even at")


def show(
    blueprint: Path,
    *,
    region: str | None = None,
    zone: str | None = None,
    gateway_share: float | None = None,
    as_json: bool = False,
) -> int:
    """Print the comparison. Exit code 0, or 2: the fleet has no such region or zone."""
    share = egress_cost.GATEWAY_SHARE if gateway_share is None else gateway_share
    fleet = load(blueprint)
    try:
        found = chosen(fleet, region=region, zone=zone, gateway_share=share)
    except Unusable as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    if as_json:
        print_json(report(fleet, found, gateway_share=share))
        return 0
    print_table("Both ways out of each zone, USD a month", ZONES, map(_row, found), right=ZONES[3:])
    for title, sizes in _families(fleet, found).items():
        print_table(title, SIZES, map(_size_row, sizes), right=SIZES[1:])
    for line in _remarks(fleet, found, share):
        print(line)
    return 0


def chosen(fleet: Fleet, *, region: str | None, zone: str | None, gateway_share: float) -> tuple[WaysOut, ...]:
    """The zones that were asked for.

    Raises:
        Unusable: there is no such region or zone.
    """
    if region is not None and region not in fleet.regions:
        raise Unusable(f"--region: {region} is no region of {fleet.name}; {instead(region, fleet.regions)}")
    everywhere = egress_cost.ways_out(fleet, gateway_share=gateway_share)
    found = [one for one in everywhere if region in (None, one.region)]
    if zone is not None and zone not in [one.zone for one in found]:
        where = region or fleet.name
        raise Unusable(f"--zone: {zone} is no zone of {where}; {instead(zone, [one.zone for one in found])}")
    return tuple(one for one in found if zone in (None, one.zone))


def report(fleet: Fleet, found: Sequence[WaysOut], *, gateway_share: float) -> dict[str, Any]:
    """The whole comparison as plain data."""
    return {
        "zones": [{**asdict(one), "saved": one.saved, "ratio": one.ratio} for one in found],
        "totals": totals(found),
        "controller": egress_cost.controller(),
        "gateway_share": gateway_share,
        "prices": {name: asdict(known) for name, known in prices(fleet, found).items()},
        "left_out": egress_cost.LEFT_OUT,
    }


def totals(found: Sequence[WaysOut]) -> dict[str, float]:
    """USD a month over the zones in which both ways have a price: by one, by the other, and as each declares."""
    known = [(one.path, one.managed, one.instances) for one in found if one.managed is not None]
    both = [(path, gateway, own) for path, gateway, own in known if own is not None]
    return {
        "managed": sum(gateway for _, gateway, _ in both),
        "instances": sum(own for _, _, own in both),
        "declared": sum(own if path == "instances" else gateway for path, gateway, own in both),
        "saved": egress_cost.saved(found),
        "possible": egress_cost.possible(found),
    }


def prices(fleet: Fleet, found: Sequence[WaysOut]) -> dict[str, Price]:
    """The prices behind the zones' rows, by name."""
    names = ["nat-gateway", "nat-gateway-byte", *egress_cost.CONTROLLER]
    if any(fleet.regions[one.region].egress.byoip_pool is None for one in found):
        names.append("public-address")
    names += sorted({f"{egress.family(one.zone)}.{size.size}" for one in found for size in _better(one)})
    return {name: known for name in names if (known := price(name)) is not None}


def _row(one: WaysOut) -> tuple[str, ...]:
    ratio = "-" if one.ratio is None else f"{one.ratio:.1f}"
    minute = "-" if one.minute is None else f"{one.minute:.2f}"
    traffic = _bytes(one.traffic)
    money = (_money(one.managed), _money(one.instances), _money(one.saved))
    return (one.zone, one.path, one.instance_type or "-", traffic, *money, ratio, _bytes(one.break_even), minute)


def _families(fleet: Fleet, found: Sequence[WaysOut]) -> dict[str, list[egress_cost.Size]]:
    """Once for each family and kind of address."""
    tables = {}
    for one in found:
        own_range = fleet.regions[one.region].egress.byoip_pool is not None
        addresses = "addresses of an own range" if own_range else "Amazon's addresses"
        tables[f"{egress.family(one.zone)}, {addresses}: what an instance adds to its gateway"] = _better(one)
    return tables


def _better(one: WaysOut) -> list[egress_cost.Size]:
    """Sizes that carry more than any smaller one, and the declared one."""
    return [size for size in one.sizes if size.size == one.size or not egress.wasteful([one.zone], size.size)]


def _size_row(one: egress_cost.Size) -> tuple[str, ...]:
    return (one.size, f"{one.carries / 1e9:g} Gbps", _money(one.monthly), _bytes(one.break_even))


def _remarks(fleet: Fleet, found: Sequence[WaysOut], share: float) -> Iterator[str]:
    sums = totals(found)
    if sums["managed"]:
        yield (
            f"total {sums['declared']:,.0f} USD a month as declared; {sums['managed']:,.0f} by gateways alone, "
            f"{sums['instances']:,.0f} by instances"
        )
    for region in dict.fromkeys(one.region for one in found):
        everywhere = egress_cost.ways_out(fleet, gateway_share=share)
        yield from _advice([one for one in everywhere if one.region == region])
    used = prices(fleet, found)
    days = sorted({known.day for known in used.values()})
    doubtful = [name for name, known in used.items() if not known.verified]
    yield f"assumed: {100 * share:g} % of the bytes leave by the gateway in spite of instances"
    yield f"prices: list prices of us-east-1, {days[0]} to {days[-1]}; not verified: {', '.join(doubtful) or 'none'}"
    yield f"left out: {egress_cost.LEFT_OUT}"


def _advice(zones: Sequence[WaysOut]) -> Iterator[str]:
    """What one region could do. It has one size and one traffic, so its first zone stands for what is declared."""
    first = zones[0]
    if first.traffic is None:
        yield f"{first.region} declares no egress.monthly: only the traffic from which on instances pay can be told"
    could = egress_cost.possible(zones)
    if could:
        yield f"{first.region}: path: instances, size: {first.size} would save {could:,.0f} USD a month"
    smaller = egress.smallest_for([one.zone for one in zones], first.peak) if first.peak is not None else None
    if first.path == "instances" and first.size and smaller and smaller != first.size:
        by_size = [{size.size: size.monthly for size in one.sizes} for one in zones]
        less = sum((costs[first.size] or 0) - (costs[smaller] or 0) for costs in by_size)
        gbps = (first.peak or 0) / 1e9
        yield f"{first.region}: {smaller} carries the peak of {gbps:g} Gbps too, for {less:,.0f} USD a month less"


def _money(usd: float | None) -> str:
    return "-" if usd is None else f"{usd:,.0f}"


def _bytes(gigabytes: float | None) -> str:
    return "-" if gigabytes is None else spell_size(gigabytes * 1e9)
