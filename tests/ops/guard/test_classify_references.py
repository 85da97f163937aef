"""Replacement follows references: inside a stack, and through outputs into others."""

from __future__ import annotations

import pytest

from ops.guard.change import Action
from tests.ops.guard.small import between, of_stacks, resource, stack

VPC, SUBNET, GROUP = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"


def network(block: str, reference: object = None) -> dict[str, object]:
    return {
        "Vpc": resource(VPC, {"CidrBlock": block}),
        "Subnet": resource(SUBNET, {"VpcId": reference or {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}),
        "Table": resource("AWS::EC2::RouteTable", {"VpcId": {"Ref": "Vpc"}}),
        "Way": resource("AWS::EC2::SubnetRouteTableAssociation", {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": "x"}),
        "Cache": resource("AWS::ElastiCache::SubnetGroup", {"SubnetIds": [{"Ref": "Subnet"}]}),
    }


@pytest.mark.parametrize(
    "reference",
    [
        {"Ref": "Vpc"},
        {"Fn::GetAtt": ["Vpc", "VpcId"]},
        {"Fn::GetAtt": "Vpc.VpcId"},
        {"Fn::Sub": "${Vpc}"},
        {"Fn::Sub": ["${It}", {"It": {"Ref": "Vpc"}}]},
        {"Fn::Select": [0, [{"Ref": "Vpc"}]]},
    ],
)
def test_what_is_built_on_a_replaced_resource_is_replaced_too(reference):
    found = between(network("10.0.0.0/16", reference), network("10.1.0.0/16", reference))
    assert found["Subnet"].action is Action.REPLACE
    assert found["Subnet"].why == "VpcId refers to Vpc, which is replaced; VpcId is fixed at creation"
    assert found["Way"].action is Action.REPLACE, "and so on, from one to the next"


def test_what_merely_lists_a_replaced_resource_is_updated():
    change = between(network("10.0.0.0/16"), network("10.1.0.0/16"))["Cache"]
    assert (change.action, change.fields) == (Action.UPDATE, ("Properties.SubnetIds.0",))
    assert change.why == "refers to Subnet, which is replaced"


def test_a_name_in_a_text_that_is_no_reference_is_none():
    old, new = (
        {"Vpc": resource(VPC, {"CidrBlock": block}), "Group": resource(GROUP, {"VpcId": {"Fn::Sub": "${!Vpc}"}})}
        for block in ("10.0.0.0/16", "10.1.0.0/16")
    )
    assert "Group" not in between(old, new)


def test_what_may_be_replaced_makes_nothing_worse_than_that():
    old, new = (
        {
            "Custom": resource("Custom::Thing", {"Size": size}),
            "Subnet": resource(SUBNET, {"VpcId": {"Ref": "Custom"}}),
        }
        for size in (1, 2)
    )
    assert between(old, new)["Subnet"].action is Action.MAY_REPLACE


def test_a_new_version_of_a_launch_template_reaches_the_groups_that_start_from_it():
    old, new = (
        {
            "Start": resource("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"ImageId": image}}),
            "Nodes": resource(
                "AWS::EKS::Nodegroup",
                {
                    "LaunchTemplate": {
                        "Id": {"Ref": "Start"},
                        "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]},
                    }
                },
            ),
        }
        for image in ("ami-1", "ami-2")
    )
    assert between(old, new)["Nodes"].action is Action.UPDATE


def published(block: str, **more: object) -> object:
    outputs = {"VpcId": {"Value": {"Ref": "Vpc"}}, "Name": {"Value": "net"}}
    return stack("network", Resources=network(block), Outputs=outputs, **more)


def consumer(output: str = "VpcId") -> object:
    reads = {"Fn::GetStackOutput": {"StackName": "network", "OutputName": output}}
    return stack(
        "cell",
        Resources={
            "Fixed": resource("AWS::ElasticLoadBalancingV2::TargetGroup", {"VpcId": reads}),
            "Loose": resource("AWS::Lambda::Function", {"Environment": {"Variables": {"VPC": reads}}}),
        },
    )


def test_replacement_follows_outputs_into_stacks_whose_templates_stay():
    found = of_stacks((published("10.0.0.0/16"), consumer()), (published("10.1.0.0/16"), consumer()))
    assert found["network/Outputs.VpcId"] is Action.UPDATE
    assert found["cell/Fixed"] is Action.REPLACE
    assert found["cell/Loose"] is Action.UPDATE


def test_an_output_that_does_not_come_of_it_reaches_nobody():
    found = of_stacks((published("10.0.0.0/16"), consumer("Name")), (published("10.1.0.0/16"), consumer("Name")))
    assert not [path for path in found if path.startswith("cell/")]


def test_two_stacks_that_read_each_other_come_to_an_end():
    def pair(name: str, witness: str) -> tuple[object, object]:
        def one(here: str, there: str) -> object:
            reads = {"Fn::GetStackOutput": {"StackName": there, "OutputName": "Arn"}}
            properties = {"MultiRegionProperties": {"WitnessRegion": witness, "Clusters": [reads]}}
            outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Cluster", "ResourceArn"]}}}
            return stack(here, Resources={"Cluster": resource("AWS::DSQL::Cluster", properties)}, Outputs=outputs)

        return one("left", "right"), one("right", "left")

    found = of_stacks(pair("a", "us-west-2"), pair("a", "us-east-2"))
    assert found["left/Cluster"] is found["right/Cluster"] is Action.REPLACE


def test_a_stack_that_moves_replaces_everything_in_it_and_what_reads_it():
    found = of_stacks(
        (published("10.0.0.0/16"), consumer()), (published("10.0.0.0/16", region="eu-west-1"), consumer())
    )
    assert {found[f"network/{name}"] for name in network("")} == {Action.REPLACE}
    assert found["cell/Fixed"] is Action.REPLACE


def test_a_stack_that_goes_takes_its_resources_along_or_leaves_them_behind():
    kept = resource("AWS::S3::Bucket", DeletionPolicy="Retain")
    found = of_stacks((stack("data", Resources={"Lake": kept, "Vpc": resource(VPC)}),), ())
    assert found == {"data/Lake": Action.ORPHAN, "data/Vpc": Action.DELETE}


def test_a_parameter_that_changes_moves_what_depends_on_it():
    def one(default: str) -> object:
        resources = {"Vpc": resource(VPC, {"CidrBlock": {"Ref": "Block"}}), "Other": resource(VPC)}
        return stack("network", Resources=resources, Parameters={"Block": {"Type": "String", "Default": default}})

    found = of_stacks((one("10.0.0.0/16"),), (one("10.1.0.0/16"),))
    assert found == {"network/Parameters.Block": Action.UPDATE, "network/Vpc": Action.MAY_REPLACE}


def test_a_mapping_that_changes_moves_what_looks_into_it():
    def one(block: str) -> object:
        resources = {"Vpc": resource(VPC, {"CidrBlock": {"Fn::FindInMap": ["Plan", "us", "block"]}})}
        return stack("network", Resources=resources, Mappings={"Plan": {"us": {"block": block}}})

    assert of_stacks((one("a"),), (one("b"),))["network/Vpc"] is Action.MAY_REPLACE


def test_a_condition_that_changes_may_take_away_what_stands_by_it():
    def one(stage: str) -> object:
        resources = {
            "Vpc": resource(VPC, Condition="Wide"),
            "Kept": resource(VPC, Condition="Wide", DeletionPolicy="Retain"),
        }
        return stack("network", Resources=resources, Conditions={"Wide": {"Fn::Equals": [stage, "x"]}})

    found = of_stacks((one("x"),), (one("y"),))
    assert (found["network/Vpc"], found["network/Kept"]) == (Action.DELETE, Action.ORPHAN)
