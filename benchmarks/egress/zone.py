"""A zone of a blueprint, as the lab wants to be told about it."""

from __future__ import annotations

from pathlib import Path

from benchmarks.lab.network import PUBLIC
from benchmarks.lab.zone import Zone
from fleet import addressing, names
from fleet.load import load
from fleet.region import Region
from hypercell.egress.user_data import user_data

BLUEPRINT = Path(__file__).parents[2] / "blueprints" / "hypergrowth"
PROBER = "hypercell.egress.runtime.prober"


def zone_of(region: Region, zone: str) -> Zone:
    """Names, addresses and boot script of a zone, with its first two cells."""
    cells = list(region.standing_cells)[:2]
    return Zone(
        fleet=region.fleet.name,
        region=region.name,
        name=zone,
        block=addressing.region_block(region),
        public=addressing.public_subnet(region, zone),
        instance=addressing.nat_instance_address(region, zone),
        probes={path: addressing.probe_subnet(region, zone, path) for path in ("instance", "gateway")},
        cells={names.nat_shard(cell, zone): addressing.node_subnet(cell, zone) for cell in cells},
        group=names.nat_group(region, zone),
        probers={path: names.nat_prober(region, zone, path) for path in ("instance", "gateway")},
        alarms=tuple(names.nat_alarm(region, zone, metric) for metric in ("AllowanceExceeded", "InsertFailed")),
        # The lab's igw knows this address; nothing of the boot script's kernel part does.
        user_data=user_data(region, zone, interface_id="eni-0123456789abcdef0", addresses=[PUBLIC["instance"]]),
    )


def first_zone() -> Zone:
    """The zone that tests and benchmarks stand for: the first of the first region of hypergrowth."""
    region = next(iter(load(BLUEPRINT).regions.values()))
    return zone_of(region, region.zones[0])
