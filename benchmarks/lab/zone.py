"""What the lab is told about the zone that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network


@dataclass(frozen=True)
class Zone:
    """One zone of a fleet: names and addresses as the fleet computes them, and the boot script of its NAT instance."""

    fleet: str
    region: str
    """`us-east-1`"""
    name: str
    """`use1-az1`"""
    block: IPv4Network
    """The region's own addresses."""
    public: IPv4Network
    """Subnet of the NAT instance and the NAT gateway."""
    instance: str
    """Private address of the NAT instance, in `public`."""
    probes: Mapping[str, IPv4Network]
    """Probe subnet by path, `instance` and `gateway`."""
    cells: Mapping[str, IPv4Network]
    """Subnet of a cell by the name of its shard. At least two, so that shedding one is visible."""
    group: str
    """Auto scaling group of the NAT instance."""
    probers: Mapping[str, str]
    """Lambda function by path."""
    alarms: tuple[str, ...]
    """The saturation alarms."""
    user_data: str
    """The boot script, as EC2 would run it."""

    @property
    def gateway(self) -> str:
        """Private address of the NAT gateway, in `public`."""
        taken = {self.instance, str(self.public[1])}
        return next(str(self.public[place]) for place in range(11, 14) if str(self.public[place]) not in taken)
