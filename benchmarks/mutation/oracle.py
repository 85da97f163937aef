"""What a mutant kills, by the facts of AWS and Kubernetes and by what the architecture needs. Imports nothing of the guard.

The classes are those that the guard must refuse to the last one. `sight` (a dashboard, a saved query) is none of them.
"""

from __future__ import annotations

DANGEROUS = ("namespace", "state", "cell", "traffic", "guard", "rights")
"""What a mutant may kill: a namespace, what nobody can make again, a cell, traffic, what guards, the bounds of a right."""

# What holds what nobody can make again: data, keys, addresses, names. Facts: AWS, sections 1.10 and 1.11.
STATE = frozenset({
    "AWS::Backup::BackupVault", "AWS::CertificateManager::Certificate", "AWS::DSQL::Cluster",
    "AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table", "AWS::EC2::EIP", "AWS::EC2::Subnet", "AWS::EC2::VPC",
    "AWS::ECR::Repository", "AWS::ElastiCache::ReplicationGroup", "AWS::KMS::Key", "AWS::Kinesis::Stream",
    "AWS::Route53::HostedZone", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret",
})  # fmt: skip
# What a cell is made of.
CELL = frozenset({
    "AWS::EKS::AccessEntry", "AWS::EKS::Addon", "AWS::EKS::Cluster", "AWS::EKS::Nodegroup",
    "AWS::EKS::PodIdentityAssociation",
})  # fmt: skip
# What a request passes, or what keeps its way open.
TRAFFIC = frozenset({
    "AWS::AutoScaling::AutoScalingGroup", "AWS::CloudFront::Distribution", "AWS::EC2::EIPAssociation",
    "AWS::EC2::InternetGateway", "AWS::EC2::LaunchTemplate", "AWS::EC2::NatGateway", "AWS::EC2::NetworkInterface",
    "AWS::EC2::PrefixList", "AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCCidrBlock", "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCGatewayAttachment",
    "AWS::ElastiCache::SubnetGroup", "AWS::ElastiCache::User", "AWS::ElastiCache::UserGroup",
    "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::Lambda::Function", "AWS::Route53::HealthCheck",
    "AWS::Route53::RecordSet", "AWS::Scheduler::Schedule", "AWS::SNS::Topic", "AWS::SSM::Parameter",
    "AWS::KinesisFirehose::DeliveryStream", "AWS::IAM::Role", "AWS::IAM::InstanceProfile",
    "AWS::CloudFront::Function", "AWS::CloudFront::OriginAccessControl",
})  # fmt: skip
# What guards: who hears of a failure, what bounds a right, what is written down, what is kept for the day after.
GUARD = frozenset({
    "AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection", "AWS::Budgets::Budget", "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm", "AWS::EC2::FlowLog", "AWS::Events::Rule", "AWS::IAM::ManagedPolicy",
    "AWS::Logs::LogGroup", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy", "AWS::WAFv2::LoggingConfiguration", "AWS::WAFv2::WebACL",
})  # fmt: skip

_GUARDING_OBJECTS = frozenset({
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PeerAuthentication",
})  # fmt: skip
_CELL_OBJECTS = frozenset(
    {"CustomResourceDefinition", "EC2NodeClass", "NodeClass", "NodePool", "Application", "AppProject"}
)
_TRAFFIC_OBJECTS = frozenset(
    {"Deployment", "DaemonSet", "StatefulSet", "Service", "Gateway", "VirtualService", "HTTPRoute"}
)


def of_type(type_: str) -> str | None:
    """What goes when a resource of a type goes."""
    for name, types in (("state", STATE), ("cell", CELL), ("traffic", TRAFFIC), ("guard", GUARD)):
        if type_ in types:
            return name
    return None


def of_object(kind: str, alone: bool) -> str | None:
    """What goes when an object leaves its bundle.

    Nothing is pruned, so that most objects stay where they are; these are refused all the same, for the next bundle
    would find nobody who looks after them.

    Args:
        alone: whether it is the only one of its kind there: all of its kind would go.
    """
    if kind == "Namespace":
        return "namespace"
    if kind in _GUARDING_OBJECTS:
        return "guard" if kind != "PeerAuthentication" or alone else None
    if kind in _CELL_OBJECTS:
        return "cell"
    return "traffic" if kind in _TRAFFIC_OBJECTS and alone else None
