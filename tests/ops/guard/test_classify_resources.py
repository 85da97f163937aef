"""What a change makes of the resources of a stack."""

from __future__ import annotations

import pytest

from ops.guard.change import Action
from tests.ops.guard.small import between, of, resource

VPC, SUBNET = "AWS::EC2::VPC", "AWS::EC2::Subnet"


def test_the_same_resources_are_no_change():
    same = {"Vpc": resource(VPC, {"CidrBlock": "10.0.0.0/16"}, DeletionPolicy="Retain")}
    assert between(same, same) == {}


def test_a_new_resource_is_created():
    change = between({}, {"Vpc": resource(VPC)})["Vpc"]
    assert (change.action, change.type, change.path) == (Action.CREATE, VPC, "one/Vpc")


@pytest.mark.parametrize(
    ("policy", "action", "said"),
    [
        (None, Action.DELETE, "no DeletionPolicy keeps it"),
        ("Delete", Action.DELETE, "no DeletionPolicy keeps it"),
        ("Snapshot", Action.DELETE, "only a snapshot is left"),
        ("Retain", Action.ORPHAN, "it stays in AWS"),
        ("RetainExceptOnCreate", Action.ORPHAN, "it stays in AWS"),
    ],
)
def test_what_leaves_a_template_is_deleted_unless_its_policy_keeps_it(policy, action, said):
    bucket = resource("AWS::S3::Bucket", **({"DeletionPolicy": policy} if policy else {}))
    change = between({"Lake": bucket}, {})["Lake"]
    assert change.action is action
    assert said in change.why


def test_the_policy_of_before_decides_what_becomes_of_what_leaves():
    kept = {"Lake": resource("AWS::S3::Bucket", DeletionPolicy="Retain")}
    weakened = {"Lake": resource("AWS::S3::Bucket", DeletionPolicy="Delete")}
    assert between(kept, weakened)["Lake"].fields == ("DeletionPolicy",)
    assert between(kept, weakened)["Lake"].action is Action.UPDATE
    assert between(weakened, {})["Lake"].action is Action.DELETE


def test_a_property_fixed_at_creation_replaces():
    change = of(SUBNET, {"CidrBlock": "10.0.0.0/19"}, {"CidrBlock": "10.0.32.0/19"})
    assert (change.action, change.fields) == (Action.REPLACE, ("Properties.CidrBlock",))
    assert change.why == "CidrBlock is fixed at creation"


def test_a_property_that_may_change_is_updated_in_place():
    change = of(SUBNET, {"MapPublicIpOnLaunch": False}, {"MapPublicIpOnLaunch": True})
    assert (change.action, change.why) == (Action.UPDATE, "")


def test_only_the_fixed_part_of_a_property_replaces():
    def access(mode: str, first: bool) -> dict[str, object]:
        return {"AccessConfig": {"AuthenticationMode": mode, "BootstrapClusterCreatorAdminPermissions": first}}

    assert of("AWS::EKS::Cluster", access("API", False), access("API", True)).action is Action.REPLACE
    assert of("AWS::EKS::Cluster", access("API", False), access("CONFIG_MAP", False)).action is Action.UPDATE


def test_a_whole_property_that_goes_replaces_when_a_fixed_part_goes_along():
    fixed, free = {"BootstrapClusterCreatorAdminPermissions": False}, {"AuthenticationMode": "API"}
    assert of("AWS::EKS::Cluster", {"AccessConfig": {**fixed, **free}}, {}).action is Action.REPLACE
    assert of("AWS::EKS::Cluster", {"AccessConfig": free}, {}).action is Action.UPDATE


def test_a_function_over_a_fixed_part_replaces_since_nobody_knows_what_it_comes_to():
    before = {"AccessConfig": {"BootstrapClusterCreatorAdminPermissions": False}}
    after = {"AccessConfig": {"Fn::If": ["Open", {}, before["AccessConfig"]]}}
    assert of("AWS::EKS::Cluster", before, after).action is Action.REPLACE


