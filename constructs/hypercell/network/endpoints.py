"""Ways to AWS's own APIs that do not touch the internet."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet import addressing, endpoints, names
from fleet.region import Region

# A group without any outbound rule gets "everywhere" from EC2; this one matches nothing.
_NOWHERE = ec2.CfnSecurityGroup.EgressProperty(
    ip_protocol="icmp", from_port=252, to_port=86, cidr_ip="255.255.255.255/32", description="Answers only"
)


class GatewayEndpoints(Construct):
    """S3 and DynamoDB for the infrastructure's route tables, free of charge. Cells bring endpoints of their own.

    Both let in the fleet's accounts only: credentials that somebody carried in from elsewhere move no data out. S3
    also gives out Amazon Linux's packages, which are fetched without credentials.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, vpc_id: str, route_tables: Sequence[str]) -> None:
        super().__init__(scope, id)
        packages: dict[str, object] = {
            "Sid": "AmazonLinuxPackages",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::al2023-repos-{region.name}-de612dc2/*",
        }
        for service, more in {"s3": [packages], "dynamodb": []}.items():
            ec2.CfnVPCEndpoint(
                self,
                names.pascal(service),
                vpc_id=vpc_id,
                vpc_endpoint_type="Gateway",
                service_name=endpoints.service(region.name, service),
                route_table_ids=list(route_tables),
                policy_document=_for_the_fleet(region, *more),
            )


class InterfaceEndpoints(Construct):
    """The APIs of `fleet.endpoints`, in every zone, under their usual names.

    Attributes:
        group_id: security group of the endpoints, open to the region's own network on 443.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, vpc_id: str, subnets: Sequence[str]) -> None:
        super().__init__(scope, id)
        # One rule for the region's /13 and not one for each network of the VPC: a further cell changes nothing here.
        block = str(addressing.region_block(region))
        group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description="Interface endpoints: HTTPS from the network of the region",
            security_group_ingress=[
                ec2.CfnSecurityGroup.IngressProperty(
                    ip_protocol="tcp", from_port=443, to_port=443, cidr_ip=block, description="HTTPS from the region"
                )
            ],
            security_group_egress=[_NOWHERE],
        )
        self.group_id = group.attr_group_id
        for service in endpoints.INTERFACE:
            ec2.CfnVPCEndpoint(
                self,
                names.pascal(service),
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=endpoints.service(region.name, service),
                subnet_ids=list(subnets),
                security_group_ids=[self.group_id],
                private_dns_enabled=True,
                policy_document=None if service in endpoints.UNPOLICIED else _for_the_fleet(region),
            )


def _for_the_fleet(region: Region, *more: dict[str, object]) -> dict[str, object]:
    """An endpoint policy: whoever calls is of one of the fleet's accounts. What they may do, their own policies say."""
    ours = {
        "Sid": "CallersOfTheFleet",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": sorted(set(region.fleet.accounts.values()))}},
    }
    return {"Version": "2012-10-17", "Statement": [ours, *more]}
