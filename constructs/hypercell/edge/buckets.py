"""Buckets at the edge: what hosts with `origin: bucket` serve, and where accesses are written."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from fleet import names
from fleet.edge import Host
from fleet.model import Fleet

LOG_DAYS = 400
"""A year, and a month to compare it with the one before."""
OLD_VERSION_DAYS = 30
"""How long a replaced object can be brought back."""


class LogBucket(Construct):
    """Access logs of the distributions and of the buckets behind them.

    SSE-S3: S3 does not write access logs to a bucket encrypted by a KMS key.

    Attributes:
        name, arn: of the bucket.
        policy: what lets the log services write; deliveries wait for it.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, region: str) -> None:
        super().__init__(scope, id)
        account = fleet.accounts["edge"]
        self.name = names.bucket(fleet, "edge-logs", account, region)
        self.arn = f"arn:aws:s3:::{self.name}"
        bucket = _bucket(
            self,
            self.name,
            logs_to=None,
            rules=[
                s3.CfnBucket.RuleProperty(
                    id="forget",
                    status="Enabled",
                    expiration_in_days=LOG_DAYS,
                    transitions=[s3.CfnBucket.TransitionProperty(storage_class="GLACIER_IR", transition_in_days=90)],
                    noncurrent_version_expiration=_old(1),
                    abort_incomplete_multipart_upload=_abort(),
                )
            ],
        )
        writers = {
            "delivery.logs.amazonaws.com": (
                f"{bucket.attr_arn}/AWSLogs/{account}/*",
                {
                    "StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": "bucket-owner-full-control"},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:delivery-source:*"},
                },
            ),
            "logging.s3.amazonaws.com": (
                f"{bucket.attr_arn}/buckets/*",
                {"StringEquals": {"aws:SourceAccount": account}},
            ),
        }
        self.policy = _policy(
            self,
            bucket,
            [
                iam.PolicyStatement(
                    principals=[iam.ServicePrincipal(service)],
                    actions=["s3:PutObject"],
                    resources=[where],
                    conditions=conditions,
                )
                for service, (where, conditions) in writers.items()
            ],
        )


class SiteBucket(Construct):
    """What a host family serves from a bucket. Teams put objects in; only its own distribution takes them out.

    Attributes:
        domain_name: what CloudFront connects to.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, host: Host, region: str, logs_to: str) -> None:
        super().__init__(scope, id)
        name = names.bucket(fleet, host.key, fleet.accounts["edge"], region)
        self._bucket = _bucket(
            self,
            name,
            logs_to=logs_to,
            rules=[
                s3.CfnBucket.RuleProperty(
                    id="forget-replaced",
                    status="Enabled",
                    noncurrent_version_expiration=_old(OLD_VERSION_DAYS),
                    abort_incomplete_multipart_upload=_abort(),
                )
            ],
        )
        self.domain_name = self._bucket.attr_regional_domain_name

    def serve(self, distribution_arn: str) -> None:
        """Let one distribution read the objects, and nobody list them: a missing one is a 403."""
        read = iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
            actions=["s3:GetObject"],
            resources=[f"{self._bucket.attr_arn}/*"],
            conditions={"ArnEquals": {"aws:SourceArn": distribution_arn}},
        )
        _policy(self, self._bucket, [read])


def _bucket(
    scope: Construct, name: str, *, logs_to: str | None, rules: list[s3.CfnBucket.RuleProperty]
) -> s3.CfnBucket:
    logging = s3.CfnBucket.LoggingConfigurationProperty(
        destination_bucket_name=logs_to, log_file_prefix=f"buckets/{name}/"
    )
    bucket = s3.CfnBucket(
        scope,
        "Resource",
        bucket_name=name,
        # The account's own namespace: nobody else can have taken the name.
        bucket_namespace="account-regional",
        bucket_encryption=s3.CfnBucket.BucketEncryptionProperty(
            server_side_encryption_configuration=[
                s3.CfnBucket.ServerSideEncryptionRuleProperty(
                    server_side_encryption_by_default=s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
                        sse_algorithm="AES256"
                    )
                )
            ]
        ),
        ownership_controls=s3.CfnBucket.OwnershipControlsProperty(
            rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
        ),
        public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
            block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
        ),
        versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
        logging_configuration=logging if logs_to else None,
        lifecycle_configuration=s3.CfnBucket.LifecycleConfigurationProperty(rules=rules),
    )
    # What is published, and who asked for it, outlives the stack.
    bucket.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return bucket


def _policy(scope: Construct, bucket: s3.CfnBucket, allowed: list[iam.PolicyStatement]) -> s3.CfnBucketPolicy:
    over_tls_only = iam.PolicyStatement(
        effect=iam.Effect.DENY,
        principals=[iam.AnyPrincipal()],
        actions=["s3:*"],
        resources=[bucket.attr_arn, f"{bucket.attr_arn}/*"],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
    document = iam.PolicyDocument(statements=[*allowed, over_tls_only])
    return s3.CfnBucketPolicy(scope, "Policy", bucket=bucket.ref, policy_document=document)


def _old(days: int) -> s3.CfnBucket.NoncurrentVersionExpirationProperty:
    return s3.CfnBucket.NoncurrentVersionExpirationProperty(noncurrent_days=days)


def _abort() -> s3.CfnBucket.AbortIncompleteMultipartUploadProperty:
    return s3.CfnBucket.AbortIncompleteMultipartUploadProperty(days_after_initiation=7)
