"""Queues, topics, streams, tables, caches and databases: encrypted with the region's key of their class."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Resource, Template


def _table_key(table: Resource) -> bool:
    replicas = table.at("Replicas") or [{}]
    return all(replica.get("SSESpecification", {}).get("KMSMasterKeyId") for replica in replicas)


KEY: dict[str, Callable[[Resource], bool]] = {
    "AWS::SQS::Queue": lambda r: bool(r.at("KmsMasterKeyId")),
    "AWS::SNS::Topic": lambda r: bool(r.at("KmsMasterKeyId")),
    "AWS::Kinesis::Stream": lambda r: bool(r.at("StreamEncryption.KeyId")),
    "AWS::DynamoDB::GlobalTable": _table_key,
    "AWS::ElastiCache::ReplicationGroup": lambda r: r.at("AtRestEncryptionEnabled") is True and bool(r.at("KmsKeyId")),
    "AWS::DSQL::Cluster": lambda r: bool(r.at("KmsEncryptionKey")),
    "AWS::Backup::BackupVault": lambda r: bool(r.at("EncryptionKeyArn")),
    "AWS::ECR::Repository": lambda r: r.at("EncryptionConfiguration.EncryptionType") == "KMS",
    "AWS::SecretsManager::Secret": lambda r: bool(r.at("KmsKeyId")),
}


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for type, encrypted in KEY.items():
        for resource in template.of(type):
            if not encrypted(resource):
                yield Broken(resource.id, f"is a {type} without a key of ours")


RULE = Rule("encrypted-data", "hand it the ARN of the region's key (RegionStack.key_arn)", check)
