"""The lake: where every stream of a region ends, for years."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from fleet import names
from fleet.region import Region
from hypercell.policy import admit, document, only_tls, service

ARCHIVE_DAYS = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}
"""Days without a read after which an object sinks. It comes up again within hours, and costs nothing while it is read."""
OLD_DAYS = 30
"""How long overwritten and deleted versions are kept: a mistake is noticed within a month."""
LOG_DAYS = 365
"""How long it stays known who read what."""

_CLOSED = s3.CfnBucket.PublicAccessBlockConfigurationProperty(
    block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
)
_VERSIONED = s3.CfnBucket.VersioningConfigurationProperty(status="Enabled")
_OWNED = s3.CfnBucket.OwnershipControlsProperty(
    rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
)


class Lake(Construct):
    """A bucket in the account's own namespace, and a second one that says who reads the first.

    Everything is stored in Intelligent-Tiering from the first day: what nobody reads gets cheaper by itself.

    Attributes:
        bucket_arn: of the lake.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, key_arn: str) -> None:
        super().__init__(scope, id)
        logs = self._logs(region)
        lake = s3.CfnBucket(
            self,
            "Bucket",
            bucket_name_prefix=names.bucket_prefix(region.fleet, "lake"),
            bucket_namespace="account-regional",
            bucket_encryption=_encrypted(key_arn),
            public_access_block_configuration=_CLOSED,
            ownership_controls=_OWNED,
            versioning_configuration=_VERSIONED,
            logging_configuration=s3.CfnBucket.LoggingConfigurationProperty(
                destination_bucket_name=logs.ref, log_file_prefix="lake/"
            ),
            intelligent_tiering_configurations=[
                s3.CfnBucket.IntelligentTieringConfigurationProperty(
                    id="sink",
                    status="Enabled",
                    tierings=[
                        s3.CfnBucket.TieringProperty(access_tier=tier, days=days) for tier, days in ARCHIVE_DAYS.items()
                    ],
                )
            ],
            lifecycle_configuration=s3.CfnBucket.LifecycleConfigurationProperty(
                rules=[
                    s3.CfnBucket.RuleProperty(
                        id="tier",
                        status="Enabled",
                        transitions=[
                            s3.CfnBucket.TransitionProperty(storage_class="INTELLIGENT_TIERING", transition_in_days=0)
                        ],
                    ),
                    _forget_versions(),
                ]
            ),
        )
        # What was searched and sold, for as long as anybody asks.
        lake.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        s3.CfnBucketPolicy(
            self, "BucketPolicy", bucket=lake.ref, policy_document=document(only_tls("s3:*", _whole(lake.attr_arn)))
        )
        self.bucket_arn = lake.attr_arn

    def _logs(self, region: Region) -> s3.CfnBucket:
        """Server access logs. S3 writes them with its own encryption only (S3 user guide, ServerLogs)."""
        logs = s3.CfnBucket(
            self,
            "Logs",
            bucket_name_prefix=names.bucket_prefix(region.fleet, "lake-logs"),
            bucket_namespace="account-regional",
            bucket_encryption=_encrypted(None),
            public_access_block_configuration=_CLOSED,
            ownership_controls=_OWNED,
            versioning_configuration=_VERSIONED,
            lifecycle_configuration=s3.CfnBucket.LifecycleConfigurationProperty(
                rules=[
                    s3.CfnBucket.RuleProperty(id="forget", status="Enabled", expiration_in_days=LOG_DAYS),
                    _forget_versions(),
                ]
            ),
        )
        # An audit asks who read the lake after the lake is gone.
        logs.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        writes = admit(
            "AccessLogs",
            service("logging.s3"),
            ["s3:PutObject"],
            f"{logs.attr_arn}/*",
            {
                "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{names.bucket_prefix(region.fleet, '*')}"},
                "StringEquals": {"aws:SourceAccount": region.account_id},
            },
        )
        policy = document(writes, only_tls("s3:*", _whole(logs.attr_arn)))
        s3.CfnBucketPolicy(self, "LogsPolicy", bucket=logs.ref, policy_document=policy)
        return logs


def _whole(bucket_arn: str) -> list[str]:
    return [bucket_arn, f"{bucket_arn}/*"]


def _encrypted(key_arn: str | None) -> s3.CfnBucket.BucketEncryptionProperty:
    default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
        sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
    )
    # A bucket key: KMS is asked once for many objects.
    rule = s3.CfnBucket.ServerSideEncryptionRuleProperty(
        server_side_encryption_by_default=default, bucket_key_enabled=key_arn is not None
    )
    return s3.CfnBucket.BucketEncryptionProperty(server_side_encryption_configuration=[rule])


def _forget_versions() -> s3.CfnBucket.RuleProperty:
    return s3.CfnBucket.RuleProperty(
        id="versions",
        status="Enabled",
        noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(noncurrent_days=OLD_DAYS),
        abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(days_after_initiation=7),
    )
