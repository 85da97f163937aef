"""Zones as the verbs see them, without AWS: for tables of decisions."""

from __future__ import annotations

from typing import Any

from fleet.load import load
from hypercell.egress.runtime.marks import Marks, Proof
from hypercell.egress.runtime.sight import Round, Sight
from hypercell.egress.runtime.zone import Machine, Shard, Way, Zone
from ops.egress.places import places
from ops.egress.seen import Instance, Seen
from tests.conftest import BLUEPRINTS

NOW = 1_764_000_000.0
"""Mon 24 Nov 2025, 16:00:00 UTC."""
ZONE = "use1-az1"
FLEET = load(BLUEPRINTS / "hypergrowth")
SERVING = Machine("i-1", "InService")
OK, BAD, UNKNOWN = Sight.OK, Sight.BAD, Sight.UNKNOWN


def shard(cell: str = "a", way: Way = Way.INSTANCE, zone: str = ZONE, **marked: Any) -> Shard:
    """The shard of a cell of us-east-1."""
    return Shard(f"rtb-{cell}", f"use1-{cell}/{zone}", "nat-1", "eni-1", way, Marks(**marked))


def proof(rounds: int, age: float = 5, machine: str = "i-1") -> Proof:
    return Proof(machine, NOW - age, rounds)


def seen(
    *shards: Shard,
    instance: Sight | None = OK,
    gateway: Sight = OK,
    rounds: int = 3,
    machine: Machine | None = SERVING,
    zone: str = ZONE,
    cell: str | None = None,
    faults: tuple[str, ...] = (),
    **state: Any,
) -> Seen:
    """A zone that was looked at; `instance=None`: nobody asked the probers."""
    (place,) = places(FLEET, zone=zone, cell=cell)
    stands = {"gateway_state": "available", "saturated": False} | state
    looks = () if instance is None else (Round(instance, gateway),) * rounds
    ec2 = Instance("i-1", "c8gn.large", "ami-1", NOW - 7200)
    return Seen(place, Zone(zone, shards, machine, **stands), looks, ec2, faults)
