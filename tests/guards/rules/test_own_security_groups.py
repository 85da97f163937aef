"""Nothing uses a default security group."""

import pytest

from hypercell.guards.rules.own_security_groups import FALL_BACK, RULE

FALLS_BACK = {
    "AWS::EC2::VPCEndpoint": {"VpcEndpointType": "Interface"},
    "AWS::EC2::LaunchTemplate": {"LaunchTemplateData": {}},
    "AWS::Lambda::Function": {"VpcConfig": {"SubnetIds": ["a"]}},
}


@pytest.mark.parametrize("type", FALL_BACK)
def test_what_falls_back_to_the_default_group_is_refused(broken, type):
    assert broken(RULE, {"It": {"Type": type, "Properties": FALLS_BACK.get(type, {})}}) == [
        ("It", f"is a {type} without security groups, so it gets the default one")
    ]


def test_asking_for_the_default_group_is_refused(broken):
    rule = {"GroupId": {"Fn::GetAtt": ["Vpc", "DefaultSecurityGroup"]}, "IpProtocol": "-1"}
    assert broken(RULE, {"Rule": {"Type": "AWS::EC2::SecurityGroupEgress", "Properties": rule}}) == [
        ("Rule", "uses the default security group of its VPC")
    ]


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Gateway"}),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface", "SecurityGroupIds": ["sg"]}),
        ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"SecurityGroupIds": ["sg"]}}),
        ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"NetworkInterfaces": [{"NetworkInterfaceId": "eni"}]}}),
        ("AWS::Lambda::Function", {}),
    ],
)
def test_groups_of_its_own_or_no_need_of_any_pass(broken, type, properties):
    assert broken(RULE, {"It": {"Type": type, "Properties": properties}}) == []
