"""The doors of a cell: a load balancer for viewers, and in a mesh one for the region's other cells.

CloudFormation owns them and their target groups, so that they outlive every controller; pods are bound to the target
groups by name. Plain TCP: TLS ends at the gateway, which keeps origin mTLS and end-to-end encryption possible. There
are no access logs, because a Network Load Balancer logs TLS listeners only; the gateway logs requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from hypercell.cell.security_groups import HEALTH_LISTENER, WEB_LISTENER

DRAIN_SECONDS = 60
"""How long a leaving gateway pod keeps its connections; shorter than the pod's own grace."""
CHECK_SECONDS = 10


class Door(Construct):
    """One load balancer with a listener and a target group for each purpose.

    Zones are kept apart: no traffic crosses zones inside it, and a zone can be shifted away.

    Attributes:
        target_groups: purpose (`names.target_group`) to the target group's ARN.
        metrics: purpose to the dimension `TargetGroup` of its metrics.
        dns_name, hosted_zone_id: what an alias record needs.
        full_name: the dimension `LoadBalancer` of its metrics.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cell: Cell,
        side: str,
        scheme: str,
        vpc_id: str,
        subnets: Sequence[str],
        security_groups: Sequence[str],
        listeners: Mapping[str, tuple[int, int]],
        keep_client_address: bool,
    ) -> None:
        """
        Args:
            side: `ingress` or `eastwest`.
            scheme: `internet-facing` or `internal`.
            subnets: ids, one a zone.
            listeners: purpose to the port it listens on and the port its pods do.
            keep_client_address: whether pods see the caller's address. Without it a target takes 55,000 connections
                at most from one load balancer's address, with it a caller cannot be a target itself.
        """
        super().__init__(scope, id)
        balancer = elb.CfnLoadBalancer(
            self,
            "Resource",
            name=names.load_balancer(cell, side),
            type="network",
            scheme=scheme,
            ip_address_type="ipv4",
            subnets=list(subnets),
            # NLB takes groups at birth or never.
            security_groups=list(security_groups),
            load_balancer_attributes=[
                elb.CfnLoadBalancer.LoadBalancerAttributeProperty(key=key, value=value)
                for key, value in (
                    ("deletion_protection.enabled", "true"),
                    ("load_balancing.cross_zone.enabled", "false"),
                    ("zonal_shift.config.enabled", "true"),
                )
            ],
        )
        self.target_groups: dict[str, str] = {}
        self.metrics: dict[str, str] = {}
        balancer_arn = balancer.ref
        for purpose, (port, pod_port) in listeners.items():
            group = self._target_group(cell, purpose, vpc_id, pod_port, keep_client_address)
            self.target_groups[purpose] = group.ref
            self.metrics[purpose] = group.attr_target_group_full_name
            elb.CfnListener(
                self,
                f"{names.pascal(purpose)}Listener",
                load_balancer_arn=balancer_arn,
                port=port,
                protocol="TCP",
                default_actions=[
                    elb.CfnListener.ActionProperty(type="forward", target_group_arn=self.target_groups[purpose])
                ],
            )
        self.dns_name = balancer.attr_dns_name
        self.hosted_zone_id = balancer.attr_canonical_hosted_zone_id
        self.full_name = balancer.attr_load_balancer_full_name

    def _target_group(self, cell: Cell, purpose: str, vpc_id: str, port: int, keep: bool) -> elb.CfnTargetGroup:
        # Auto Mode registers targets only in groups that carry its cluster's tag.
        owner = [cdk.CfnTag(key="eks:eks-cluster-name", value=names.cluster(cell))]
        return elb.CfnTargetGroup(
            self,
            names.pascal(purpose),
            name=names.target_group(cell, purpose),
            protocol="TCP",
            port=port,
            target_type="ip",
            vpc_id=vpc_id,
            health_check_protocol="HTTP",
            health_check_path=names.STATUS_PATH,
            health_check_port=str(names.STATUS_PORT),
            health_check_interval_seconds=CHECK_SECONDS,
            healthy_threshold_count=2,
            unhealthy_threshold_count=2,
            target_group_attributes=[
                elb.CfnTargetGroup.TargetGroupAttributeProperty(key=key, value=value)
                for key, value in (
                    ("deregistration_delay.timeout_seconds", str(DRAIN_SECONDS)),
                    ("deregistration_delay.connection_termination.enabled", "true"),
                    ("preserve_client_ip.enabled", str(keep).lower()),
                )
            ],
            tags=owner if cell.capacity == "auto-mode" else None,
        )


def ingress(
    scope: Construct, id: str, *, cell: Cell, vpc_id: str, subnets: Sequence[str], security_groups: Sequence[str]
) -> Door:
    """Viewers' door: CloudFront on 443, Route 53's health checkers on 8443, both to the same gateway."""
    return Door(
        scope,
        id,
        cell=cell,
        side="ingress",
        scheme="internet-facing",
        vpc_id=vpc_id,
        subnets=subnets,
        security_groups=security_groups,
        listeners={"web": (WEB_LISTENER, names.WEB_PORT), "health": (HEALTH_LISTENER, names.WEB_PORT)},
        keep_client_address=True,
    )


def eastwest(
    scope: Construct,
    id: str,
    *,
    cell: Cell,
    vpc_id: str,
    subnets: Sequence[str],
    security_group: str,
    private_zone_id: str,
) -> Door:
    """The mesh's door, and its name in the region's private zone.

    Its DNS answers with all zones: istiod resolves the name for all of its cell's proxies, and an answer by affinity
    would send all of them into istiod's own zone.
    """
    door = Door(
        scope,
        id,
        cell=cell,
        side="eastwest",
        scheme="internal",
        vpc_id=vpc_id,
        subnets=subnets,
        security_groups=[security_group],
        listeners={"mesh": (names.MESH_PORT, names.MESH_PORT)},
        keep_client_address=False,
    )
    route53.CfnRecordSet(
        scope,
        f"{id}Record",
        hosted_zone_id=private_zone_id,
        name=names.eastwest_host(cell),
        type="A",
        alias_target=route53.CfnRecordSet.AliasTargetProperty(
            dns_name=door.dns_name, hosted_zone_id=door.hosted_zone_id, evaluate_target_health=True
        ),
    )
    return door
