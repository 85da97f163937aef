"""Created means created: what is unknown, dropped or different is an error with a name, never silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fleet.phases import Phase, StackPlan
from local import deploy as deployer
from local.assembly import AssemblyError, Asset, Synthesized, read
from local.clients import client
from local.compare import read_back
from local.deploy import DeployError, deploy

ACCOUNT, REGION = "333333333331", "us-east-1"


def synthesized(folder: Path, *assets: Asset, name: str = "skyline-one", **template: Any) -> Synthesized:
    """A stack as if it came from an assembly."""
    path = folder / f"{name}.template.json"
    path.write_text(json.dumps(template))
    plan = StackPlan("network", name, ACCOUNT, "use1", REGION, Phase.NETWORKS)
    return Synthesized(plan, path, {}, assets)


def resource(type_name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_name, "Properties": properties}


VPC = resource("AWS::EC2::VPC", CidrBlock="10.8.0.0/16")


def test_a_type_that_does_not_exist_is_refused_before_anything_is_created(cloud: None, tmp_path: Path) -> None:
    stack = synthesized(tmp_path, Resources={"Vpc": VPC, "Thing": resource("AWS::EC2::Subnett")})

    with pytest.raises(DeployError) as refused:
        deploy([stack])

    assert str(refused.value) == "skyline-one: Thing: AWS::EC2::Subnett is not a resource type of CloudFormation"
    assert client("cloudformation", ACCOUNT, REGION).list_stacks()["StackSummaries"] == []


def test_cloudformation_itself_refuses_a_type_that_does_not_exist(create: Any) -> None:
    with pytest.raises(ClientError, match="AWS::EC2::Subnett is not a resource type of CloudFormation"):
        create("one", Resources={"Thing": resource("AWS::EC2::Subnett")})


def test_a_resource_that_cannot_be_made_is_named_with_the_reason(cloud: None, tmp_path: Path) -> None:
    subnet = resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.99.0.0/24")
    stack = synthesized(tmp_path, Resources={"Vpc": VPC, "Subnet": subnet})

    with pytest.raises(DeployError, match=r"skyline-one: resource Subnet \(AWS::EC2::Subnet\): .*InvalidSubnet"):
        deploy([stack])


def test_a_resource_that_cloudformation_dropped_is_missed(
    cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = synthesized(tmp_path, Resources={"Vpc": VPC, "Gateway": resource("AWS::EC2::InternetGateway")})
    cloudformation = client("cloudformation", ACCOUNT, REGION)
    whole = cloudformation.list_stack_resources

    def without_the_gateway(**parameters: Any) -> dict[str, Any]:
        found = whole(**parameters)["StackResourceSummaries"]
        return {"StackResourceSummaries": [one for one in found if one["LogicalResourceId"] != "Gateway"]}

    monkeypatch.setattr(cloudformation, "list_stack_resources", without_the_gateway)

    with pytest.raises(DeployError) as refused:
        deploy([stack])

    assert str(refused.value) == "skyline-one: resources missing: ['Gateway']; not in the template: none"


def test_a_stack_that_is_not_complete_is_refused(cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.cloudformation.models import Stack

    monkeypatch.setattr(Stack, "mark_creation_complete", lambda self: None)

    with pytest.raises(DeployError, match="skyline-one: is CREATE_IN_PROGRESS, not CREATE_COMPLETE"):
        deploy([synthesized(tmp_path, Resources={"Vpc": VPC})])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"Fn::GetAtt": ["Vpc", "Colour"]}, "Fn::GetAtt Vpc.Colour: AWS::EC2::VPC has no such attribute here"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "no such resource in the template"),
        (
            {"Fn::GetStackOutput": {"StackName": "skyline-two", "OutputName": "VpcId"}},
            "Fn::GetStackOutput: no stack skyline-two stands in 333333333331, us-east-1",
        ),
        (
            {
                "Fn::GetStackOutput": {
                    "StackName": "a",
                    "OutputName": "b",
                    "RoleArn": "arn:aws:iam::222222222222:role/r",
                }
            },
            "Fn::GetStackOutput: no role r in account 222222222222",
        ),
    ],
)
def test_a_value_that_resolves_to_nothing_fails_the_stack(value: Any, reason: str, create: Any) -> None:
    using = resource("AWS::SSM::Parameter", Name="/one", Type="String", Value=value)

    with pytest.raises(ClientError) as refused:
        create("one", Resources={"Vpc": VPC, "Using": using})

    assert reason in str(refused.value)


def test_an_output_that_resolves_to_nothing_fails_the_stack(create: Any) -> None:
    with pytest.raises(ClientError, match="does not support attribute type Colour"):
        create("one", Resources={"Vpc": VPC}, Outputs={"Colour": {"Value": {"Fn::GetAtt": ["Vpc", "Colour"]}}})


def test_outputs_are_read_across_regions_and_through_a_role_across_accounts(create: Any) -> None:
    role = resource("AWS::IAM::Role", RoleName="reader", AssumeRolePolicyDocument={"Statement": []})
    create(
        "producer",
        account="222222222222",
        region="eu-west-1",
        Resources={"Vpc": VPC, "Reader": role},
        Outputs={"VpcId": {"Value": {"Ref": "Vpc"}}},
    )
    wanted = {
        "StackName": "producer",
        "OutputName": "VpcId",
        "Region": "eu-west-1",
        "RoleArn": "arn:aws:iam::222222222222:role/reader",
    }
    reads = {"Fn::Join": ["", ["vpc=", {"Fn::GetStackOutput": wanted}]]}
    using = resource("AWS::SSM::Parameter", Name="/one", Type="String", Value=reads)

    create("consumer", Resources={"Using": using})

    value = client("ssm", ACCOUNT, REGION).get_parameter(Name="/one")["Parameter"]["Value"]
    assert value.startswith("vpc=vpc-")


def test_what_differs_from_the_template_is_reported_with_both_values(cloud: None, tmp_path: Path) -> None:
    interface = resource("AWS::EC2::NetworkInterface", SubnetId={"Ref": "Subnet"}, PrivateIpAddress="10.8.1.10")
    standing = deploy(
        [
            synthesized(
                tmp_path,
                Resources={
                    "Vpc": VPC,
                    "Gateway": resource("AWS::EC2::InternetGateway"),
                    "Attached": resource(
                        "AWS::EC2::VPCGatewayAttachment",
                        VpcId={"Ref": "Vpc"},
                        InternetGatewayId={"Ref": "Gateway"},
                    ),
                    "Subnet": resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.8.1.0/24"),
                    "Routes": resource("AWS::EC2::RouteTable", VpcId={"Ref": "Vpc"}),
                    "Out": resource(
                        "AWS::EC2::Route",
                        RouteTableId={"Ref": "Routes"},
                        DestinationCidrBlock="0.0.0.0/0",
                        GatewayId={"Ref": "Gateway"},
                    ),
                    "Interface": interface,
                },
            )
        ]
    )
    assert read_back(standing).differences == []
    ids = standing.stacks["skyline-one"].ids

    client("ec2", ACCOUNT, REGION).replace_route(
        RouteTableId=ids["Routes"], DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId=ids["Interface"]
    )

    (difference,) = read_back(standing).differences
    assert str(difference) == (f"skyline-one: Out.GatewayId: the template says {ids['Gateway']}, nothing stands")


def test_what_vanished_is_reported(cloud: None, tmp_path: Path) -> None:
    stream = resource("AWS::Kinesis::Stream", Name="prices", ShardCount=2)
    standing = deploy([synthesized(tmp_path, Resources={"Prices": stream})])

    client("kinesis", ACCOUNT, REGION).delete_stream(StreamName="prices")

    (difference,) = read_back(standing).differences
    assert str(difference) == "skyline-one: Prices.Ref: the template says prices, nothing stands"


def test_records_are_counted_by_type_and_apis_are_not(cloud: None, tmp_path: Path) -> None:
    entry = {"ClusterName": "skyline-use1-a", "PrincipalArn": "arn:aws:iam::333333333331:role/admin"}
    resources = {"Vpc": VPC, "One": resource("AWS::EKS::AccessEntry", **entry), "Queue": resource("AWS::SQS::Queue")}

    assert deploy([synthesized(tmp_path, Resources=resources)]).recorded == {"AWS::EKS::AccessEntry": 1}


def test_a_stack_update_is_refused_for_all_but_dsql(create: Any) -> None:
    create("one", Resources={"Vpc": VPC})
    larger = {"Resources": {"Vpc": resource("AWS::EC2::VPC", CidrBlock="10.16.0.0/16")}}

    with pytest.raises(Exception, match="does not update AWS::EC2::VPC"):
        client("cloudformation", ACCOUNT, REGION).update_stack(StackName="one", TemplateBody=json.dumps(larger))


def test_assets_are_uploaded_where_the_template_looks_for_them(cloud: None, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "index.py").write_text("def handler(event, context): ...\n")
    asset = Asset(code, "zip", "assets-${AWS::AccountId}-${AWS::Region}", "abc.zip")

    deploy([synthesized(tmp_path, asset, Resources={"Vpc": VPC})])

    stored = client("s3", ACCOUNT, REGION).list_objects_v2(Bucket=f"assets-{ACCOUNT}-{REGION}")["Contents"]
    assert [one["Key"] for one in stored] == ["abc.zip"]


def test_a_folder_without_an_assembly_is_refused(tmp_path: Path, fleet_of: Any) -> None:
    with pytest.raises(AssemblyError, match=r"holds no manifest\.json: synthesize first"):
        read(tmp_path, fleet_of("day-one"))


def test_pending_takes_the_peers_and_nothing_else(synthesized: Any) -> None:
    (template, *_) = synthesized("dsql", of="growth").values()

    without = deployer.pending(template)

    for logical_id, definition in template["Resources"].items():
        other = without["Resources"][logical_id]
        if definition["Type"] == "AWS::DSQL::Cluster" and "Clusters" in definition["Properties"].get(
            "MultiRegionProperties", {}
        ):
            assert "Clusters" not in other["Properties"]["MultiRegionProperties"]
            other["Properties"]["MultiRegionProperties"]["Clusters"] = definition["Properties"][
                "MultiRegionProperties"
            ]["Clusters"]
        assert other == definition
