"""Ways out of a region to the internet."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk

from fleet import names
from hypercell.egress.alarms import GatewayAlarms, InstanceAlarms
from hypercell.egress.controller import Controller
from hypercell.egress.controller_alarms import ControllerAlarms, ZoneAlarms
from hypercell.egress.functions import runtime_code
from hypercell.egress.gateways import ZoneGateway
from hypercell.egress.instances import NatGroup, NatInstance
from hypercell.egress.prober import Prober, ProberAccess
from hypercell.egress.probes import ProbeRoute
from stacks.stack import RegionStack


class EgressStack(RegionStack):
    """A NAT gateway for each zone, always; and with `path: instances` a NAT instance beside it, and who moves routes."""

    about = "Ways out of the region: a NAT gateway and, if the fleet says so, a NAT instance for each zone"

    def build(self) -> None:
        region, addresses, gateways = self.home, [], {}
        vpc_id = self.from_network(names.VPC_ID)
        for zone in region.zones:
            place = names.pascal(zone)
            # Addresses cannot change under a gateway: those of a pool come with a gateway of their own (`ZoneGateway`).
            id = f"{names.own(region)}Gateway{place}"
            gateway = ZoneGateway(self, id, region=region, zone=zone, subnet_id=self._public(zone))
            GatewayAlarms(self, f"GatewayAlarms{place}", region=region, zone=zone, gateway_id=gateway.gateway_id)
            ProbeRoute(
                self,
                f"GatewayProbe{place}",
                region=region,
                zone=zone,
                path="gateway",
                vpc_id=vpc_id,
                subnet_id=self.from_network(names.probe_subnet_output(zone, "gateway")),
                gateway_id=gateway.gateway_id,
            )
            self.publish(names.nat_gateway_output(region, zone), gateway.gateway_id)
            addresses += gateway.addresses
            gateways[zone] = gateway.gateway_id
        if region.egress.path == "instances":
            addresses += self._instances(vpc_id)
            self._controller(vpc_id, gateways)
        # What partners write on their lists.
        self.publish(names.EGRESS_ADDRESSES, cdk.Fn.join(",", addresses))

    def _instances(self, vpc_id: str) -> list[str]:
        region, addresses = self.home, []
        group = NatGroup(self, "Instances", region=region, vpc_id=vpc_id)
        for zone in region.zones:
            place = names.pascal(zone)
            instance = NatInstance(
                self,
                f"Instance{place}",
                region=region,
                zone=zone,
                zone_name=self.from_network(names.zone_name_output(zone)),
                subnet_id=self._public(zone),
                group_id=group.group_id,
            )
            InstanceAlarms(self, f"InstanceAlarms{place}", region=region, zone=zone, group_name=instance.group_name)
            ProbeRoute(
                self,
                f"InstanceProbe{place}",
                region=region,
                zone=zone,
                path="instance",
                vpc_id=vpc_id,
                subnet_id=self.from_network(names.probe_subnet_output(zone, "instance")),
                interface_id=instance.interface_id,
            )
            self.publish(names.nat_interface_output(zone), instance.interface_id)
            addresses += instance.addresses
        return addresses

    def _controller(self, vpc_id: str, gateways: Mapping[str, str]) -> None:
        region, key_arn, code = self.home, self.key_arn("logs"), runtime_code(self, "Code")
        access = ProberAccess(self, "Probers", region=region, vpc_id=vpc_id)
        for zone in region.zones:
            place = names.pascal(zone)
            for path in names.PROBED_PATHS:
                Prober(
                    self,
                    f"{path.title()}Prober{place}",
                    region=region,
                    zone=zone,
                    path=path,
                    subnet_id=self.from_network(names.probe_subnet_output(zone, path)),
                    access=access,
                    code=code,
                    key_arn=key_arn,
                )
            ZoneAlarms(self, f"Alarms{place}", region=region, zone=zone, gateway_id=gateways[zone])
        controller = Controller(self, "Controller", region=region, vpc_id=vpc_id, code=code, key_arn=key_arn)
        ControllerAlarms(self, "ControllerAlarms", region=region, ticks=controller.ticks, events=controller.events)

    def _public(self, zone: str) -> str:
        return self.from_network(names.public_subnet_output(zone))