def test_what_is_fixed_in_some_cases_may_replace():
    change = of(VPC, {"InstanceTenancy": "default"}, {"InstanceTenancy": "dedicated"})
    assert change.action is Action.MAY_REPLACE
    assert change.why == "InstanceTenancy is fixed at creation in some cases"


def test_a_type_without_updates_is_replaced_by_any_change():
    change = of("AWS::EC2::VPCCidrBlock", {"Ipv6IpamPoolId": "a"}, {"Ipv6IpamPoolId": "b"})
    assert change.action is Action.REPLACE


def test_another_type_under_the_same_id_is_a_replacement():
    change = between({"Table": resource("AWS::DynamoDB::Table")}, {"Table": resource("AWS::DynamoDB::GlobalTable")})
    assert change["Table"].action is Action.REPLACE
    assert change["Table"].why == "it was a AWS::DynamoDB::Table"


@pytest.mark.parametrize("kind", ["Custom::Seeder", "AWS::CloudFormation::CustomResource2", "Acme::Data::Store"])
def test_of_an_unknown_type_any_property_may_replace(kind):
    change = of(kind, {"Size": 1}, {"Size": 2})
    assert change.action is Action.MAY_REPLACE
    assert change.why == f"nothing is known of {kind}, so any change of it may make another one"


def test_a_property_that_the_schema_does_not_know_may_replace():
    assert of(VPC, {"Colour": "red"}, {"Colour": "blue"}).action is Action.MAY_REPLACE


def test_what_a_resource_waits_for_is_an_update_and_has_no_order():
    def one(after: object) -> dict[str, object]:
        return {"A": resource(VPC, DependsOn=after), "B": resource(VPC), "C": resource(VPC)}

    assert between(one(["B", "C"]), one(["C", "B"]))["A"].fields == ()
    assert between(one("B"), one(["B", "C"]))["A"].fields == ("DependsOn",)


@pytest.mark.parametrize("attribute", ["CreationPolicy", "UpdatePolicy", "Metadata", "UpdateReplacePolicy"])
def test_other_attributes_are_updates_that_name_themselves(attribute):
    plain = {"Group": resource("AWS::AutoScaling::AutoScalingGroup")}
    said = {"Group": resource("AWS::AutoScaling::AutoScalingGroup", **{attribute: {"Some": "thing"}})}
    change = between(plain, said)["Group"]
    assert (change.action, change.fields) == (Action.UPDATE, (f"{attribute}.Some",))


def test_a_new_condition_may_take_a_resource_away():
    plain = {"Vpc": resource(VPC)}
    assert between(plain, {"Vpc": resource(VPC, Condition="Wide")})["Vpc"].action is Action.DELETE


def test_data_is_stateful_and_an_alarm_is_not():
    assert of("AWS::S3::Bucket", {}, {"Tags": []}).stateful
    assert not of("AWS::CloudWatch::Alarm", {}, {"Threshold": 1}).stateful


def test_what_a_template_keeps_is_stateful_whatever_its_type():
    queue = "AWS::SQS::Queue"
    kept = {"Dead": resource(queue, DeletionPolicy="RetainExceptOnCreate")}
    assert between(kept, {})["Dead"].stateful
    assert between(kept, {"Dead": resource(queue)})["Dead"].stateful
    assert not between({"Dead": resource(queue)}, {})["Dead"].stateful


@pytest.mark.parametrize(("policy", "action"), [(True, Action.UPDATE), (False, Action.MAY_REPLACE)])
def test_shards_of_a_cache_come_online_only_where_the_update_policy_says_so(policy, action):
    def cache(shards: int) -> dict[str, object]:
        more = {"UpdatePolicy": {"UseOnlineResharding": policy}}
        return {"Quotes": resource("AWS::ElastiCache::ReplicationGroup", {"NumNodeGroups": shards}, **more)}

    assert between(cache(2), cache(3))["Quotes"].action is action
