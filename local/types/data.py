"""Databases, caches, tables, streams, buckets, backups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.api import Making, Row
from local.shapes import Mapped

Properties = dict[str, Any]

# --- Aurora DSQL ------------------------------------------------------------------------------------------------


def _dsql(making: Making) -> Mapping[str, Any]:
    """The endpoints, and the state a peer waits in: moto calls every cluster ACTIVE at its second look."""
    identifier, dsql = making.made("identifier"), making.client("dsql")
    service = dsql.get_vpc_endpoint_service_name(identifier=identifier)
    _settle(making, identifier)
    return {
        "ResourceArn": making.made("arn"),
        "VpcEndpointServiceName": service["serviceName"],
        "VpcEndpoint": service["clusterVpcEndpoint"],
    }


def _settle(making: Making, identifier: str) -> None:
    """A cluster with a witness and without a peer is PENDING_SETUP until the peer is named (DSQL user guide)."""
    from moto.dsql.models import dsql_backends

    cluster = dsql_backends[making.place.account][making.place.region].clusters[identifier]
    regions = cluster.multi_region_properties or {}
    waits = "witnessRegion" in regions and not regions.get("clusters")
    cluster.status = "PENDING_SETUP" if waits else "ACTIVE"


def _link(making: Making, identifier: str) -> None:
    """Name the peer: the one update of a stack that the local AWS performs."""
    dsql = making.client("dsql")
    shape = dsql.meta.service_model.operation_model("UpdateCluster").input_shape
    wanted = {"MultiRegionProperties": making.properties["MultiRegionProperties"]}
    dsql.update_cluster(identifier=identifier, **Mapped(shape, wanted).parameters)
    _settle(making, identifier)


# --- DynamoDB ---------------------------------------------------------------------------------------------------


def _table(properties: Properties) -> Properties:
    """A global table's replica of this region, as the table that it is."""
    replica = properties.pop("Replicas", [{}])[0]
    encryption = properties.pop("SSESpecification", None)
    table = {
        name: value for name, value in properties.items() if name not in ("TimeToLiveSpecification", "WarmThroughput")
    }
    if encryption:
        key = replica.get("SSESpecification", {})
        table["SSESpecification"] = {"Enabled": encryption["SSEEnabled"], "SSEType": "KMS", **key}
    for name in ("DeletionProtectionEnabled", "TableClass"):
        if name in replica:
            table[name] = replica[name]
    return table


def _table_settings(making: Making) -> Mapping[str, Any]:
    dynamodb, name = making.client("dynamodb"), making.made("TableName")
    replica = making.properties.get("Replicas", [{}])[0]
    recovery = replica.get("PointInTimeRecoverySpecification", {})
    if recovery.get("PointInTimeRecoveryEnabled"):
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    expiry = making.properties.get("TimeToLiveSpecification")
    if expiry:
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": bool(expiry["Enabled"]), "AttributeName": expiry["AttributeName"]},
        )
    return {"Arn": making.made("TableArn"), "StreamArn": making.answer.get("LatestStreamArn", "")}


# --- Kinesis ----------------------------------------------------------------------------------------------------


def _stream(making: Making) -> Mapping[str, Any]:
    kinesis, name = making.client("kinesis"), making.properties["Name"]
    hours = int(making.properties.get("RetentionPeriodHours", 24))
    if hours > 24:
        kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=hours)
    encryption = making.properties.get("StreamEncryption")
    if encryption:
        kinesis.start_stream_encryption(
            StreamName=name, EncryptionType=encryption["EncryptionType"], KeyId=encryption["KeyId"]
        )
    return {"Arn": kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]}


# --- S3 ---------------------------------------------------------------------------------------------------------


def _bucket_name(making: Making) -> str:
    """A bucket in the account's regional namespace is named by a prefix; account, region and `an` follow."""
    wanted, place = making.properties, making.place
    if "BucketName" in wanted:
        return str(wanted["BucketName"])
    prefix = wanted.get("BucketNamePrefix", f"{place.stack}-{place.logical_id}".lower()[:30])
    return f"{prefix}-{place.account}-{place.region}-an"


def _bucket_arns(name: str, region: str) -> Mapping[str, Any]:
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website.{region}.amazonaws.com",
    }


