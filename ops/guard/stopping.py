"""Wipe by edit: the resource stays, and does no more what it was for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ops.guard.pieces import Edit
from ops.guard.weakening import number

_TENTH = 10

AIMS: dict[str, tuple[str, ...]] = {
    "AWS::AutoScaling::AutoScalingGroup": (
        "AvailabilityZones", "VPCZoneIdentifier", "LaunchTemplate.LaunchTemplateId", "LaunchTemplate.LaunchTemplateSpecification",
        "LifecycleHookSpecificationList", "HealthCheckType",
    ),
    "AWS::Backup::BackupPlan": ("BackupPlan.BackupPlanRule",),
    "AWS::Backup::BackupSelection": ("",),
    "AWS::CloudFront::Distribution": (
        "DistributionConfig.Aliases", "DistributionConfig.Origins", "DistributionConfig.WebACLId",
        "DistributionConfig.DefaultCacheBehavior.TargetOriginId", "DistributionConfig.Restrictions",
        "DistributionConfig.ViewerCertificate", "DistributionConfig.DefaultCacheBehavior.FunctionAssociations",
    ),
    "AWS::CloudFront::OriginAccessControl": ("",),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmRule",),
    "AWS::DSQL::Cluster": ("MultiRegionProperties", "KmsEncryptionKey", "PolicyDocument"),
    "AWS::DynamoDB::GlobalTable": ("TimeToLiveSpecification", "Replicas", "GlobalSecondaryIndexes", "SSESpecification"),
    "AWS::EC2::EIPAssociation": ("",),
    "AWS::EC2::NetworkInterface": ("GroupSet",),
    "AWS::EC2::Route": ("",),
    "AWS::EC2::SecurityGroup": ("SecurityGroupEgress",),
    "AWS::EC2::SecurityGroupIngress": ("",),
    "AWS::EC2::SecurityGroupEgress": ("",),
    "AWS::EC2::SubnetRouteTableAssociation": ("",),
    "AWS::EC2::VPCGatewayAttachment": ("",),
    "AWS::EKS::Addon": ("PodIdentityAssociations",),
    "AWS::EKS::AccessEntry": ("KubernetesGroups", "Type", "PrincipalArn", "Username"),
    "AWS::EKS::Cluster": ("ResourcesVpcConfig.SubnetIds", "ResourcesVpcConfig.SecurityGroupIds", "RoleArn", "Logging",
        "ComputeConfig", "StorageConfig", "KubernetesNetworkConfig", "UpgradePolicy",
    ),
    "AWS::EKS::Nodegroup": ("Subnets", "Taints", "Labels", "NodeRole", "LaunchTemplate.Id"),
    "AWS::EKS::PodIdentityAssociation": ("RoleArn", "TargetRoleArn"),
    "AWS::ElastiCache::ReplicationGroup": ("UserGroupIds", "SecurityGroupIds", "Port", "CacheParameterGroupName"),
    "AWS::ElastiCache::User": ("AccessString", "AuthenticationMode", "Passwords", "NoPasswordRequired"),
    "AWS::ElasticLoadBalancingV2::Listener": ("",),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Scheme", "Type", "IpAddressType"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        "HealthCheckEnabled", "HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol", "Port", "Protocol", "Targets",
        "TargetGroupAttributes",
    ),
    "AWS::Events::Rule": ("EventPattern", "ScheduleExpression", "Targets"),
    "AWS::IAM::InstanceProfile": ("Roles",),
    "AWS::KMS::Alias": ("TargetKeyId",),
    "AWS::Kinesis::Stream": ("StreamModeDetails", "StreamEncryption"),
    "AWS::KinesisFirehose::DeliveryStream": (
        "ExtendedS3DestinationConfiguration.BucketARN", "ExtendedS3DestinationConfiguration.RoleARN",
        "KinesisStreamSourceConfiguration",
    ),
    "AWS::Lambda::Function": ("Handler", "Role", "VpcConfig"),
    "AWS::Lambda::Permission": ("",),
    "AWS::Logs::Delivery": ("",),
    "AWS::Logs::DeliveryDestination": ("DestinationResourceArn",),
    "AWS::Logs::DeliverySource": ("",),
    "AWS::Logs::MetricFilter": ("",),
    "AWS::Route53::HealthCheck": (
        "HealthCheckConfig.Type", "HealthCheckConfig.FullyQualifiedDomainName", "HealthCheckConfig.ResourcePath",
        "HealthCheckConfig.SearchString", "HealthCheckConfig.Port", "HealthCheckConfig.IPAddress",
        "HealthCheckConfig.ChildHealthChecks", "HealthCheckConfig.HealthThreshold", "HealthCheckConfig.Regions",
    ),
    "AWS::Route53::HostedZone": ("VPCs", "HostedZoneFeatures"),
    "AWS::Route53::RecordSet": ("AliasTarget", "ResourceRecords", "HealthCheckId", "Region", "GeoLocation"),
    "AWS::S3::Bucket": ("LifecycleConfiguration", "BucketEncryption", "ObjectLockConfiguration", "ReplicationConfiguration"),
    "AWS::SNS::Subscription": ("Endpoint", "Protocol", "TopicArn", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery"),
    "AWS::SQS::Queue": ("RedrivePolicy", "KmsMasterKeyId"),
    "AWS::SSM::Parameter": ("Value", "Type"),
    "AWS::Scheduler::Schedule": ("ScheduleExpression", "ScheduleExpressionTimezone", "Target", "StartDate", "EndDate"),
    "AWS::SecretsManager::Secret": ("SecretString", "GenerateSecretString", "KmsKeyId"),
    "AWS::WAFv2::LoggingConfiguration": ("LogDestinationConfigs", "LoggingFilter"),
    "AWS::WAFv2::WebACL": ("DefaultAction", "Rules"),
}  # fmt: skip
"""Type to the properties that say what it is about: a change of these points it elsewhere. Empty: all of them."""

_SEALS = frozenset({
    "AWSKMSKeyARN", "EncryptionKeyArn", "KeyArn", "KMSMasterKeyID", "KmsKeyArn", "KmsKeyId", "KmsMasterKeyId",
})  # fmt: skip
"""Keys: what was written with one is not read with another."""
_MAY_GROW = frozenset({
    "Aliases", "AvailabilityZones", "BackupPlanRule", "ChildHealthChecks", "GlobalSecondaryIndexes", "GroupSet",
    "LifecycleHookSpecificationList", "LogDestinationConfigs", "Logging", "Origins", "Regions", "Replicas", "SubnetIds",
    "SecurityGroupEgress", "Subnets", "TargetGroupAttributes", "Targets", "VPCs", "VPCZoneIdentifier",
})  # fmt: skip
"""Lists to which a member may be added without anything else having stopped."""

_HARMLESS = frozenset({
    "AlarmDescription", "Comment", "Cooldown", "Description", "DisplayName", "FunctionCode", "GroupDescription",
    "HealthCheckTags", "ImageId", "InstanceType", "OKActions", "PreferredMaintenanceWindow", "Sid", "UserData", "Weight",
})  # fmt: skip
"""Properties that may go or fall without anything having stopped; weights are judged apart."""
_OWN_AFFAIR = frozenset({"ConfigurationValues"})
"""Properties whose inside is another program's: parts of it come and go with its versions."""
_FIREWALL = "AWS::WAFv2::WebACL"
"""The one type whose statements are no permissions."""


