"""The edge account's key in us-east-1."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from fleet import names
from fleet.model import Fleet


class EdgeKey(Construct):
    """Encrypts what the edge says about itself: firewall logs and alarm messages.

    Attributes:
        arn: of the key.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, region: str) -> None:
        super().__init__(scope, id)
        account = fleet.accounts["edge"]
        key = kms.Key(
            self,
            "Resource",
            alias=names.edge_key_alias(fleet),
            description=f"Firewall logs and alarms at the edge of {fleet.name}",
            enable_key_rotation=True,
            # A lost key is lost logs.
            removal_policy=cdk.RemovalPolicy.RETAIN,
            pending_window=cdk.Duration.days(30),
        )
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
                actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                resources=["*"],
                conditions={
                    "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:*"}
                },
            )
        )
        # Without this an alarm changes its state and its message is dropped, silently.
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": account}},
            )
        )
        self.arn = key.key_arn
