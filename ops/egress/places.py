"""Which zones and cells a verb is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fleet import names
from fleet.model import Fleet
from fleet.region import Region


class Unusable(Exception):
    """What was asked for cannot be done or looked at; one line for the user (exit code 2)."""


@dataclass(frozen=True)
class Place:
    """A zone with NAT instances, and the cells in it that a verb is about."""

    region: Region
    zone: str
    cells: tuple[str, ...]
    """Names: `use1-a`."""
    shards: tuple[str, ...]
    """Tags `nat:shard` of their route tables."""


def places(
    fleet: Fleet, *, region: str | None = None, zone: str | None = None, cell: str | None = None
) -> tuple[Place, ...]:
    """Zones with NAT instances, narrowed by the names of a region, a zone or a cell.

    Raises:
        Unusable: a name is unknown, names contradict each other, or nothing there has a NAT instance.
    """
    _known("--region", region, fleet.regions, "region")
    cells = {one.name: one for one in fleet.cells}
    zones = {name: home for home in fleet.regions.values() for name in home.zones}
    _known("--cell", cell, {name: one for name, one in cells.items() if region in (None, one.region.name)}, "cell")
    _known("--zone", zone, {name: one for name, one in zones.items() if region in (None, one.name)}, "zone")
    home = cells[cell].region if cell else zones[zone] if zone else fleet.regions[region] if region else None
    if cell and zone and zones[zone] is not home:
        raise Unusable(f"--zone: {zone!r} is in {zones[zone].name}, and cell {cell} is in {cells[cell].region.name}")
    asked = [home] if home else list(fleet.regions.values())
    able = [one for one in asked if one.egress.path == "instances"]
    if not able:
        where = f"regions.{home.name}.egress.path" if home else "egress.path of every region"
        raise Unusable(f"{where}: 'managed' has NAT gateways only: there is no second way out, and nothing to move")
    return tuple(_place(one, name, cell) for one in able for name in one.zones if zone in (None, name))


def managed(fleet: Fleet, region: str | None = None) -> tuple[str, ...]:
    """Regions without NAT instances, which nothing here says more of."""
    return tuple(one.name for one in fleet.regions.values() if one.egress.path != "instances" and region is None)


def _place(region: Region, zone: str, cell: str | None) -> Place:
    cells = [one for one in region.standing_cells if cell in (None, one.name)]
    return Place(region, zone, tuple(one.name for one in cells), tuple(names.nat_shard(one, zone) for one in cells))


def _known(option: str, name: str | None, allowed: Mapping[str, object], noun: str) -> None:
    if name is not None and name not in allowed:
        raise Unusable(f"{option}: {name!r} is no {noun} here; one of {', '.join(allowed)}")
