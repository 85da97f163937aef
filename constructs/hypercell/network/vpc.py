"""The VPC of a region: its networks, its infrastructure subnets, their route tables, its private names.

Cells bring their own subnets and route tables. What stands here is shared by all of them and outlives each.
"""

from __future__ import annotations

from ipaddress import IPv4Network

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet import addressing, names
from fleet.region import Region

# Cells stand in it, so it is never deleted with its stack; a first deployment that fails still leaves nothing behind.
_KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


class RegionVpc(Construct):
    """VPC, internet gateway, subnets by zone ID, route tables of the infrastructure, private hosted zone.

    Subnets are single resources with their zone's ID and a computed address, so that a further zone or cell adds
    resources and renumbers none.

    Attributes:
        vpc_id: token.
        public: zone to subnet id; load balancers and everything with a public address.
        endpoints: zone to subnet id; interface endpoints, and the operators' host where they exist.
        data: zone to subnet id; caches and database endpoints.
        probes: (zone, `instance` or `gateway`) to subnet id; the egress stack gives them their routes.
        zone_names: zone to this account's own name of it.
        route_tables: ids of the infrastructure's route tables.
        private_zone_id: the hosted zone that only this VPC can resolve.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region) -> None:
        super().__init__(scope, id)
        self._region = region
        self.public: dict[str, str] = {}
        self.endpoints: dict[str, str] = {}
        self.data: dict[str, str] = {}
        self.probes: dict[tuple[str, str], str] = {}
        self.zone_names: dict[str, str] = {}
        vpc = ec2.CfnVPC(
            self,
            "Vpc",
            cidr_block=str(addressing.infrastructure_block(region)),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=[_name(names.vpc(region))],
        )
        vpc.apply_removal_policy(_KEPT)
        self.vpc_id = vpc.ref
        for block in addressing.cell_blocks(region):
            # Keyed by its address: a block never changes its place.
            place = names.pascal(str(block.network_address))
            ec2.CfnVPCCidrBlock(self, f"Block{place}", vpc_id=self.vpc_id, cidr_block=str(block))
        public, local = self._public_table(), self._table("Local")
        self.route_tables = [public, local]
        self._subnets(public, local)
        self.private_zone_id = self._private_zone()

    def _public_table(self) -> str:
        """One table for every zone: the way out of a public subnet is the internet gateway, whatever the zone."""
        gateway = ec2.CfnInternetGateway(self, "InternetGateway", tags=[_name(names.vpc(self._region))])
        attached = ec2.CfnVPCGatewayAttachment(self, "Attachment", vpc_id=self.vpc_id, internet_gateway_id=gateway.ref)
        table = self._table("Public")
        route = ec2.CfnRoute(
            self,
            "PublicRoute",
            route_table_id=table,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.ref,
        )
        route.add_resource_dependency(attached)
        return table

    def _table(self, purpose: str) -> str:
        name = f"{names.vpc(self._region)}-{purpose.lower()}"
        return ec2.CfnRouteTable(self, f"{purpose}Routes", vpc_id=self.vpc_id, tags=[_name(name)]).ref

    def _subnets(self, public: str, local: str) -> None:
        region = self._region
        # The load balancer controllers find public subnets by this tag.
        balancers = cdk.CfnTag(key="kubernetes.io/role/elb", value="1")
        for zone in region.zones:
            subnet = self._subnet("Public", zone, addressing.public_subnet(region, zone), public, balancers)
            self.public[zone] = subnet.ref
            self.zone_names[zone] = subnet.attr_availability_zone
            # Endpoints and data answer; they never call out, so their table has no way out.
            self.endpoints[zone] = self._subnet("Endpoint", zone, addressing.endpoint_subnet(region, zone), local).ref
            self.data[zone] = self._subnet("Data", zone, addressing.data_subnet(region, zone), local).ref
            for path in ("instance", "gateway"):
                probe = self._subnet(f"{path.title()}Probe", zone, addressing.probe_subnet(region, zone, path), None)
                self.probes[zone, path] = probe.ref

    def _subnet(
        self, purpose: str, zone: str, block: IPv4Network, table: str | None, *tags: cdk.CfnTag
    ) -> ec2.CfnSubnet:
        name = f"{purpose}Subnet{names.pascal(zone)}"
        subnet = ec2.CfnSubnet(
            self,
            name,
            vpc_id=self.vpc_id,
            availability_zone_id=zone,
            cidr_block=str(block),
            map_public_ip_on_launch=False,
            tags=[_name(f"{self._region.fleet.name}-{zone}-{purpose.lower()}"), *tags],
        )
        subnet.apply_removal_policy(_KEPT)
        if table is not None:
            ec2.CfnSubnetRouteTableAssociation(self, f"{name}Routes", route_table_id=table, subnet_id=subnet.ref)
        return subnet

    def _private_zone(self) -> str:
        region = self._region
        zone = route53.CfnHostedZone(
            self,
            "PrivateZone",
            name=names.private_zone(region),
            vpcs=[route53.CfnHostedZone.VPCProperty(vpc_id=self.vpc_id, vpc_region=region.name)],
        )
        zone.apply_removal_policy(_KEPT)
        return zone.ref


def _name(value: str) -> cdk.CfnTag:
    return cdk.CfnTag(key="Name", value=value)
