"""Delivery: from each stream into the lake."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesisfirehose as firehose
from aws_cdk import aws_logs as logs
from constructs import Construct

from fleet import names
from fleet.region import Region
from fleet.stream import Stream
from hypercell.alarm import alarm, metric
from hypercell.policy import Statement, allow, document, trust

BUFFER_SECONDS, BUFFER_MB = 300, 128
"""What ends an object, whichever comes first: large objects are what the lake's readers pay least for."""
LATE_SECONDS = 1800
"""Age of the oldest record that is not in the lake yet."""
LOG_DAYS = 30
RECORDS, ERRORS = "records", "errors"
"""Prefixes of the lake: what arrived, and what could not be delivered, by stream and hour below each."""

_WRITE = (
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)
_READ = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)


class Deliveries(Construct):
    """The role and the log group that a region's deliveries share: they all read streams and write the lake."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: Region,
        bucket_arn: str,
        sources: Sequence[str],
        lake_key_arn: str,
        logs_key_arn: str,
    ) -> None:
        """
        Args:
            sources: ARNs of the streams that are read; bronze streams have none.
        """
        super().__init__(scope, id)
        self._region, self._bucket_arn, self._key_arn = region, bucket_arn, lake_key_arn
        group = logs.CfnLogGroup(
            self,
            "Logs",
            log_group_name=names.log_group(region.fleet, region.code, "deliveries"),
            retention_in_days=LOG_DAYS,
            kms_key_id=logs_key_arn,
        )
        group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._group = group.ref
        via = [f"{service}.{region.name}.amazonaws.com" for service in ("s3", "kinesis")]
        statements: list[Statement] = [
            allow("WriteLake", _WRITE, [f"{bucket_arn}/{prefix}/*" for prefix in (RECORDS, ERRORS)]),
            allow("FindLake", ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"], [bucket_arn]),
            allow(
                "UseLakeKey",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                [lake_key_arn],
                {"StringEquals": {"kms:ViaService": via}},
            ),
            allow("SayWhatFailed", ["logs:PutLogEvents"], [group.attr_arn]),
        ]
        if sources:
            statements.append(allow("ReadStreams", _READ, sources))
        self._role = iam.CfnRole(
            self,
            "Role",
            description="Deliveries of streams into the lake",
            assume_role_policy_document=trust("firehose", {"StringEquals": {"aws:SourceAccount": region.account_id}}),
            policies=[iam.CfnRole.PolicyProperty(policy_name="deliver", policy_document=document(*statements))],
        )

    def add(self, stream: Stream, source: str | None) -> None:
        """The delivery of one stream.

        Args:
            source: ARN of its Kinesis stream; none for bronze, which is written to directly.
        """
        name = names.stream(self._region.fleet, stream.name)
        log_stream = logs.CfnLogStream(
            self, f"{names.pascal(stream.name)}Log", log_group_name=self._group, log_stream_name=stream.name
        )
        delivery = firehose.CfnDeliveryStream(
            self,
            names.pascal(stream.name),
            delivery_stream_name=name,
            delivery_stream_type="DirectPut" if source is None else "KinesisStreamAsSource",
            kinesis_stream_source_configuration=None
            if source is None
            else firehose.CfnDeliveryStream.KinesisStreamSourceConfigurationProperty(
                kinesis_stream_arn=source, role_arn=self._role.attr_arn
            ),
            # A source that is encrypted stays so on its way; what is put directly needs a key here.
            delivery_stream_encryption_configuration_input=firehose.CfnDeliveryStream.DeliveryStreamEncryptionConfigurationInputProperty(
                key_type="CUSTOMER_MANAGED_CMK", key_arn=self._key_arn
            )
            if source is None
            else None,
            extended_s3_destination_configuration=self._into_lake(stream, log_stream),
        )
        if source is None:
            # Nothing else holds these records while they are buffered.
            delivery.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self._watch(stream, name, direct=source is None)

    def _into_lake(
        self, stream: Stream, log_stream: logs.CfnLogStream
    ) -> firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty:
        hour = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/"
        return firehose.CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty(
            bucket_arn=self._bucket_arn,
            role_arn=self._role.attr_arn,
            prefix=f"{RECORDS}/{stream.name}/{hour}",
            error_output_prefix=f"{ERRORS}/{stream.name}/!{{firehose:error-output-type}}/{hour}",
            buffering_hints=firehose.CfnDeliveryStream.BufferingHintsProperty(
                interval_in_seconds=BUFFER_SECONDS, size_in_m_bs=BUFFER_MB
            ),
            compression_format="GZIP",
            encryption_configuration=firehose.CfnDeliveryStream.EncryptionConfigurationProperty(
                kms_encryption_config=firehose.CfnDeliveryStream.KMSEncryptionConfigProperty(
                    awskms_key_arn=self._key_arn
                )
            ),
            cloud_watch_logging_options=firehose.CfnDeliveryStream.CloudWatchLoggingOptionsProperty(
                enabled=True, log_group_name=self._group, log_stream_name=log_stream.ref
            ),
        )

    def _watch(self, stream: Stream, name: str, *, direct: bool) -> None:
        topic, dimensions = names.alarm_topic_arn(self._region), {"DeliveryStreamName": name}
        alarm(
            self, f"{names.pascal(stream.name)}Late", topic=topic,
            name=names.region_alarm(self._region, f"delivery-{stream.name}-late"),
            about=f"records of {stream.name} do not reach the lake",
            metrics=[metric("AWS/Firehose", "DeliveryToS3.DataFreshness", dimensions)],
            statistic="Maximum", threshold=LATE_SECONDS, periods=5,
        )  # fmt: skip
        if direct:
            alarm(
                self, f"{names.pascal(stream.name)}Throttled", topic=topic,
                name=names.region_alarm(self._region, f"delivery-{stream.name}-throttled"),
                about=f"{stream.name} turns writers away: its delivery's quota is reached",
                metrics=[metric("AWS/Firehose", "ThrottledRecords", dimensions)],
                statistic="Sum", threshold=1, periods=3,
            )  # fmt: skip
