"""Where each cell answers: its own name, an alias to its load balancer."""

from __future__ import annotations

from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet import names
from fleet.cell import Cell


class CellAddress(Construct):
    """`a.use1.origin.<domain>`: the one record that knows what AWS minted for a cell.

    Weights point at this name, never at a load balancer: moving traffic reads nothing from a region that may be sick.
    IPv4 alone: a dual-stack load balancer could never become a CloudFront VPC origin.
    """

    def __init__(
        self, scope: Construct, id: str, *, cell: Cell, zone_id: str, load_balancer_name: str, load_balancer_zone: str
    ) -> None:
        super().__init__(scope, id)
        route53.CfnRecordSet(
            self,
            "Resource",
            hosted_zone_id=zone_id,
            name=names.cell_origin(cell),
            type="A",
            alias_target=route53.CfnRecordSet.AliasTargetProperty(
                dns_name=load_balancer_name,
                hosted_zone_id=load_balancer_zone,
                # A zone without healthy targets leaves the answer; CDK's own target would leave this out.
                evaluate_target_health=True,
            ),
        )
