"""Public addresses of a region's egress: the ones partners write on their lists."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet.region import Region


def elastic_address(scope: Construct, id: str, *, region: Region, name: str) -> ec2.CfnEIP:
    """An address of the region's own pool when it has one, of Amazon's otherwise.

    A pool that is empty or missing fails the deployment; nothing falls back to an Amazon address, which no partner
    would let in. The address outlives its stack: it cannot be had again.
    """
    address = ec2.CfnEIP(
        scope,
        id,
        domain="vpc",
        public_ipv4_pool=region.egress.byoip_pool,
        tags=[cdk.CfnTag(key="Name", value=name)],
    )
    address.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return address
