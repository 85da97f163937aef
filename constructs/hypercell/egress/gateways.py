"""The managed way out of a zone: the state that is always safe."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet import names
from fleet.region import Region
from hypercell.egress.addresses import elastic_address


class ZoneGateway(Construct):
    """The NAT gateway of a zone. Every route that CloudFormation writes for a cell leads here.

    It stands hot beside the instance: a new one takes minutes and an address, and nobody has either in a failure.
    It outlives its place in the template: cells that were not deployed since still send through it.

    Attributes:
        gateway_id: token.
        addresses: the public addresses it sends from (tokens).
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, subnet_id: str) -> None:
        super().__init__(scope, id)
        name = f"{region.fleet.name}-{zone}-gateway"
        first, *more = (
            elastic_address(self, names.nth("Address", place), region=region, name=name)
            for place in range(region.egress.addresses)
        )
        gateway = ec2.CfnNatGateway(
            self,
            "Gateway",
            subnet_id=subnet_id,
            allocation_id=first.attr_allocation_id,
            # Beyond the first they come and go without the gateway being replaced.
            secondary_allocation_ids=[one.attr_allocation_id for one in more] or None,
            connectivity_type="public",
            tags=[cdk.CfnTag(key="Name", value=name)],
        )
        gateway.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.gateway_id = gateway.attr_nat_gateway_id
        self.addresses = [one.ref for one in (first, *more)]
