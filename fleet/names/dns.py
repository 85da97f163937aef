"""Names that are looked up."""

from __future__ import annotations

from fleet.cell import Cell
from fleet.database import Database
from fleet.model import Fleet
from fleet.region import Region


def origin(fleet: Fleet) -> str:
    """What CloudFront connects to."""
    return f"origin.{fleet.domain}"


def market_origin(fleet: Fleet, market: str) -> str:
    return f"{market}.{origin(fleet)}"


def region_origin(region: Region) -> str:
    return f"{region.code}.{origin(region.fleet)}"


def cell_origin(cell: Cell) -> str:
    return f"{cell.key}.{region_origin(cell.region)}"


def private_zone(region: Region) -> str:
    return f"{region.code}.{region.fleet.name}.internal"


def eastwest_host(cell: Cell) -> str:
    """Alias to the cell's east-west NLB in the region's private zone."""
    return f"ew.{cell.key}.{private_zone(cell.region)}"


def database_host(database: Database, region: Region) -> str:
    """Alias of a database in the region's private zone."""
    return f"{database.name}.db.{private_zone(region)}"
