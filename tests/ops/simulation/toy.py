"""Worlds small enough to be reckoned by hand: a region or two, one service, one request a second for each of its rate."""

from __future__ import annotations

from typing import Any

from fleet import geography, names
from fleet.model import Fleet
from ops.simulation.records import Check, Record, Records
from ops.simulation.world import Calls, Cell, Gate, Pods, Region, Room, World

REGIONS = ("us-east-1", "us-west-2")
ENDLESS = Room(1e12, 1e18, 1e9)
NOTHING = Room()
INTERVAL, FAILURES = 10.0, 3
NOTICED, BALANCER = 13.0, 20.0


def fleet(
    cells: int,
    *,
    regions: int = 1,
    rps: int = 1000,
    survive: dict[str, int] | None = None,
    markets: tuple[str, str] = ("world", "world"),
    database: str | None = None,
) -> Fleet:
    """One service, `web`, with all of a region's viewers, hosted in each of its cells."""
    keys = "abcdef"[:cells]
    tree: dict[str, Any] = {
        "fleet": "acme",
        "domain": "acme.example",
        "accounts": {"edge": "1" * 12, "data": "2" * 12, "home": "3" * 12},
        "teams": {"all": {"oncall": "all@acme.example", "budget": 1}},
        "releases": {"1": {"kubernetes": "1.35", "node_image": "al2023@v20261105", "addons": {}, "charts": {}}},
        "release": "1",
        "edge": {"control_region": "us-east-2", "hosts": {"www": {"names": ["www.acme.example"]}}},
        "policies": {"survive": survive or {"cells": 1, "zones": 1, "regions": 0}},
        "regions": {
            region: {
                "slot": slot,
                "account": "home",
                "zones": list(geography.eks_zones(region)[:3]),
                "market": markets[slot - 1],
                "cells": {key: {"slot": n} for n, key in enumerate(keys)},
            }
            for slot, region in enumerate(REGIONS[:regions], 1)
        },
        "services": {
            "web": {
                "tier": 0,
                "routes": ["www/"],
                "database": database,
                "demand": {"rps": rps, "per_pod": 10, "cpu": "1", "memory": "1Gi"},
            }
        },
        "placements": {region: {"web": list(keys)} for region in REGIONS[:regions]},
    }
    return Fleet.model_validate(tree)


def records(of: Fleet, *, weights: dict[str, int] | None = None, threshold: int = 1) -> Records:
    """As the templates have them: market by distance, region and cell by weight, each with its check."""
    found = Records(of)
    for region in of.regions.values():
        market = names.market_origin(of, region.market)
        own = names.region_origin(region)
        found.groups.setdefault(names.origin(of), []).append(Record(market, near=region.name, evaluates=True))
        found.groups.setdefault(market, []).append(
            Record(own, weight=region.weight, check=f"region-{region.code}", evaluates=True)
        )
        children = []
        for cell in region.standing_cells:
            target, check = names.cell_origin(cell), f"cell-{cell.name}"
            weight = (weights or {}).get(cell.name, 100)
            found.groups.setdefault(own, []).append(Record(target, weight=weight, check=check, evaluates=True))
            found.groups[target] = [Record(target, evaluates=True)]
            found.checks[check] = Check(cell=cell.name, interval=INTERVAL, failures=int(FAILURES))
            children.append(check)
        found.checks[f"region-{region.code}"] = Check(children=tuple(children), threshold=threshold)
    return found


def pods(*, least: int, most: int) -> Pods:
    """10 requests/s at the target, 20 at the utmost, of a processor a pod that no neighbour lends to."""
    return Pods(least, most, carries=10, full=20, cpu=1000, memory=1 << 30, rank=0, capped=True)


def world(
    of: Fleet, *, least: int = 1, most: int = 1000, spot: bool = False, burst: Room = NOTHING, **route53: Any
) -> World:
    """Every cell alike; gateways that are never full; no mesh."""
    gate = Gate(1, 10_000, 100, 200)
    calls = Calls(local=True, attempts=0, door_attempts=0, left_out=0, noticed=NOTICED)
    regions = {
        name: Region(
            name,
            region.code,
            region.market,
            region.zones,
            False,
            tuple(
                Cell(
                    name=cell.name,
                    key=cell.key,
                    pods={"web": pods(least=least, most=most)},
                    calls={"web": calls},
                    shared=ENDLESS,
                    burst=burst,
                    own={},
                    spot=spot,
                    ingress=gate,
                    eastwest=None,
                    reaches=frozenset(),
                    balancer=BALANCER,
                )
                for cell in region.standing_cells
            ),
            0,
        )
        for name, region in of.regions.items()
    }
    return World("here", of, records(of, **route53), regions)
