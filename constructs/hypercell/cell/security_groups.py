"""Who may open a connection to whom, in and around a cell: all of its security groups in one place."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet import addressing, names
from fleet.cell import Cell

API_PORT = 443
WEB_LISTENER = 443
"""Where CloudFront knocks."""
HEALTH_LISTENER = 8443
"""Where Route 53's health checkers knock. The two lists together weigh more than one group's quota of rules."""

_ANYWHERE = "0.0.0.0/0"


class CellGroups(Construct):
    """The security groups of a cell.

    Between cells two doors are open and nothing else: the API server (endpoint discovery of the mesh) and the
    east-west load balancer. Both admit every network that a cell of the region can ever have.

    Attributes:
        control_plane: on the control plane's interfaces, beside the group that EKS makes itself.
        nodes: on every node; Karpenter and Auto Mode's node class find it by tag.
        doors: on the ingress load balancer, `cloudfront` and `health`: one prefix list each.
        eastwest: on the east-west load balancer of a meshed cell.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cell: Cell,
        vpc_id: str,
        operators: str,
        cloudfront: str,
        health_checkers: str,
    ) -> None:
        """
        Args:
            operators: id of the security group of the operators' way in.
            cloudfront, health_checkers: ids of prefix lists.
        """
        super().__init__(scope, id)
        self._cell, self._vpc = cell, vpc_id
        siblings = [str(network) for network in addressing.cell_networks(cell.region)] if cell.region.meshed else []
        self.doors = {
            "cloudfront": self._door("CloudFront", cloudfront, WEB_LISTENER),
            "health": self._door("Health", health_checkers, HEALTH_LISTENER),
        }
        self.eastwest = self._eastwest(siblings) if cell.region.meshed else None
        self.nodes = self._nodes()
        self.control_plane = self._control_plane(operators, siblings)
        self._admit("NodesFromNodes", self.nodes, self.nodes, "-1", None, "pods and nodes of the cell")
        # Kubelets, webhooks and aggregated APIs. The control plane owns every node through its kubelet: naming single
        # ports would keep nothing from it, and break with the next chart that listens elsewhere.
        self._admit("NodesFromControlPlane", self.nodes, self.control_plane, "tcp", (1025, 65535), "control plane")

    def join(self, cluster_group: str) -> None:
        """Let nodes of Auto Mode's built-in pool, which carry the group that EKS makes, and the cell's other nodes
        reach each other."""
        self._admit("NodesFromCluster", self.nodes, cluster_group, "-1", None, "nodes of the built-in pool")
        self._admit("ClusterFromNodes", cluster_group, self.nodes, "-1", None, "nodes of the cell's own pools")

    def _door(self, id: str, prefix_list: str, port: int) -> str:
        rule = ec2.CfnSecurityGroup.IngressProperty(
            ip_protocol="tcp", from_port=port, to_port=port, source_prefix_list_id=prefix_list
        )
        return self._group(f"Door{id}", f"{id} to the ingress of the cell", [rule], self._to_gateway(names.WEB_PORT))

    def _eastwest(self, siblings: Sequence[str]) -> str:
        rules = [_from_network(network, names.MESH_PORT, "cells of the region") for network in siblings]
        return self._group("EastWest", "Cells of the region to the mesh", rules, self._to_gateway(names.MESH_PORT))

    def _nodes(self) -> str:
        rules = [
            ec2.CfnSecurityGroup.IngressProperty(
                ip_protocol="tcp", from_port=port, to_port=port, source_security_group_id=door, description=purpose
            )
            for purpose, door, own in (
                ("ingress", self.doors["cloudfront"], names.WEB_PORT),
                ("health checks", self.doors["health"], names.WEB_PORT),
                ("mesh", self.eastwest, names.MESH_PORT),
            )
            if door is not None
            for port in (own, names.STATUS_PORT)
        ]
        anywhere = ec2.CfnSecurityGroup.EgressProperty(ip_protocol="-1", cidr_ip=_ANYWHERE)
        discovery = {"karpenter.sh/discovery": names.cluster(self._cell)}
        return self._group("Nodes", "Nodes and pods of the cell", rules, [anywhere], discovery)

    def _control_plane(self, operators: str, siblings: Sequence[str]) -> str:
        rules = [
            ec2.CfnSecurityGroup.IngressProperty(
                ip_protocol="tcp",
                from_port=API_PORT,
                to_port=API_PORT,
                source_security_group_id=group,
                description=who,
            )
            for who, group in (("nodes", self.nodes), ("operators", operators))
        ]
        rules += [_from_network(network, API_PORT, "cells of the region") for network in siblings]
        access = self._cell.region.access
        if access.path == "cidrs":
            rules += [_from_network(network, API_PORT, "networks of operators") for network in access.cidrs]
        own = str(addressing.cell_block(self._cell))
        egress = ec2.CfnSecurityGroup.EgressProperty(ip_protocol="tcp", from_port=1025, to_port=65535, cidr_ip=own)
        return self._group("ControlPlane", "Control plane of the cell", rules, [egress])

    def _to_gateway(self, port: int) -> list[ec2.CfnSecurityGroup.EgressProperty]:
        own = str(addressing.cell_block(self._cell))
        return [
            ec2.CfnSecurityGroup.EgressProperty(ip_protocol="tcp", from_port=p, to_port=p, cidr_ip=own)
            for p in (port, names.STATUS_PORT)
        ]

    def _group(
        self,
        id: str,
        about: str,
        ingress: Sequence[ec2.CfnSecurityGroup.IngressProperty],
        egress: Sequence[ec2.CfnSecurityGroup.EgressProperty],
        tags: dict[str, str] | None = None,
    ) -> str:
        name = cdk.CfnTag(key="Name", value=f"{names.cluster(self._cell)}-{id.lower()}")
        return ec2.CfnSecurityGroup(
            self,
            id,
            group_description=about,
            vpc_id=self._vpc,
            security_group_ingress=ingress,
            security_group_egress=egress,
            tags=[name, *(cdk.CfnTag(key=key, value=value) for key, value in (tags or {}).items())],
        ).attr_group_id

    def _admit(
        self, id: str, group: str, source: str, protocol: str, ports: tuple[int, int] | None, about: str
    ) -> None:
        ec2.CfnSecurityGroupIngress(
            self,
            id,
            group_id=group,
            source_security_group_id=source,
            ip_protocol=protocol,
            from_port=ports[0] if ports else None,
            to_port=ports[1] if ports else None,
            description=about,
        )


def _from_network(network: str, port: int, about: str) -> ec2.CfnSecurityGroup.IngressProperty:
    return ec2.CfnSecurityGroup.IngressProperty(
        ip_protocol="tcp", from_port=port, to_port=port, cidr_ip=network, description=about
    )
