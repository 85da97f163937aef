"""The keeper: it wakes databases before they are backed up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from fleet import backup, geography, names
from fleet.model import Fleet
from hypercell.alarm import alarm, metric
from hypercell.data.backup import HOUR
from hypercell.policy import allow, document, trust

CODE = Path(__file__).parent / "runtime" / "keeper.py"
LOG_DAYS = 30
SCHEDULE = f"cron(0/10 {HOUR - 1}-{HOUR} * * ? *)"
"""Every ten minutes from an hour before the backups to the end of their hour: they start when AWS Backup is ready."""


class Keeper(Construct):
    """A function that opens each database of the region for one query, and its schedule.

    A schedule alone cannot do it: no call of DSQL's API wakes a cluster, only a connection does. It logs in as
    `names.KEEPER_USER`, a role inside each database that may do nothing; whoever sets up a database makes that role
    (`CREATE ROLE keeper WITH LOGIN; AWS IAM GRANT keeper TO '<role>'`), and until then an alarm says so.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        fleet: Fleet,
        region: str,
        clusters: Mapping[str, tuple[str, str]],
        key_arn: str,
    ) -> None:
        """
        Args:
            clusters: name to ARN and endpoint of the region's clusters.
            key_arn: the data account's key of the region, for the function's log.
        """
        super().__init__(scope, id)
        account, name = fleet.accounts["data"], names.database_keeper(fleet, geography.code(region))
        group = logs.CfnLogGroup(
            self, "Logs", log_group_name=f"/aws/lambda/{name}", retention_in_days=LOG_DAYS, kms_key_id=key_arn
        )
        group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        statements = [
            allow("Connect", ["dsql:DbConnect"], [arn for arn, _ in clusters.values()]),
            allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [group.attr_arn]),
        ]
        role = iam.CfnRole(
            self,
            "Role",
            role_name=name,
            description="Wakes databases before their backup",
            assume_role_policy_document=trust("lambda", {"StringEquals": {"aws:SourceAccount": account}}),
            policies=[iam.CfnRole.PolicyProperty(policy_name="wake", policy_document=document(*statements))],
        )
        endpoints = {key: endpoint for key, (_, endpoint) in clusters.items()}
        function = lambda_.CfnFunction(
            self,
            "Function",
            function_name=name,
            description="Wakes databases before their backup",
            runtime="python3.14",
            architectures=["arm64"],
            handler="index.handle",
            code=lambda_.CfnFunction.CodeProperty(zip_file=CODE.read_text(encoding="utf-8")),
            role=role.attr_arn,
            timeout=60 * len(clusters),
            memory_size=256,
            reserved_concurrent_executions=backup.KEEPER_EXECUTIONS,
            environment=lambda_.CfnFunction.EnvironmentProperty(
                variables={"CLUSTERS": cdk.Stack.of(self).to_json_string(endpoints), "USER": names.KEEPER_USER}
            ),
        )
        # Lambda makes the group itself when it finds none: without a key, and kept for ever.
        function.add_resource_dependency(group)
        self._schedule(account, function)
        alarm(
            self, "Asleep", name=names.data_alarm(fleet, geography.code(region), "keeper"),
            about="databases could not be woken before their backup, or the keeper has no role in them yet",
            topic=names.data_alarm_topic_arn(fleet, region, geography.code(region)),
            metrics=[metric("AWS/Lambda", "Errors", {"FunctionName": name})],
            statistic="Sum", seconds=3600, periods=1, threshold=3,
        )  # fmt: skip

    def _schedule(self, account: str, function: lambda_.CfnFunction) -> None:
        role = iam.CfnRole(
            self,
            "Caller",
            description="Calls the keeper",
            assume_role_policy_document=trust("scheduler", {"StringEquals": {"aws:SourceAccount": account}}),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="call",
                    policy_document=document(allow("Call", ["lambda:InvokeFunction"], [function.attr_arn])),
                )
            ],
        )
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description="Wakes databases before their backup",
            schedule_expression=SCHEDULE,
            schedule_expression_timezone="UTC",
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=function.attr_arn,
                role_arn=role.attr_arn,
                # The next round comes by itself.
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(maximum_retry_attempts=0),
            ),
        )
