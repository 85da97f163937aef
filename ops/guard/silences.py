"""What the schemas do not say: changes that they let pass, and that make another resource, fail or destroy.

Found by comparing them with `@aws-cdk/cloudformation-diff` over every property of the fleet's templates (a test does),
and in the documentation of the services. A row makes a judgement stricter, never milder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ops.delta.objects import at
from ops.guard.change import Action
from ops.guard.paths import Path

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Silence:
    """One property of one type."""

    type: str
    property: Path
    action: Action
    why: str
    """Continues `<property> `: `is fixed at creation`."""
    source: str
    unless: Callable[[Properties, Properties], bool] = lambda _before, _after: False
    """When the row does not hold: of the properties before and after."""


def _peers_are_added(before: Properties, after: Properties) -> bool:
    """The second step of a pair of DSQL clusters: each, made with its witness, is told of the other."""
    region = "MultiRegionProperties"
    witnesses = {str(at(one, region, "WitnessRegion") or "") for one in (before, after)}
    added = bool(at(after, region, "Clusters")) and not at(before, region, "Clusters")
    return added and len(witnesses) == 1 and witnesses != {""}


def _rows(type_name: str, properties: str, action: Action, why: str, source: str) -> tuple[Silence, ...]:
    return tuple(Silence(type_name, tuple(one.split(".")), action, why, source) for one in properties.split())


_DIFFER = "@aws-cdk/aws-service-spec, causesReplacement, from the documentation's 'Update requires'"
"""Where the AWS CDK's differ is stricter than the schema."""
_FIXED = "is fixed at creation, though its schema does not say so"

SILENCES: tuple[Silence, ...] = (
    *_rows(
        "AWS::KMS::Key",
        "KeySpec KeyUsage MultiRegion Origin",
        Action.REPLACE,
        "cannot be changed: the update fails, and only another key has another",
        "CloudFormation template reference, AWS::KMS::Key: each 'cannot be changed after the KMS key is created'",
    ),
    Silence(
        "AWS::DSQL::Cluster",
        ("MultiRegionProperties",),
        Action.REPLACE,
        "makes another cluster of it, except when peers are added beside an unchanged witness",
        "Aurora DSQL user guide, configuring multi-Region clusters; hashicorp/terraform-provider-aws 41868: a change "
        "of witness_region replaces, and a cluster created without one stays of one region",
        unless=_peers_are_added,
    ),
    *_rows(
        "AWS::EKS::Cluster",
        "ResourcesVpcConfig.SubnetIds",
        Action.MAY_REPLACE,
        "may only be changed to subnets of the same zones",
        "Amazon EKS user guide, network requirements: 'the subnets must be in the same set of zones'",
    ),
    *_rows(
        "AWS::EKS::Cluster",
        "KubernetesNetworkConfig",
        Action.REPLACE,
        "decides about Auto Mode and addresses; a cell that wants another is born beside this one",
        f"{_DIFFER}; the schema fixes only IpFamily and ServiceIpv4Cidr",
    ),
    *_rows(
        "AWS::Route53::RecordSet",
        "Name Type SetIdentifier",
        Action.REPLACE,
        "is what the record is known by: another one is made, and this one removed",
        "CloudFormation registry, AWS::Route53::RecordSet, primaryIdentifier",
    ),
    *_rows(
        "AWS::EC2::SecurityGroup",
        "GroupDescription GroupName",
        Action.REPLACE,
        "is fixed at creation, also where only its words change",
        "CloudFormation template reference, AWS::EC2::SecurityGroup: Update requires Replacement",
    ),
    *_rows(
        "AWS::Kinesis::StreamConsumer",
        "Tags",
        Action.REPLACE,
        "are fixed at creation: the reader is made anew, and waits to be registered",
        "CloudFormation registry, AWS::Kinesis::StreamConsumer, createOnlyProperties",
    ),
    *_rows("AWS::EC2::EIP", "Domain", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::CertificateManager::Certificate", "ValidationMethod", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::ElastiCache::ReplicationGroup", "Engine ReplicasPerNodeGroup", Action.REPLACE, _FIXED, _DIFFER),
    *_rows(
        "AWS::ElastiCache::ReplicationGroup",
        "NumNodeGroups",
        Action.MAY_REPLACE,
        "reshards in place only under an UpdatePolicy that says so (UseOnlineResharding)",
        "CloudFormation user guide, UpdatePolicy attribute; " + _DIFFER,
    ),
    *_rows("AWS::ElastiCache::User", "Engine", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::ElastiCache::UserGroup", "Engine", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::DynamoDB::GlobalTable", "KeySchema LocalSecondaryIndexes", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::DynamoDB::Table", "KeySchema", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::S3::Bucket", "ObjectLockEnabled", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::Events::Rule", "EventBusName", Action.REPLACE, _FIXED, _DIFFER),
    # Stores that this platform does not use, and its users may.
    *_rows("AWS::RDS::DBCluster", "AvailabilityZones", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::RDS::DBInstance", "Port", Action.REPLACE, _FIXED, _DIFFER),
    *_rows("AWS::RDS::DBInstance", "StorageType", Action.MAY_REPLACE, "is fixed at creation in some cases", _DIFFER),
    *_rows("AWS::DocDB::DBCluster", "EngineVersion", Action.REPLACE, _FIXED, _DIFFER),
)


def silences(type_name: str) -> tuple[Silence, ...]:
    return _BY_TYPE.get(type_name, ())


_BY_TYPE: dict[str, tuple[Silence, ...]] = {
    name: tuple(one for one in SILENCES if one.type == name) for name in {one.type for one in SILENCES}
}
