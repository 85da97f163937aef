"""What is lost: each cell, each pair of cells, each zone, each region, and Spot in part or altogether."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from ops.simulation.world import World

DROUGHTS = (67, 50, 0)
"""Percent of the Spot nodes of peak that stay: those of two zones of three, half, none."""


class Kind(StrEnum):
    """In the order of what they take away."""

    CELL = "cell"
    PAIR = "pair"
    ZONE = "zone"
    DROUGHT = "drought"
    DRY = "no-spot"
    REGION = "region"
    DATABASE = "database"


@dataclass(frozen=True)
class Scenario:
    """One loss."""

    kind: Kind
    name: str
    """As `--scenario` takes it: `cell:use1-a`, `pair:use1-a+use1-b`, `zone:use1-az1`, `drought:us-east-1:50`."""
    cells: frozenset[str] = frozenset()
    """Cells of which nothing answers any more."""
    region: str | None = None
    """Where a zone goes, or Spot; for a pair, the region both are in, if it is one."""
    spot: float = 1.0
    """Part of the Spot nodes of peak that stays."""
    broken: frozenset[str] = frozenset()
    """Services of the region that have lost their database, and answer nothing."""
    promised: bool = False
    """Whether `policies.survive` promises full service."""


def scenarios(world: World) -> Iterator[Scenario]:
    """Every loss that is played."""
    survive = world.fleet.policies.survive
    homes = {cell.name: region.name for region in world.regions.values() for cell in region.cells}
    # A cell that is out of service is one of the losses that were counted beforehand.
    more = {region.name: survive.cells - region.out for region in world.regions.values()}
    for name, home in homes.items():
        yield Scenario(Kind.CELL, f"cell:{name}", frozenset({name}), home, promised=more[home] >= 1)
    for one, other in combinations(homes, 2):
        together = homes[one] == homes[other]
        yield Scenario(
            Kind.PAIR,
            f"pair:{one}+{other}",
            frozenset({one, other}),
            homes[one] if together else None,
            # Cells of two regions are one loss in each of them.
            promised=more[homes[one]] >= 2 if together else min(more[homes[one]], more[homes[other]]) >= 1,
        )
    for region in world.regions.values():
        if not region.cells:
            continue
        for zone in region.zones:
            yield Scenario(Kind.ZONE, f"zone:{zone}", region=region.name, promised=survive.zones >= 1)
        if any(cell.spot for cell in region.cells):
            for percent in DROUGHTS:
                yield Scenario(Kind.DROUGHT, f"drought:{region.name}:{percent}", region=region.name, spot=percent / 100)
        hosted = {name for cell in region.cells for name in cell.pods}
        users = frozenset(name for name in hosted if world.fleet.services[name].database)
        if users:
            yield Scenario(Kind.DATABASE, f"database:{region.name}", region=region.name, broken=users)
        for cell in region.cells if any(cell.spot for cell in region.cells) else ():
            promised = min(1, survive.cells) > region.out
            yield Scenario(Kind.DRY, f"{Kind.DRY}:{cell.name}", frozenset({cell.name}), region.name, promised=promised)
        # Its market must hold another: who is alone promised nobody to take over.
        others = any(
            other.market == region.market and other.cells for other in world.regions.values() if other != region
        )
        yield Scenario(
            Kind.REGION,
            f"region:{region.name}",
            frozenset(cell.name for cell in region.cells),
            region.name,
            promised=survive.regions >= 1 and others,
        )
