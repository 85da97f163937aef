"""What holds data outlives its stack, and says so to the service as well as to CloudFormation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Resource, Template

_RETAIN = ("Retain", "RetainExceptOnCreate")


def _is(path: str) -> Callable[[Resource], bool]:
    return lambda resource: resource.at(path) is True


def _every_replica_protected(table: Resource) -> bool:
    return all(replica.get("DeletionProtectionEnabled") is True for replica in table.at("Replicas") or [{}])


def _versioned(bucket: Resource) -> bool:
    return bool(bucket.at("VersioningConfiguration.Status") == "Enabled")


def _undeletable(balancer: Resource) -> bool:
    attributes = {a["Key"]: a["Value"] for a in balancer.at("LoadBalancerAttributes") or []}
    return attributes.get("deletion_protection.enabled") == "true"


def _nothing(_resource: Resource) -> bool:
    return True


# Type -> the service's own protection, and how it is called. `_nothing`: the service has none.
STATEFUL: dict[str, tuple[Callable[[Resource], bool], str]] = {
    "AWS::DSQL::Cluster": (_is("DeletionProtectionEnabled"), "DeletionProtectionEnabled"),
    "AWS::DynamoDB::GlobalTable": (_every_replica_protected, "DeletionProtectionEnabled of each replica"),
    "AWS::DynamoDB::Table": (_is("DeletionProtectionEnabled"), "DeletionProtectionEnabled"),
    "AWS::S3::Bucket": (_versioned, "versioning"),
    "AWS::KMS::Key": (_nothing, ""),
    "AWS::EKS::Cluster": (_is("DeletionProtection"), "DeletionProtection"),
    "AWS::ElastiCache::ReplicationGroup": (_nothing, ""),
    "AWS::Kinesis::Stream": (_nothing, ""),
    "AWS::Route53::HostedZone": (_nothing, ""),
    "AWS::EC2::VPC": (_nothing, ""),
    "AWS::EC2::Subnet": (_nothing, ""),
    "AWS::EC2::EIP": (_nothing, ""),
    "AWS::Backup::BackupVault": (_nothing, ""),
    "AWS::ECR::Repository": (_nothing, ""),
    "AWS::SecretsManager::Secret": (_nothing, ""),
}
# A network load balancer holds no data, but its name is what the world connects to.
PROTECTED: dict[str, tuple[Callable[[Resource], bool], str]] = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (_undeletable, "deletion_protection.enabled"),
}


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for type, (protected, name) in {**STATEFUL, **PROTECTED}.items():
        for resource in template.of(type):
            if type in STATEFUL:
                yield from _policies(resource)
            if not protected(resource):
                yield Broken(resource.id, f"is a {type} without {name}")


def _policies(resource: Resource) -> Iterator[Broken]:
    # ElastiCache keeps a last snapshot instead: nodes without data are worth nothing.
    allowed = (*_RETAIN, "Snapshot") if resource.type == "AWS::ElastiCache::ReplicationGroup" else _RETAIN
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        if resource.body.get(policy) not in allowed:
            yield Broken(resource.id, f"is a {resource.type} with {policy} {resource.body.get(policy)}", policy)


RULE = Rule(
    "retained-state",
    "set removal_policy RETAIN (RETAIN_ON_UPDATE_OR_DELETE where the name is fixed) and the service's own protection",
    check,
)
