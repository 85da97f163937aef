"""Network of a region."""

import shutil
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

import aws_cdk as cdk
import pytest

from fleet import addressing, endpoints, names, phases, prefixlists
from fleet.load import load
from stacks.assemble import CONTEXT, assemble

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def of_type(template, kind):
    return {key: r for key, r in template["Resources"].items() if r["Type"] == kind}


def networks(synthesized, fleet, of="hypergrowth"):
    """(region, template) pairs."""
    templates = synthesized("network", of=of)
    return [(region, templates[names.stack(fleet, region.code, "network")]) for region in fleet.regions.values()]


@pytest.fixture
def edited(tmp_path):
    """The day-one network after an edit of its fleet file."""

    def build(before: str, after: str):
        shutil.copytree(BLUEPRINTS / "day-one", tmp_path / "fleet")
        path = tmp_path / "fleet" / "fleet.yaml"
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
        fleet = load(tmp_path / "fleet")
        plans = tuple(plan for plan in phases.every_stack(fleet) if plan.kind == "network")
        app = cdk.App(context=CONTEXT, outdir=str(tmp_path / "out"), analytics_reporting=False)
        (stack,) = assemble(app, fleet, plans).values()
        return app.synth(validate_on_synthesis=False).get_stack_by_name(stack.stack_name).template

    return build


