"""Two subnets of each zone from which nothing but the two ways out is tested."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet.region import Region


class ProbeRoute(Construct):
    """A static default route over one way out of a zone.

    The cells' routes move between the ways; this one never does. So the true path of a packet (security group, source
    check, rules, address, internet gateway) is measured at every moment, also while no cell uses it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: Region,
        zone: str,
        path: str,
        vpc_id: str,
        subnet_id: str,
        gateway_id: str | None = None,
        interface_id: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        name = f"{region.fleet.name}-{zone}-probe-{path}"
        table = ec2.CfnRouteTable(self, "Routes", vpc_id=vpc_id, tags=[cdk.CfnTag(key="Name", value=name)])
        ec2.CfnRoute(
            self,
            "Out",
            route_table_id=table.ref,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=gateway_id,
            network_interface_id=interface_id,
        )
        ec2.CfnSubnetRouteTableAssociation(self, "Subnet", route_table_id=table.ref, subnet_id=subnet_id)
