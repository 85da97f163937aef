"""The security group of something in the data subnets."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet import addressing
from fleet.region import Region

# A group without any outbound rule gets "everywhere" from EC2; this one matches nothing.
_NOWHERE = ec2.CfnSecurityGroup.EgressProperty(
    ip_protocol="icmp", from_port=252, to_port=86, cidr_ip="255.255.255.255/32", description="Answers only"
)


class DataGroup(Construct):
    """Open to the region's own network on one port, and to nothing else; it answers and never calls.

    The rule is for the region's /13 and not for each network of the VPC: a further cell changes nothing here.

    Attributes:
        group_id: minted by EC2.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, vpc_id: str, port: int, about: str) -> None:
        """
        Args:
            about: what listens, e.g. `Caches of sessions`. For ever: another description makes another group.
        """
        super().__init__(scope, id)
        group = ec2.CfnSecurityGroup(
            self,
            "Resource",
            vpc_id=vpc_id,
            group_description=f"{about}: from the network of the region",
            security_group_ingress=[
                ec2.CfnSecurityGroup.IngressProperty(
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    cidr_ip=str(addressing.region_block(region)),
                    description="From the region",
                )
            ],
            security_group_egress=[_NOWHERE],
        )
        self.group_id = group.attr_group_id
