"""A database inside the region's VPC: an interface endpoint to one cluster."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from fleet import names
from fleet.database import Database
from fleet.region import Region
from hypercell.data.group import DataGroup


class DatabaseParameter(Construct):
    """What pods read to find their database: endpoint and identifier as JSON, under a name known beforehand."""

    def __init__(self, scope: Construct, id: str, *, database: Database, value: str) -> None:
        super().__init__(scope, id)
        ssm.CfnParameter(
            self,
            "Resource",
            name=names.database_parameter(database),
            type="String",
            value=value,
            description=f"Where {database.name} answers in this region",
        )


class DatabaseEndpoint(Construct):
    """The endpoint, in the data subnets, open to the region's own network.

    Private DNS makes the cluster's own name resolve to it. That name is what clients use: DSQL finds the cluster by
    it (TLS server name), and its certificate carries it. The alias in the region's zone is for people and probes.

    Attributes:
        endpoint_id: minted by EC2.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        database: Database,
        region: Region,
        service_name: str,
        host: str,
        vpc_id: str,
        subnets: Sequence[str],
        private_zone_id: str,
    ) -> None:
        """
        Args:
            service_name: the cluster's own endpoint service, minted by DSQL.
            host: the cluster's name behind the endpoint.
        """
        super().__init__(scope, id)
        group = DataGroup(
            self,
            "Group",
            region=region,
            vpc_id=vpc_id,
            port=names.DATABASE_PORT,
            about=f"Database {database.name}",
        )
        endpoint = ec2.CfnVPCEndpoint(
            self,
            "Endpoint",
            vpc_id=vpc_id,
            vpc_endpoint_type="Interface",
            service_name=service_name,
            subnet_ids=list(subnets),
            security_group_ids=[group.group_id],
            private_dns_enabled=True,
        )
        route53.CfnRecordSet(
            self,
            "Alias",
            hosted_zone_id=private_zone_id,
            name=names.database_host(database, region),
            type="CNAME",
            ttl="60",
            resource_records=[host],
        )
        self.endpoint_id = endpoint.ref
