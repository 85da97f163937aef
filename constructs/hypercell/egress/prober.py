"""What proves a way out: functions that open connections over it and may do nothing else."""

from __future__ import annotations

import json

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from fleet import egress, egress_cost, names
from fleet.region import Region
from hypercell.egress.functions import EgressFunction, Place, function_arn, log_arn
from hypercell.policy import allow, document, trust

SECONDS = 5
"""It answers after 1.5 s whatever happens; the rest is for a cold start."""

# AWSLambdaVPCAccessExecutionRole without its logs; and the two of them that know no resource.
_LOOK = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]
_ATTACH = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
]


class ProberAccess(Construct):
    """What all probers of a region share: a security group and a role.

    Attributes:
        group_id: token; opens connections to the targets' ports, accepts none.
        role_arn: token.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, vpc_id: str) -> None:
        super().__init__(scope, id)
        ports = sorted({int(target.rpartition(":")[2]) for target in region.egress.probe})
        group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description="Probers: connections to the ports of their targets",
            # To anywhere: a target by name has no address of its own. Amazon's DNS is reached past security groups.
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    ip_protocol="tcp", from_port=port, to_port=port, cidr_ip="0.0.0.0/0", description="Targets"
                )
                for port in ports
            ],
        )
        self.group_id = group.attr_group_id
        self.role_arn = self._role(region)

    def _role(self, region: Region) -> str:
        """Lambda attaches a function to its subnet as the function's own role, and the code of a function has the same
        credentials. So what Lambda needs is denied to whatever comes from the functions themselves (Lambda developer
        guide, VPC configuration)."""
        probers = [names.nat_prober(region, zone, path) for zone in region.zones for path in names.PROBED_PATHS]
        code = {"ArnEquals": {"lambda:SourceFunctionArn": [function_arn(region, prober) for prober in probers]}}
        deny = {
            "Sid": "NotTheCodeItself",
            "Effect": "Deny",
            "Action": sorted([*_LOOK, *_ATTACH, "ec2:DetachNetworkInterface"]),
            "Resource": "*",
            "Condition": code,
        }
        logs = [log_arn(region, prober) for prober in probers]
        role = iam.CfnRole(
            self,
            "Role",
            description="Probers of the ways out: attached to a subnet, and nothing else",
            assume_role_policy_document=trust("lambda", {"StringEquals": {"aws:SourceAccount": region.account_id}}),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="stand",
                    policy_document=document(
                        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], logs),
                        allow("Look", _LOOK, ["*"]),
                        # Interfaces have minted ids; this form of the resource is the one that Lambda checks for.
                        allow("Attach", _ATTACH, [names.arn(region, "ec2", "*/*")]),
                        deny,
                    ),
                )
            ],
        )
        return role.attr_arn


class Prober(EgressFunction):
    """The function that looks over one way out of a zone, from a subnet whose only route is that way."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: Region,
        zone: str,
        path: str,
        subnet_id: str,
        access: ProberAccess,
        code: lambda_.CfnFunction.CodeProperty,
        key_arn: str,
    ) -> None:
        """
        Args:
            path: one of `names.PROBED_PATHS`.
            subnet_id: the probe subnet of the path.
        """
        super().__init__(
            scope,
            id,
            name=names.nat_prober(region, zone, path),
            about=f"Looks over the {path} of {zone}",
            handler="runtime.prober.handle",
            code=code,
            role_arn=access.role_arn,
            key_arn=key_arn,
            variables={"TARGETS": json.dumps(region.egress.probe)},
            seconds=SECONDS,
            megabytes=egress_cost.PROBER_MEMORY,
            at_once=egress.PROBER_EXECUTIONS,
            place=Place(subnet_id, access.group_id),
        )
