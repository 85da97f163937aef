"""The arithmetic of addresses is looked at once more: a mistake in it reaches no account."""

from __future__ import annotations

from fleet import addressing
from fleet.rules import slots


def test_two_subnets_that_overlap_are_named(fleet_of, monkeypatch):
    fleet = fleet_of("day-one")
    region = fleet.regions["us-east-1"]
    monkeypatch.setattr(addressing, "endpoint_subnet", addressing.public_subnet)
    found = [finding.message for finding in slots.check(fleet)]
    shared = addressing.public_subnet(region, "use1-az1")
    assert found[0] == (
        f"the subnets of public use1-az1 ({shared}) and endpoints use1-az1 ({shared}) overlap; "
        f"this is a mistake of the addressing"
    )
    assert len(found) == len(region.zones)


def test_two_cells_that_share_service_addresses_are_named(fleet_of, monkeypatch):
    fleet = fleet_of("growth")
    monkeypatch.setattr(addressing, "service_block", lambda cell: addressing.region_block(cell.region))
    found = [finding.message for finding in slots.check(fleet)]
    assert f"services of use1-a and use1-b share {addressing.region_block(fleet.regions['us-east-1'])}" in found
