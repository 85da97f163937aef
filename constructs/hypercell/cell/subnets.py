"""The network of a cell: subnets of its own in every zone, and one way out of each zone."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet import addressing, names
from fleet.cell import Cell
from hypercell.policy import Document, document

# The cluster is kept with its stack gone, and it stands in these. A failed first creation leaves none behind.
_KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


class CellSubnets(Construct):
    """Subnets, route tables and gateway endpoints of a cell.

    A route table is a shard of egress: all of the cell's traffic of one zone leaves by that zone's NAT and by no
    other, so that a zone's fault stays in the zone and a controller can move one cell at a time. CloudFormation's
    default route is the NAT gateway, the safe state; what the controller finds by tag it may point elsewhere, and
    CloudFormation leaves that alone as long as the route's own properties do not change.

    Node subnets carry no reservation for pods' prefixes: `AWS::EC2::SubnetCidrReservation` exists in us-east-1 and
    us-west-2 only (CloudFormation registry of 2026-10), and cells do not differ by region. Nothing but the cell's own
    nodes and its east-west load balancer takes single addresses there.

    Attributes:
        nodes: zone to the id of its subnet for nodes and pods (/19).
        control_plane: zone to the id of the subnet for the control plane's interfaces. A cell on Auto Mode has no
            subnets of their own for them: its built-in node pool starts nodes in whatever subnets the cluster has.
        zone_names: zone ID to the account's own name for it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cell: Cell,
        vpc_id: str,
        nat_gateways: Mapping[str, str],
        nat_interfaces: Mapping[str, str],
    ) -> None:
        """
        Args:
            nat_gateways: zone to the id of its NAT gateway.
            nat_interfaces: zone to the id of its NAT instance's network interface; empty when egress is managed.
        """
        super().__init__(scope, id)
        self.nodes: dict[str, str] = {}
        self.control_plane: dict[str, str] = {}
        self.zone_names: dict[str, str] = {}
        tables: list[str] = []
        for zone in cell.region.zones:
            tables.append(self._way_out(cell, zone, vpc_id, nat_gateways[zone], nat_interfaces.get(zone)))
            self.nodes[zone], self.zone_names[zone] = self._node_subnet(cell, zone, vpc_id, tables[-1])
            self.control_plane[zone] = (
                self._control_plane_subnet(cell, zone, vpc_id, tables[-1])
                if cell.capacity == "karpenter"
                else self.nodes[zone]
            )
        for service, policy in (("s3", _s3_policy(cell)), ("dynamodb", _own_account_policy(cell))):
            ec2.CfnVPCEndpoint(
                self,
                names.pascal(service),
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{cell.region.name}.{service}",
                vpc_endpoint_type="Gateway",
                route_table_ids=tables,
                policy_document=policy,
            )

    def _way_out(self, cell: Cell, zone: str, vpc_id: str, gateway: str, interface: str | None) -> str:
        tags = {
            "Name": names.nat_shard(cell, zone),
            "nat:az": zone,
            "nat:gateway": gateway,
            "nat:shard": names.nat_shard(cell, zone),
        }
        if interface is not None:
            tags["nat:eni"] = interface
        table = ec2.CfnRouteTable(self, f"Routes{names.pascal(zone)}", vpc_id=vpc_id, tags=_tags(tags)).ref
        ec2.CfnRoute(
            self,
            f"DefaultRoute{names.pascal(zone)}",
            route_table_id=table,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=gateway,
        )
        return table

    def _node_subnet(self, cell: Cell, zone: str, vpc_id: str, table: str) -> tuple[str, str]:
        id = f"Nodes{names.pascal(zone)}"
        subnet = ec2.CfnSubnet(
            self,
            id,
            vpc_id=vpc_id,
            availability_zone_id=zone,
            cidr_block=str(addressing.node_subnet(cell, zone)),
            map_public_ip_on_launch=False,
            tags=_tags(
                {
                    "Name": f"{names.cluster(cell)}-nodes-{zone}",
                    "karpenter.sh/discovery": names.cluster(cell),
                    "kubernetes.io/role/internal-elb": "1",
                }
            ),
        )
        subnet.apply_removal_policy(_KEPT)
        subnet_id = subnet.ref
        ec2.CfnSubnetRouteTableAssociation(self, f"{id}Routes", subnet_id=subnet_id, route_table_id=table)
        return subnet_id, subnet.attr_availability_zone

    def _control_plane_subnet(self, cell: Cell, zone: str, vpc_id: str, table: str) -> str:
        id = f"ControlPlane{names.pascal(zone)}"
        subnet = ec2.CfnSubnet(
            self,
            id,
            vpc_id=vpc_id,
            availability_zone_id=zone,
            cidr_block=str(addressing.control_plane_subnet(cell, zone)),
            map_public_ip_on_launch=False,
            tags=_tags({"Name": f"{names.cluster(cell)}-control-plane-{zone}"}),
        )
        subnet.apply_removal_policy(_KEPT)
        subnet_id = subnet.ref
        ec2.CfnSubnetRouteTableAssociation(self, f"{id}Routes", subnet_id=subnet_id, route_table_id=table)
        return subnet_id


def _tags(tags: Mapping[str, str]) -> list[cdk.CfnTag]:
    return [cdk.CfnTag(key=key, value=value) for key, value in tags.items()]


def _own_account_policy(cell: Cell) -> Document:
    """Through the endpoint goes only who belongs to the account: stolen credentials of others carry nothing out."""
    return document(
        {
            "Sid": "OwnAccount",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": cell.region.account_id}},
        }
    )


def _s3_policy(cell: Cell) -> Document:
    """ECR hands out image layers from a bucket of AWS's, by links that ECR signs as itself."""
    policy = _own_account_policy(cell)
    policy["Statement"].append(
        {
            "Sid": "ImageLayers",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::prod-{cell.region.name}-starport-layer-bucket/*",
        }
    )
    return policy
