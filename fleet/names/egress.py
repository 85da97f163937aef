"""Names of a region's ways out, of what proves them and of what moves routes between them."""

from __future__ import annotations

import re

from fleet.cell import Cell
from fleet.region import Region

PROBED_PATHS = ("instance", "gateway")
"""The two ways out of a zone that are tried at every moment."""

SATURATION_ALARMS = ("AllowanceExceeded", "InsertFailed")
"""Metrics whose alarms say that a NAT instance is full; the controller reads these alarms by name."""


def nat_group(region: Region, zone: str) -> str:
    """Auto scaling group of a zone's NAT instance, and the role of that instance."""
    return f"{region.fleet.name}-{zone}-nat"


def nat_metrics(region: Region) -> str:
    """CloudWatch namespace of what NAT instances and their controller count; the dimension `Zone` is the zone's ID."""
    return f"{region.fleet.name}/egress"


def nat_shard(cell: Cell, zone: str) -> str:
    """Tag `nat:shard` of a cell's route table in a zone: what egress sheds as one."""
    return f"{cell.name}/{zone}"


def nat_prober(region: Region, zone: str, path: str) -> str:
    """Function that tries one way out of a zone; `path` is one of `PROBED_PATHS`."""
    return f"{region.fleet.name}-{zone}-probe-{path}"


def nat_ticks(region: Region) -> str:
    """Function that looks at a zone every second and moves its routes."""
    return f"{region.fleet.name}-{region.code}-nat-ticks"


def nat_events(region: Region) -> str:
    """Function that moves a zone's routes when AWS says that its instance goes."""
    return f"{region.fleet.name}-{region.code}-nat-events"


def nat_alarm(region: Region, zone: str, metric: str) -> str:
    """Alarm on one of `SATURATION_ALARMS` of a zone's NAT instance."""
    kebab = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", metric).lower()
    return f"{nat_group(region, zone)}-{kebab}"
