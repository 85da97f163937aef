"""The managed way out of a zone: the state that is always safe."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet.region import Region
from hypercell.egress.addresses import elastic_address


class ZoneGateway(Construct):
    """The NAT gateway of a zone. Every route that CloudFormation writes for a cell leads here.

    It stands hot beside the instance: a new one takes minutes and an address, and nobody has either in a failure.

    Attributes:
        gateway_id: token.
        address: the public address it sends from (token).
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, subnet_id: str) -> None:
        super().__init__(scope, id)
        name = f"{region.fleet.name}-{zone}-gateway"
        address = elastic_address(self, "Address", region=region, name=name)
        gateway = ec2.CfnNatGateway(
            self,
            "Gateway",
            subnet_id=subnet_id,
            allocation_id=address.attr_allocation_id,
            connectivity_type="public",
            tags=[cdk.CfnTag(key="Name", value=name)],
        )
        self.gateway_id = gateway.attr_nat_gateway_id
        self.address = address.ref
