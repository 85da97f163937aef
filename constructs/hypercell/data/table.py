"""A service's DynamoDB table."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from fleet import backup, names
from fleet.region import Region
from fleet.service import Service, Table
from hypercell.alarm import alarm, metric
from hypercell.policy import Statement, allow

RECOVERY_DAYS = 35
"""How far back a table can be restored to any second: the most that DynamoDB keeps."""
THROTTLED = 10
"""Requests in a minute that an on-demand table turns away: a hot key, or a doubling within half an hour."""

_ACTIONS = (
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)


class ServiceTable(Construct):
    """A table of the region, on demand, with its first replica alone.

    It is a global table from the first day, for a plain one could become global by replacement only. Replicas in
    other accounts are added to this one (multi-account global tables); replicas in the same account would stand in
    their way.

    Attributes:
        grants: what the service's role may do with it.
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Service, region: Region, key: str, table: Table, key_arn: str
    ) -> None:
        super().__init__(scope, id)
        name = names.table(service, key)
        keys = {table.key: "HASH", **({table.sort: "RANGE"} if table.sort else {})}
        resource = dynamodb.CfnGlobalTable(
            self,
            "Table",
            table_name=name,
            billing_mode="PAY_PER_REQUEST",
            attribute_definitions=[
                dynamodb.CfnGlobalTable.AttributeDefinitionProperty(attribute_name=attribute, attribute_type="S")
                for attribute in keys
            ],
            key_schema=[
                dynamodb.CfnGlobalTable.KeySchemaProperty(attribute_name=attribute, key_type=kind)
                for attribute, kind in keys.items()
            ],
            sse_specification=dynamodb.CfnGlobalTable.SSESpecificationProperty(sse_enabled=True, sse_type="KMS"),
            time_to_live_specification=dynamodb.CfnGlobalTable.TimeToLiveSpecificationProperty(
                attribute_name=table.expires, enabled=True
            )
            if table.expires
            else None,
            replicas=[
                dynamodb.CfnGlobalTable.ReplicaSpecificationProperty(
                    region=region.name,
                    deletion_protection_enabled=True,
                    point_in_time_recovery_specification=dynamodb.CfnGlobalTable.PointInTimeRecoverySpecificationProperty(
                        point_in_time_recovery_enabled=True, recovery_period_in_days=RECOVERY_DAYS
                    ),
                    sse_specification=dynamodb.CfnGlobalTable.ReplicaSSESpecificationProperty(
                        kms_master_key_id=key_arn
                    ),
                    tags=[cdk.CfnTag(key=backup.TAG, value=backup.SERVICES)],
                )
            ],
        )
        # What a service remembers outlives its stack.
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        dimensions = {"TableName": resource.ref}
        alarm(
            self, "Throttles", name=names.service_alarm(service, region, f"table-{key}-throttles"),
            about=f"{name} turns requests away: look for a hot key",
            topic=names.team_topic_arn(region, service.team),
            metrics=[metric("AWS/DynamoDB", f"{way}ThrottleEvents", dimensions) for way in ("Read", "Write")],
            expression="SUM([m0, m1])", statistic="Sum", threshold=THROTTLED, periods=3,
        )  # fmt: skip
        self.grants: list[Statement] = [
            allow(f"Table{names.pascal(key)}", _ACTIONS, [names.arn(region, "dynamodb", f"table/{name}")])
        ]