def stopped(type_: str, edit: Edit) -> Iterator[str]:
    """What an edit would stop, as the end of a sentence that begins with the resource."""
    if edit.path[0] != "Properties" or (type_ != _FIREWALL and _of_policy(edit)):
        return
    if _zeroed(edit):
        yield f"{edit.dotted} would fall from {edit.before} to {edit.after}"
    elif _aim(type_, edit) or (edit.field in _SEALS and not edit.came):
        yield f"{edit.dotted} would become {short(edit.after)} where {short(edit.before)} stands"
    elif _lost(edit):
        yield f"{edit.dotted} would lose {short(edit.before)}"
    elif _unreadable(edit) or _retagged(edit):
        yield f"{edit.dotted} would become {short(edit.after)} where {short(edit.before)} stands"


def _of_policy(edit: Edit) -> bool:
    """Whether it is about who may do what, which is judged apart."""
    return "Statement" in edit.path or any(
        isinstance(value, dict) and "Statement" in value for value in (edit.before, edit.after)
    )


def _zeroed(edit: Edit) -> bool:
    """Whether a number falls to nothing, or to less than a tenth."""
    then, now = number(edit.before), number(edit.after)
    if then is None or now is None or then <= 0 or edit.field in _HARMLESS:
        return False
    return now <= 0 or now * _TENTH < then


def _aim(type_: str, edit: Edit) -> bool:
    fields = AIMS.get(type_)
    if fields is None:
        return False
    here = [part for part in edit.path[1:] if not part.startswith("[")]
    if "Tags" in here[:1] or (edit.came and edit.field in _MAY_GROW):
        return False
    for field in fields:
        parts = field.split(".") if field else []
        if here[: len(parts)] == parts or parts[: len(here)] == here:
            return True
    return False


def _lost(edit: Edit) -> bool:
    """Whether something is there no more: a property, or a member of a list, also when another takes its place."""
    member = edit.path[-1] == "[]" and not edit.came
    if not (edit.went or member) or _HARMLESS & set(edit.path) or _OWN_AFFAIR & set(edit.path[:-1]):
        return False
    return not (isinstance(edit.before, dict) and edit.before.get("Key") == "Name")


def _unreadable(edit: Edit) -> bool:
    """Text that was JSON and is none any more."""
    return (
        isinstance(edit.before, str)
        and edit.before[:1] in ("{", "[")
        and not str(edit.after).startswith(edit.before[:1])
    )


def _retagged(edit: Edit) -> bool:
    """A tag by which somebody is found. `Name` is for people."""
    return edit.field == "Value" and edit.path[1:2] == ("Tags",) and edit.path[-2] != "[Name]" and not edit.came


def short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
