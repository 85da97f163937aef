"""What the controller is told about its region, in its environment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ZoneConfig:
    """One zone."""

    name: str
    """`use1-az1`."""
    group: str
    """Auto scaling group of its instance."""
    instance_prober: str
    """Function that looks over the instance."""
    gateway_prober: str
    alarms: tuple[str, ...]
    """Alarms that say that the instance is at a limit."""
    limit: float
    """Bytes a second that the instance sustains to the internet."""


@dataclass(frozen=True)
class Config:
    fleet: str
    vpc: str
    namespace: str
    """CloudWatch namespace of what is counted here."""
    shed: bool
    """Whether saturation moves shards."""
    zones: Mapping[str, ZoneConfig]


def from_environment(environment: Mapping[str, str]) -> Config:
    """The configuration of a function.

    Raises:
        KeyError, ValueError: the environment is not what the construct writes; the function cannot work at all.
    """
    zones = {
        name: ZoneConfig(
            name=name,
            group=zone["group"],
            instance_prober=zone["probers"]["instance"],
            gateway_prober=zone["probers"]["gateway"],
            alarms=tuple(zone["alarms"]),
            limit=float(zone["limit"]),
        )
        for name, zone in json.loads(environment["ZONES"]).items()
    }
    return Config(
        fleet=environment["FLEET"],
        vpc=environment["VPC_ID"],
        namespace=environment["NAMESPACE"],
        shed=environment["SATURATION"] == "shed",
        zones=zones,
    )
