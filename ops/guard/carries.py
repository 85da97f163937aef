"""What a resource is there for, by its type: that decides what its loss means."""

from __future__ import annotations

from enum import StrEnum


class Carries(StrEnum):
    """The most that stops with it."""

    TRAFFIC = "traffic"
    """Requests, or the pods that answer them, do without it badly or not at all."""
    DATA = "data"
    """It holds, or opens, what was written."""
    HANDS = "hands"
    """It acts by itself: moves routes, wakes databases, feeds a queue."""
    GUARD = "guard"
    """It watches, calls, records or keeps. Nobody misses it until the day it was for."""
    SIGHT = "sight"
    """It is looked at."""


_BY_TYPE: dict[Carries, tuple[str, ...]] = {
    Carries.SIGHT: (
        "AWS::CloudWatch::Dashboard",
        "AWS::Logs::QueryDefinition",
        "AWS::XRay::Group",
        "AWS::CloudFront::MonitoringSubscription",
    ),
    Carries.GUARD: (
        "AWS::Backup::BackupPlan",
        "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault",
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::EC2::FlowLog",
        "AWS::Logs::Delivery",
        "AWS::Logs::DeliveryDestination",
        "AWS::Logs::DeliverySource",
        "AWS::Logs::LogGroup",
        "AWS::Logs::LogStream",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::ResourcePolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::WAFv2::LoggingConfiguration",
    ),
    Carries.HANDS: (
        "AWS::Events::Rule",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Scheduler::Schedule",
    ),
    Carries.DATA: (
        "AWS::DSQL::Cluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::ECR::Repository",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::KMS::Alias",
        "AWS::KMS::Key",
        "AWS::Kinesis::Stream",
        "AWS::Kinesis::StreamConsumer",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::SecretsManager::Secret",
    ),
}
_CARRIES = {type_: what for what, types in _BY_TYPE.items() for type_ in types}


def by_type(type_: str) -> Carries:
    """What a type carries; of one that nobody has thought about the worst is assumed."""
    return _CARRIES.get(type_, Carries.TRAFFIC)