def _bucket(making: Making) -> Mapping[str, Any]:
    """Make the bucket here: its name is not a property, and every further setting is a call of its own."""
    s3, name, wanted = making.client("s3"), _bucket_name(making), making.properties
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": making.place.region}}
    s3.create_bucket(Bucket=name, **({} if making.place.region == "us-east-1" else elsewhere))
    if "VersioningConfiguration" in wanted:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=wanted["VersioningConfiguration"])
    if "PublicAccessBlockConfiguration" in wanted:
        block = {key: str(value).lower() == "true" for key, value in wanted["PublicAccessBlockConfiguration"].items()}
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    if "BucketEncryption" in wanted:
        rules = [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                "BucketKeyEnabled": bool(rule.get("BucketKeyEnabled", False)),
            }
            for rule in wanted["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    tags = {**dict(making.place.tags), **{tag["Key"]: tag["Value"] for tag in wanted.get("Tags", [])}}
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
    return {"BucketName": name, **_bucket_arns(name, making.place.region)}


# --- backup -----------------------------------------------------------------------------------------------------


def _plan(properties: Properties) -> Properties:
    """CloudFormation prefixes what the API does not."""
    plan = properties["BackupPlan"]
    rules = [
        {
            "RuleName": rule["RuleName"],
            "TargetBackupVaultName": rule["TargetBackupVault"],
            **{key: value for key, value in rule.items() if key not in ("RuleName", "TargetBackupVault")},
        }
        for rule in plan["BackupPlanRule"]
    ]
    return {
        "BackupPlan": {"BackupPlanName": plan["BackupPlanName"], "Rules": rules},
        "BackupPlanTags": properties.get("BackupPlanTags", {}),
    }


def _locked(making: Making) -> None:
    lock = making.properties.get("LockConfiguration")
    if lock:
        days = {name: int(value) for name, value in lock.items()}
        making.client("backup").put_backup_vault_lock_configuration(
            BackupVaultName=making.properties["BackupVaultName"], **days
        )


ROWS = (
    Row(
        "AWS::DSQL::Cluster", "dsql.create_cluster", ref="identifier", rename={"PolicyDocument": "policy"},
        finish=_dsql, update=_link,
    ),
    Row(
        "AWS::ElastiCache::SubnetGroup", "elasticache.create_cache_subnet_group", "CacheSubnetGroup",
        name="CacheSubnetGroupName", rename={"Description": "CacheSubnetGroupDescription"},
    ),
    Row(
        "AWS::ElastiCache::ReplicationGroup", "elasticache.create_replication_group", "ReplicationGroup",
        name="ReplicationGroupId",
        attributes={
            "PrimaryEndPoint.Address": "NodeGroups.0.PrimaryEndpoint.Address",
            "PrimaryEndPoint.Port": "NodeGroups.0.PrimaryEndpoint.Port",
        },
    ),
    Row("AWS::ElastiCache::User", "elasticache.create_user"),
    Row(
        "AWS::DynamoDB::GlobalTable", "dynamodb.create_table", "TableDescription", ref="TableName", name="TableName",
        prepare=_table, finish=_table_settings,
    ),
    Row(
        "AWS::Kinesis::Stream", "kinesis.create_stream", ref="=Name", name="Name", rename={"Name": "StreamName"},
        finish=_stream,
        prepare=lambda p: {k: v for k, v in p.items() if k not in ("RetentionPeriodHours", "StreamEncryption")},
    ),
    Row(
        "AWS::KinesisFirehose::DeliveryStream", "firehose.create_delivery_stream", ref="=DeliveryStreamName",
        name="DeliveryStreamName", attributes={"Arn": "DeliveryStreamARN"},
    ),
    Row("AWS::S3::Bucket", "s3.list_buckets", ref="BucketName", prepare=lambda _: {}, finish=_bucket),
    Row(
        "AWS::S3::BucketPolicy", "s3.put_bucket_policy", ref="=Bucket",
        rename={"PolicyDocument": "Policy"},
    ),
    Row(
        "AWS::Kinesis::StreamConsumer", "kinesis.register_stream_consumer", "Consumer", ref="ConsumerARN",
        prepare=lambda p: {k: v for k, v in p.items() if k != "Tags"},
    ),
    # moto's vaults know no access policy; it is left out.
    Row(
        "AWS::Backup::BackupVault", "backup.create_backup_vault", finish=_locked,
        prepare=lambda p: {k: v for k, v in p.items() if k not in ("AccessPolicy", "LockConfiguration")},
    ),
    Row("AWS::Backup::BackupPlan", "backup.create_backup_plan", prepare=_plan),
)  # fmt: skip
