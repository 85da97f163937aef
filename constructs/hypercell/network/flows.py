"""Flow logs: who talked to whom, and how much of it went where."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from fleet import names
from fleet.region import Region

DAYS = 30
"""How long flows are kept: long enough to look back from a monthly bill."""

# The default fields say which interface spoke. Behind a NAT, and for pods, that is never who it was: the packet's own
# addresses, the zone, the direction and the path (internet gateway, endpoint, other zone) answer what people ask.
FIELDS = (
    "version",
    "az-id",
    "subnet-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "tcp-flags",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "flow-direction",
    "traffic-path",
    "log-status",
)


class FlowLogs(Construct):
    """All flows of the VPC, in ten-minute records, in an encrypted log group.

    Accepted flows are kept with the rejected ones: they are what shows where egress money goes.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, vpc_id: str, key_arn: str) -> None:
        super().__init__(scope, id)
        group = logs.CfnLogGroup(
            self,
            "Group",
            log_group_name=names.log_group(region.fleet, region.code, "flows"),
            kms_key_id=key_arn,
            retention_in_days=DAYS,
        )
        group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        role = iam.Role(
            self,
            "Writer",
            description="Flow logs of the VPC",
            # The service writes for everybody: only this account's flow logs may borrow the role.
            assumed_by=iam.ServicePrincipal(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": region.account_id},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:ec2:{region.name}:{region.account_id}:vpc-flow-log/*"},
                },
            ),
            inline_policies={"write": _may_write(group.attr_arn)},
        )
        ec2.CfnFlowLog(
            self,
            "Flows",
            resource_type="VPC",
            resource_id=vpc_id,
            traffic_type="ALL",
            max_aggregation_interval=600,
            log_destination_type="cloud-watch-logs",
            log_group_name=group.ref,
            deliver_logs_permission_arn=role.role_arn,
            log_format=" ".join(f"${{{field}}}" for field in FIELDS),
        )


def _may_write(group_arn: str) -> iam.PolicyDocument:
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    return iam.PolicyDocument(statements=[iam.PolicyStatement(actions=actions, resources=[group_arn])])
