"""KMS keys: one for each class of data, so that losing or sharing one opens nothing else."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from fleet import names
from fleet.region import Region


class RegionKeys(Construct):
    """The keys of a region with their aliases.

    Attributes:
        arns: purpose (`names.REGION_KEYS`) to key ARN.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region) -> None:
        super().__init__(scope, id)
        self.arns: dict[str, str] = {}
        for purpose in names.REGION_KEYS:
            key = kms.Key(
                self,
                names.pascal(purpose),
                alias=names.key_alias(region, purpose),
                description=f"{purpose} of {region.fleet.name} in {region.name}",
                enable_key_rotation=True,
                # A lost key is lost data, for every ciphertext it ever wrote.
                removal_policy=cdk.RemovalPolicy.RETAIN,
                pending_window=cdk.Duration.days(30),
            )
            self.arns[purpose] = key.key_arn
            if purpose == "logs":
                _let_log_groups_use(key, region)


def _let_log_groups_use(key: kms.Key, region: Region) -> None:
    """CloudWatch Logs encrypts as itself; the context names the log group, so no other account's can borrow the key."""
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(f"logs.{region.name}.amazonaws.com")],
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            resources=["*"],
            conditions={
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region.name}:{region.account_id}:*"}
            },
        )
    )