def test_every_zone_has_its_subnets_by_zone_id(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        subnets = [r["Properties"] for r in of_type(template, "AWS::EC2::Subnet").values()]
        assert all("AvailabilityZone" not in subnet for subnet in subnets)
        for zone in region.zones:
            expected = {
                addressing.public_subnet(region, zone),
                addressing.endpoint_subnet(region, zone),
                addressing.data_subnet(region, zone),
                addressing.probe_subnet(region, zone, "instance"),
                addressing.probe_subnet(region, zone, "gateway"),
            }
            assert {s["CidrBlock"] for s in subnets if s["AvailabilityZoneId"] == zone} == set(map(str, expected))


def test_subnets_lie_in_the_vpc_and_never_overlap(synthesized, fleet):
    for _region, template in networks(synthesized, fleet):
        (vpc,) = of_type(template, "AWS::EC2::VPC").values()
        blocks = [r["Properties"]["CidrBlock"] for r in of_type(template, "AWS::EC2::VPCCidrBlock").values()]
        whole = [IPv4Network(vpc["Properties"]["CidrBlock"]), *map(IPv4Network, blocks)]
        subnets = [IPv4Network(r["Properties"]["CidrBlock"]) for r in of_type(template, "AWS::EC2::Subnet").values()]
        assert not any(a.overlaps(b) for a, b in combinations(whole, 2))
        assert not any(a.overlaps(b) for a, b in combinations(subnets, 2))
        assert all(any(subnet.subnet_of(block) for block in whole) for subnet in subnets)


def test_the_vpc_holds_the_networks_of_every_cell(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        blocks = [
            IPv4Network(r["Properties"]["CidrBlock"]) for r in of_type(template, "AWS::EC2::VPCCidrBlock").values()
        ]
        for cell in region.cells.values():
            assert any(addressing.cell_block(cell).subnet_of(block) for block in blocks)


def test_only_public_subnets_have_a_way_to_the_internet(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        routes = [r["Properties"] for r in of_type(template, "AWS::EC2::Route").values()]
        (out,) = [route["RouteTableId"]["Ref"] for route in routes if route["DestinationCidrBlock"] == "0.0.0.0/0"]
        assert len(routes) == 1
        associations = [r["Properties"] for r in of_type(template, "AWS::EC2::SubnetRouteTableAssociation").values()]
        reached = {a["SubnetId"]["Ref"] for a in associations if a["RouteTableId"]["Ref"] == out}
        subnets = of_type(template, "AWS::EC2::Subnet")
        assert {subnets[key]["Properties"]["CidrBlock"] for key in reached} == {
            str(addressing.public_subnet(region, zone)) for zone in region.zones
        }


def test_no_subnet_hands_out_public_addresses_by_itself(synthesized, fleet):
    for _region, template in networks(synthesized, fleet):
        for subnet in of_type(template, "AWS::EC2::Subnet").values():
            assert subnet["Properties"]["MapPublicIpOnLaunch"] is False


def test_load_balancers_find_the_public_subnets_and_no_others(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        tagged = {
            subnet["Properties"]["CidrBlock"]
            for subnet in of_type(template, "AWS::EC2::Subnet").values()
            if {"Key": "kubernetes.io/role/elb", "Value": "1"} in subnet["Properties"]["Tags"]
        }
        assert tagged == {str(addressing.public_subnet(region, zone)) for zone in region.zones}


def test_nothing_uses_the_default_security_group(synthesized, fleet, fleet_of):
    for of in ("hypergrowth", "day-one"):
        for _region, template in networks(synthesized, fleet_of(of), of):
            ours = [{"Fn::GetAtt": [key, "GroupId"]} for key in of_type(template, "AWS::EC2::SecurityGroup")]
            for endpoint in of_type(template, "AWS::EC2::VPCEndpoint").values():
                if endpoint["Properties"]["VpcEndpointType"] == "Interface":
                    (group,) = endpoint["Properties"]["SecurityGroupIds"]
                    assert group in ours
            for machine in of_type(template, "AWS::EC2::LaunchTemplate").values():
                for interface in machine["Properties"]["LaunchTemplateData"]["NetworkInterfaces"]:
                    (group,) = interface["Groups"]
                    assert group in ours


def test_both_stores_are_reached_without_the_internet_from_every_infrastructure_table(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        tables = set(of_type(template, "AWS::EC2::RouteTable"))
        gateways = [
            r["Properties"]
            for r in of_type(template, "AWS::EC2::VPCEndpoint").values()
            if r["Properties"]["VpcEndpointType"] == "Gateway"
        ]
        assert {g["ServiceName"] for g in gateways} == {
            f"com.amazonaws.{region.name}.s3",
            f"com.amazonaws.{region.name}.dynamodb",
        }
        for gateway in gateways:
            assert {table["Ref"] for table in gateway["RouteTableIds"]} == tables


def test_interface_endpoints_stand_in_every_zone_under_their_usual_names(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        found = [
            r["Properties"]
            for r in of_type(template, "AWS::EC2::VPCEndpoint").values()
            if r["Properties"]["VpcEndpointType"] == "Interface"
        ]
        assert {e["ServiceName"] for e in found} == {
            endpoints.service(region.name, name) for name in endpoints.INTERFACE
        }
        for endpoint in found:
            assert endpoint["PrivateDnsEnabled"] is True
            assert len(endpoint["SubnetIds"]) == len(region.zones)


def test_interface_endpoints_answer_the_region_alone(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        group_id = template["Outputs"][names.ENDPOINTS_GROUP_ID]["Value"]["Fn::GetAtt"][0]
        (rule,) = template["Resources"][group_id]["Properties"]["SecurityGroupIngress"]
        assert (rule["CidrIp"], rule["FromPort"], rule["ToPort"]) == (str(addressing.region_block(region)), 443, 443)


def test_endpoints_refuse_credentials_of_strangers(synthesized, fleet):
    accounts = sorted(set(fleet.accounts.values()))
    for region, template in networks(synthesized, fleet):
        for endpoint in of_type(template, "AWS::EC2::VPCEndpoint").values():
            properties = endpoint["Properties"]
            service = properties["ServiceName"].removeprefix(f"com.amazonaws.{region.name}.")
            if service in endpoints.UNPOLICIED:
                assert "PolicyDocument" not in properties
                continue
            ours, *more = properties["PolicyDocument"]["Statement"]
            assert ours["Condition"] == {"StringEquals": {"aws:PrincipalAccount": accounts}}
            # Amazon Linux's packages are fetched without credentials, and from nowhere else.
            assert [s["Resource"] for s in more] == (
                [f"arn:aws:s3:::al2023-repos-{region.name}-de612dc2/*"] if service == "s3" else []
            )


def test_a_founder_pays_for_no_interface_endpoint(synthesized, fleet_of):
    ((_region, template),) = networks(synthesized, fleet_of("day-one"), "day-one")
    kinds = {r["Properties"]["VpcEndpointType"] for r in of_type(template, "AWS::EC2::VPCEndpoint").values()}
    assert kinds == {"Gateway"}
    assert names.ENDPOINTS_GROUP_ID not in template["Outputs"]


def test_every_flow_is_logged_encrypted_and_forgotten_in_time(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        (flows,) = of_type(template, "AWS::EC2::FlowLog").values()
        assert flows["Properties"]["TrafficType"] == "ALL"
        group = template["Resources"][flows["Properties"]["LogGroupName"]["Ref"]]["Properties"]
        assert group["RetentionInDays"] > 0
        assert group["KmsKeyId"]["Fn::GetStackOutput"] == {
            "StackName": names.stack(fleet, region.code, "keys"),
            "OutputName": names.key_output("logs"),
        }


def test_the_private_zone_belongs_to_this_vpc(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        (zone,) = of_type(template, "AWS::Route53::HostedZone").values()
        (vpc,) = of_type(template, "AWS::EC2::VPC")
        assert zone["Properties"]["Name"] == names.private_zone(region)
        assert zone["Properties"]["VPCs"] == [{"VPCId": {"Ref": vpc}, "VPCRegion": region.name}]


def test_nobody_can_connect_to_the_operators_host(synthesized, fleet, fleet_of):
    for of in ("hypergrowth", "day-one"):
        for _region, template in networks(synthesized, fleet_of(of), of):
            group = template["Outputs"][names.OPERATORS_GROUP_ID]["Value"]["Fn::GetAtt"][0]
            assert "SecurityGroupIngress" not in template["Resources"][group]["Properties"]
            (machine,) = of_type(template, "AWS::EC2::LaunchTemplate").values()
            assert "KeyName" not in machine["Properties"]["LaunchTemplateData"]


def test_the_operators_host_needs_the_internet_only_without_endpoints(synthesized, fleet, fleet_of):
    for of, public in (("hypergrowth", False), ("day-one", True)):
        for region, template in networks(synthesized, fleet_of(of), of):
            (machine,) = of_type(template, "AWS::EC2::LaunchTemplate").values()
            (interface,) = machine["Properties"]["LaunchTemplateData"]["NetworkInterfaces"]
            assert interface["AssociatePublicIpAddress"] is public
            (host,) = of_type(template, "AWS::AutoScaling::AutoScalingGroup").values()
            places = {
                template["Resources"][s["Ref"]]["Properties"]["CidrBlock"]
                for s in host["Properties"]["VPCZoneIdentifier"]
            }
            block = addressing.public_subnet if public else addressing.endpoint_subnet
            assert places == {str(block(region, zone)) for zone in region.zones}


def test_the_operators_host_is_hardened(synthesized, fleet):
    for _region, template in networks(synthesized, fleet):
        (machine,) = of_type(template, "AWS::EC2::LaunchTemplate").values()
        data = machine["Properties"]["LaunchTemplateData"]
        assert data["MetadataOptions"]["HttpTokens"] == "required"
        assert all(disk["Ebs"]["Encrypted"] is True for disk in data["BlockDeviceMappings"])
        roles = of_type(template, "AWS::IAM::Role").values()
        (role,) = [r for r in roles if r["Properties"]["Description"].startswith("Operators")]
        actions = [a for p in role["Properties"]["Policies"] for a in p["PolicyDocument"]["Statement"][0]["Action"]]
        assert all(action.startswith("ssmmessages:") or action == "ssm:UpdateInstanceInformation" for action in actions)


def test_listed_networks_need_no_host_and_cells_read_the_same_output(edited):
    template = edited("access: {path: ssm}", "access: {path: cidrs, cidrs: [192.0.2.0/24, 198.51.100.7/32]}")
    assert not of_type(template, "AWS::AutoScaling::AutoScalingGroup")
    assert not of_type(template, "AWS::EC2::LaunchTemplate")
    assert names.OPERATORS_GROUP_ID in template["Outputs"]


def test_what_cells_stand_in_outlives_the_stack(synthesized, fleet):
    for _region, template in networks(synthesized, fleet):
        for kind in ("AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::Route53::HostedZone", "AWS::Logs::LogGroup"):
            for resource in of_type(template, kind).values():
                assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
                assert resource["UpdateReplacePolicy"] == "Retain"


def test_health_checkers_fit_into_their_list(synthesized, fleet):
    for _region, template in networks(synthesized, fleet):
        (checkers,) = of_type(template, "AWS::EC2::PrefixList").values()
        entries = [entry["Cidr"] for entry in checkers["Properties"]["Entries"]]
        assert entries == list(prefixlists.HEALTH_CHECKERS)
        assert len(entries) <= checkers["Properties"]["MaxEntries"] == prefixlists.HEALTH_CHECKERS_WEIGHT
        assert not any(a.overlaps(b) for a, b in combinations(map(IPv4Network, entries), 2))


def test_everything_others_read_is_published(synthesized, fleet):
    for region, template in networks(synthesized, fleet):
        expected = {
            names.VPC_ID,
            names.PRIVATE_ZONE_ID,
            names.OPERATORS_GROUP_ID,
            names.ENDPOINTS_GROUP_ID,
            names.HEALTH_CHECKERS_LIST_ID,
        }
        for zone in region.zones:
            expected |= {names.zone_name_output(zone), names.public_subnet_output(zone)}
            expected |= {names.data_subnet_output(zone), names.endpoint_subnet_output(zone)}
            expected |= {names.probe_subnet_output(zone, path) for path in ("instance", "gateway")}
        assert set(template["Outputs"]) == expected
