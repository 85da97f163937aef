"""What holds data outlives its stack."""

import pytest

from hypercell.guards.rules.retained_state import RULE, STATEFUL

RETAIN = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


@pytest.mark.parametrize("type", STATEFUL)
def test_a_resource_that_its_stack_takes_along_is_refused(broken, type):
    whats = [what for _, what in broken(RULE, {"Data": {"Type": type, "Properties": {}}})]
    assert f"is a {type} with DeletionPolicy None" in whats
    assert f"is a {type} with UpdateReplacePolicy None" in whats


def test_retained_on_delete_and_replaced_without_is_refused(broken):
    key = {"Type": "AWS::KMS::Key", "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Delete"}
    assert broken(RULE, {"Key": key}) == [("Key", "is a AWS::KMS::Key with UpdateReplacePolicy Delete")]


def test_a_last_snapshot_is_enough_for_a_cache_only(broken):
    snapshot = {"DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Snapshot"}
    assert broken(RULE, {"Cache": {"Type": "AWS::ElastiCache::ReplicationGroup", **snapshot}}) == []
    assert broken(RULE, {"Key": {"Type": "AWS::KMS::Key", **snapshot}})


@pytest.mark.parametrize(
    ("type", "unprotected", "protected"),
    [
        ("AWS::DSQL::Cluster", {}, {"DeletionProtectionEnabled": True}),
        ("AWS::DSQL::Cluster", {"DeletionProtectionEnabled": False}, {"DeletionProtectionEnabled": True}),
        ("AWS::DynamoDB::GlobalTable", {"Replicas": [{}]}, {"Replicas": [{"DeletionProtectionEnabled": True}]}),
        ("AWS::EKS::Cluster", {}, {"DeletionProtection": True}),
        ("AWS::S3::Bucket", {}, {"VersioningConfiguration": {"Status": "Enabled"}}),
        (
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "false"}]},
            {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}]},
        ),
    ],
)
def test_the_services_own_protection_is_on(broken, type, unprotected, protected):
    assert len(broken(RULE, {"Data": {"Type": type, **RETAIN, "Properties": unprotected}})) == 1
    assert broken(RULE, {"Data": {"Type": type, **RETAIN, "Properties": protected}}) == []
