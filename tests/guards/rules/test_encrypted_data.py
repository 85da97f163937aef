"""Data is encrypted with a key of ours."""

import pytest

from hypercell.guards.rules.encrypted_data import KEY, RULE


@pytest.mark.parametrize("type", KEY)
def test_a_resource_without_our_key_is_refused(broken, type):
    assert broken(RULE, {"Data": {"Type": type, "Properties": {}}}) == [("Data", f"is a {type} without a key of ours")]


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        ("AWS::SQS::Queue", {"KmsMasterKeyId": "arn"}),
        ("AWS::Kinesis::Stream", {"StreamEncryption": {"EncryptionType": "KMS", "KeyId": "arn"}}),
        ("AWS::DynamoDB::GlobalTable", {"Replicas": [{"SSESpecification": {"KMSMasterKeyId": "arn"}}]}),
        ("AWS::ElastiCache::ReplicationGroup", {"AtRestEncryptionEnabled": True, "KmsKeyId": "arn"}),
        ("AWS::ECR::Repository", {"EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "arn"}}),
    ],
)
def test_a_resource_with_our_key_passes(broken, type, properties):
    assert broken(RULE, {"Data": {"Type": type, "Properties": properties}}) == []


def test_every_replica_of_a_table_has_its_key(broken):
    replicas = [{"Region": "us-east-1", "SSESpecification": {"KMSMasterKeyId": "arn"}}, {"Region": "us-west-2"}]
    assert broken(RULE, {"Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": {"Replicas": replicas}}})
