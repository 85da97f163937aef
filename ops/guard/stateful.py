"""What holds something that nobody can make again: data, keys, addresses, names that others wrote down.

Not on the list, because a template makes them again as they were: routes and route tables (a new one is filled by the
same template; what its replacement interrupts is a matter of reach), security groups, roles, functions, alarms,
parameters, node groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ops.delta.objects import Identity

STATEFUL: dict[str, str] = {
    # Data
    "AWS::DSQL::Cluster": "the bookings are in it",
    "AWS::DynamoDB::GlobalTable": "its items are nowhere else",
    "AWS::DynamoDB::Table": "its items are nowhere else",
    "AWS::ElastiCache::ReplicationGroup": "sessions and prices are in it; cold, it sends its load to what is behind it",
    "AWS::ElastiCache::ServerlessCache": "sessions and prices are in it; cold, it sends its load to what is behind it",
    "AWS::Kinesis::Stream": "events that nobody has read yet are in it, and readers' positions are of it alone",
    "AWS::S3::Bucket": "its objects are nowhere else, and its name may be another's by tomorrow",
    "AWS::S3Tables::TableBucket": "its tables go along",
    "AWS::S3Tables::Namespace": "its tables go along",
    "AWS::S3Tables::Table": "its rows are nowhere else",
    "AWS::Backup::BackupVault": "the recovery points of everything else are in it",
    "AWS::Backup::LogicallyAirGappedBackupVault": "the recovery points of everything else are in it",
    "AWS::ECR::Repository": "images that run are pulled from it at every start of a node",
    "AWS::SecretsManager::Secret": "its value was never in a template",
    "AWS::Cognito::UserPool": "its users and their passwords are nowhere else",
    "AWS::EFS::FileSystem": "its files are nowhere else",
    "AWS::RDS::DBCluster": "its rows are nowhere else",
    "AWS::RDS::DBInstance": "its rows are nowhere else",
    "AWS::RDS::GlobalCluster": "its clusters lose each other",
    "AWS::DocDB::DBCluster": "its documents are nowhere else",
    "AWS::Neptune::DBCluster": "its graph is nowhere else",
    "AWS::MSK::Cluster": "events that nobody has read yet are in it",
    "AWS::OpenSearchService::Domain": "its indices are nowhere else",
    "AWS::EC2::Volume": "its blocks are nowhere else",
    # Keys
    "AWS::KMS::Key": "what it encrypted can be read by no other",
    "AWS::KMS::ReplicaKey": "what it encrypted can be read by no other",
    "AWS::CertificateManager::Certificate": "what shows it stands without one until the next is validated",
    "AWS::ACMPCA::CertificateAuthority": "every certificate it signed is worth nothing without it",
    # A cell
    "AWS::EKS::Cluster": "everything that runs in the cell goes along, and its identity provider's address",
    # Names and addresses that others wrote down
    "AWS::Route53::HostedZone": "the domain points at the servers of this one zone",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "records and distributions point at its address",
    "AWS::CloudFront::Distribution": "viewers' records point at its name, which is drawn anew",
    "AWS::EC2::EIP": "partners let this very address in",
    "AWS::EC2::VPC": "everything inside goes along",
    "AWS::EC2::Subnet": "everything with an address in it goes along",
    "AWS::EC2::IPAM": "the plan of all addresses goes along",
    "AWS::EC2::IPAMPool": "what was given out of it is no longer known",
    "AWS::EC2::TransitGateway": "every attachment and route of it goes along",
}
"""Type to what is lost with one."""

KEPT = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})
"""Deletion policies by which a template itself says that something is not to be lost."""

OBJECTS: dict[tuple[str, str], str] = {
    ("", "Namespace"): "everything in it goes along",
    ("", "PersistentVolumeClaim"): "its volume goes along",
    ("", "PersistentVolume"): "its blocks are nowhere else",
    ("apps", "StatefulSet"): "its pods are bound to their volumes",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "every object of its kind goes along",
}
"""Group and kind of objects to what is lost with one."""


def is_stateful(*definitions: Mapping[str, Any]) -> bool:
    """Whether a resource is, by its type or by its own word, in any of its definitions: before, and after.

    Both count: a change that first takes away the word of it (`DeletionPolicy`) does not make it harmless.
    """
    return any(one.get("Type") in STATEFUL or one.get("DeletionPolicy") in KEPT for one in definitions)


def is_stateful_object(who: Identity) -> bool:
    return who[:2] in OBJECTS
