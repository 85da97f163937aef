"""The egress controller's own eyes and hands, with the credentials of whoever runs a verb.

What is written on route tables, and the order in which routes are moved, has one owner (`hypercell.egress.runtime`):
a second opinion about either would be a race that nobody tested.
"""

from __future__ import annotations

from typing import Any

from fleet import egress, names
from fleet.region import Region
from hypercell.egress.runtime.config import Config, ZoneConfig
from hypercell.egress.runtime.faults import Faults
from hypercell.egress.runtime.probing import Probing
from hypercell.egress.runtime.reading import Reading
from hypercell.egress.runtime.routes import Routes
from hypercell.egress.runtime.sight import Round
from ops.clients import ClientFor
from ops.egress.places import Unusable


class Hands:
    """One region's.

    Attributes:
        reading: reads zones, shards and instances; what cannot be read is noted in `faults`.
        routes: moves shards.
        ec2, autoscaling, cloudwatch: clients.

    Raises:
        NoCredentials: the region's account cannot be reached.
        ClientError, BotoCoreError: its VPC could not be looked for.
        Unusable: it has none yet.
    """

    def __init__(self, region: Region, client_for: ClientFor) -> None:
        def client(service: str) -> Any:
            return client_for(service, region.account_id, region.name)

        self.ec2, self.autoscaling, self.cloudwatch = client("ec2"), client("autoscaling"), client("cloudwatch")
        self._lambda = client("lambda")
        self.region = region
        self.config = config(region, _vpc(region, self.ec2))
        self.faults = Faults()
        self.reading = Reading(
            self.config, ec2=self.ec2, autoscaling=self.autoscaling, cloudwatch=self.cloudwatch, faults=self.faults
        )
        self.routes = Routes(self.ec2, self.reading, self.faults)

    def look(self, zone: str, times: int = 1) -> tuple[Round, ...]:
        """Ask both probers of a zone, several times one after the other."""
        probing = Probing(self._lambda, self.config.zones[zone])
        try:
            return tuple(probing.look() for _ in range(times))
        finally:
            probing.close()


def config(region: Region, vpc: str) -> Config:
    """What the controller's functions are told in their environment, from the same names."""
    zones = {
        zone: ZoneConfig(
            name=zone,
            group=names.nat_group(region, zone),
            instance_prober=names.nat_prober(region, zone, "instance"),
            gateway_prober=names.nat_prober(region, zone, "gateway"),
            alarms=tuple(names.nat_alarm(region, zone, metric) for metric in names.SATURATION_ALARMS),
            limit=limit(region, zone),
        )
        for zone in region.zones
    }
    return Config(
        fleet=region.fleet.name,
        vpc=vpc,
        namespace=names.nat_metrics(region),
        shed=region.egress.saturation == "shed",
        zones=zones,
    )


def limit(region: Region, zone: str) -> float:
    """Bytes a second that the zone's instance sustains."""
    return egress.sustained(zone, region.egress.size) / 8


def _vpc(region: Region, ec2: Any) -> str:
    name = names.vpc(region)
    filters = [{"Name": "tag:Name", "Values": [name]}, {"Name": "tag:fleet:name", "Values": [region.fleet.name]}]
    found = [one["VpcId"] for one in ec2.describe_vpcs(Filters=filters)["Vpcs"]]
    if not found:
        raise Unusable(f"{region.name}: no VPC is called {name}: deploy the region first (hypercell phases)")
    if len(found) > 1:
        raise Unusable(
            f"{region.name}: {len(found)} VPCs are called {name} ({', '.join(found)}); one of them is not ours"
        )
    return str(found[0])
