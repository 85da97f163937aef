"""A cell's network: its own way out of each zone, its doors, and who may knock at them."""

import json
import shutil
from pathlib import Path

import pytest

from fleet import addressing, names, phases, prefixlists
from fleet.load import load
from stacks.templates import write_templates

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"


def of(template, kind):
    return {id: r.get("Properties", {}) for id, r in template["Resources"].items() if r["Type"] == kind}


@pytest.fixture(scope="module")
def cell(fleet):
    return fleet.cell("use1-a")


@pytest.fixture(scope="module")
def template(fleet, cell, synthesized):
    return synthesized("cell")[names.stack(fleet, cell.region.code, cell.key, "cell")]


def zone_of(template, subnet):
    return template["Resources"][subnet["Ref"]]["Properties"]["AvailabilityZoneId"]


def output_of(read):
    """The output that a reference to another stack reads."""
    name = read["Fn::GetStackOutput"]
    return name["OutputName"] if isinstance(name, dict) else name[1]


def group_id(value):
    """The logical id behind a GetAtt of a security group."""
    return value["Fn::GetAtt"][0] if isinstance(value, dict) and "Fn::GetAtt" in value else value


def rules(template, name):
    """(port from, port to, source) of what a security group admits; `name` is the middle of its logical id."""
    [(id, group)] = [(id, g) for id, g in of(template, "AWS::EC2::SecurityGroup").items() if f"Groups{name}" in id]
    listed = group["SecurityGroupIngress"]
    beside = [r for r in of(template, "AWS::EC2::SecurityGroupIngress").values() if group_id(r["GroupId"]) == id]
    found = set()
    for rule in [*listed, *beside]:
        source = rule.get("CidrIp") or rule.get("SourcePrefixListId") or rule.get("SourceSecurityGroupId")
        if isinstance(source, dict):
            source = output_of(source) if "Fn::GetStackOutput" in source else group_id(source)
        found.add((rule.get("FromPort"), rule.get("ToPort"), source))
    return id, found


def test_cells_reach_the_internet_only_through_their_own_zone(fleet, synthesized):
    for name, template in synthesized("cell").items():
        region = fleet.region_by_code(name.split("-")[1])
        ways = {
            route["RouteTableId"]["Ref"]: output_of(route["NatGatewayId"])
            for route in of(template, "AWS::EC2::Route").values()
            if route["DestinationCidrBlock"] == "0.0.0.0/0"
        }
        assert len(ways) == len(of(template, "AWS::EC2::Route"))
        tables = of(template, "AWS::EC2::SubnetRouteTableAssociation").values()
        assert len(tables) == len(of(template, "AWS::EC2::Subnet"))
        for table in tables:
            zone = zone_of(template, table["SubnetId"])
            assert ways[table["RouteTableId"]["Ref"]] == names.nat_gateway_output(region, zone)


def test_the_controller_of_egress_finds_each_shard_by_its_tags(template, cell):
    shards = {}
    for table in of(template, "AWS::EC2::RouteTable").values():
        tags = {tag["Key"]: tag["Value"] for tag in table["Tags"]}
        zone = tags["nat:az"]
        assert output_of(tags["nat:gateway"]) == names.nat_gateway_output(cell.region, zone)
        assert output_of(tags["nat:eni"]) == names.nat_interface_output(zone)
        shards[tags["nat:shard"]] = zone
    assert shards == {names.nat_shard(cell, zone): zone for zone in cell.region.zones}


def test_managed_egress_has_no_instance_to_move_to(synthesized):
    [template] = synthesized("cell", of="day-one").values()
    for table in of(template, "AWS::EC2::RouteTable").values():
        assert "nat:eni" not in {tag["Key"] for tag in table["Tags"]}


def test_subnets_are_the_fleets_arithmetic_and_are_found_by_this_cluster_only(template, cell):
    found = {}
    for subnet in of(template, "AWS::EC2::Subnet").values():
        tags = {tag["Key"]: tag["Value"] for tag in subnet["Tags"]}
        found[subnet["CidrBlock"]] = (subnet["AvailabilityZoneId"], tags.get("karpenter.sh/discovery"))
        assert "AvailabilityZone" not in subnet
    expected = {}
    for zone in cell.region.zones:
        expected[str(addressing.node_subnet(cell, zone))] = (zone, names.cluster(cell))
        expected[str(addressing.control_plane_subnet(cell, zone))] = (zone, None)
    assert found == expected


def test_storage_is_reached_without_nat_and_by_the_account_only(template, cell):
    endpoints = of(template, "AWS::EC2::VPCEndpoint").values()
    assert {e["ServiceName"].rpartition(".")[2] for e in endpoints} == {"s3", "dynamodb"}
    tables = of(template, "AWS::EC2::RouteTable").keys()
    for endpoint in endpoints:
        assert {table["Ref"] for table in endpoint["RouteTableIds"]} == tables
        first = endpoint["PolicyDocument"]["Statement"][0]
        assert first["Condition"] == {"StringEquals": {"aws:PrincipalAccount": cell.region.account_id}}


def test_each_door_admits_one_prefix_list_on_one_port(template, cell):
    _, cloudfront = rules(template, "DoorCloudFront")
    _, checkers = rules(template, "DoorHealth")
    assert cloudfront == {(443, 443, prefixlists.cloudfront(cell.region.name))}
    assert checkers == {(8443, 8443, names.HEALTH_CHECKERS_LIST_ID)}


def test_listed_networks_of_operators_reach_the_api_server_and_nothing_else(tmp_path):
    office, vpn = "203.0.113.0/24", "198.51.100.8/32"
    shutil.copytree(BLUEPRINTS / "day-one", tmp_path / "fleet")
    file = tmp_path / "fleet" / "fleet.yaml"
    text = file.read_text()
    assert "access: {path: ssm}" in text
    file.write_text(text.replace("access: {path: ssm}", f"access: {{path: cidrs, cidrs: [{office}, {vpn}]}}"))
    fleet = load(tmp_path / "fleet")
    plans = tuple(plan for plan in phases.every_stack(fleet) if plan.kind in ("cell", "network"))
    write_templates(fleet, plans, tmp_path, judged=False)
    templates = {p.kind: json.loads((tmp_path / f"{p.name}.template.json").read_text()) for p in plans}
    admitted = {}
    for id, group in of(templates["cell"], "AWS::EC2::SecurityGroup").items():
        for rule in group.get("SecurityGroupIngress", ()):
            if rule.get("CidrIp") in (office, vpn):
                admitted.setdefault(id, set()).add((rule["FromPort"], rule["ToPort"], rule["CidrIp"]))
    control_plane, found = rules(templates["cell"], "ControlPlane")
    assert admitted == {control_plane: {(443, 443, office), (443, 443, vpn)}}
    assert {source for _, _, source in found if "/" in str(source)} == {office, vpn}
    assert not of(templates["network"], "AWS::AutoScaling::AutoScalingGroup")


def test_the_ingress_load_balancer_wears_both_doors_and_keeps_zones_apart(template, cell):
    balancers = {b["Name"]: b for b in of(template, "AWS::ElasticLoadBalancingV2::LoadBalancer").values()}
    ingress = balancers[names.load_balancer(cell, "ingress")]
    assert ingress["Scheme"] == "internet-facing"
    worn = {group_id(group) for group in ingress["SecurityGroups"]}
    assert worn == {rules(template, "DoorCloudFront")[0], rules(template, "DoorHealth")[0]}
    assert [output_of(s) for s in ingress["Subnets"]] == [names.public_subnet_output(z) for z in cell.region.zones]
    eastwest = balancers[names.load_balancer(cell, "eastwest")]
    assert eastwest["Scheme"] == "internal"
    for balancer in balancers.values():
        attributes = {a["Key"]: a["Value"] for a in balancer["LoadBalancerAttributes"]}
        assert attributes["load_balancing.cross_zone.enabled"] == "false"
        assert attributes["deletion_protection.enabled"] == "true"
        assert attributes["zonal_shift.config.enabled"] == "true"


def test_pods_are_bound_by_names_that_manifests_compute(template, cell):
    groups = {g["Name"]: g for g in of(template, "AWS::ElasticLoadBalancingV2::TargetGroup").values()}
    assert groups.keys() == {names.target_group(cell, purpose) for purpose in ("web", "health", "mesh")}
    for group in groups.values():
        assert group["TargetType"] == "ip"
        assert group["HealthCheckPath"] == names.STATUS_PATH
        assert group["HealthCheckPort"] == str(names.STATUS_PORT)
    listeners = {
        listener["Port"]: template["Resources"][listener["DefaultActions"][0]["TargetGroupArn"]["Ref"]]["Properties"]
        for listener in of(template, "AWS::ElasticLoadBalancingV2::Listener").values()
    }
    assert {port: group["Name"] for port, group in listeners.items()} == {
        443: names.target_group(cell, "web"),
        8443: names.target_group(cell, "health"),
        names.MESH_PORT: names.target_group(cell, "mesh"),
    }


def test_nodes_admit_each_other_their_control_plane_and_gateways_doors(template):
    nodes, admitted = rules(template, "Nodes")
    doors = [rules(template, name)[0] for name in ("DoorCloudFront", "DoorHealth")]
    eastwest, plane = rules(template, "EastWest")[0], rules(template, "ControlPlane")[0]
    expected = {(None, None, nodes), (1025, 65535, plane)}
    expected |= {(port, port, door) for door in doors for port in (names.WEB_PORT, names.STATUS_PORT)}
    expected |= {(port, port, eastwest) for port in (names.MESH_PORT, names.STATUS_PORT)}
    assert admitted == expected


def test_between_cells_only_the_api_and_the_mesh_are_open(template, cell):
    siblings = {str(network) for network in addressing.cell_networks(cell.region)}
    for other in cell.region.cells.values():
        assert any(addressing.cell_block(other).subnet_of(n) for n in addressing.cell_networks(cell.region))
    nodes = rules(template, "Nodes")[0]
    assert rules(template, "ControlPlane")[1] == {
        (443, 443, nodes),
        (443, 443, names.OPERATORS_GROUP_ID),
        *((443, 443, network) for network in siblings),
    }
    assert rules(template, "EastWest")[1] == {(names.MESH_PORT, names.MESH_PORT, network) for network in siblings}


def test_a_region_without_mesh_opens_nothing_between_cells(fleet_of, synthesized):
    [template] = synthesized("cell", of="day-one").values()
    [cell] = fleet_of("day-one").cells
    assert len(of(template, "AWS::ElasticLoadBalancingV2::LoadBalancer")) == 1
    assert not of(template, "AWS::Route53::RecordSet")
    nodes = rules(template, "Nodes")[0]
    assert rules(template, "ControlPlane")[1] == {(443, 443, nodes), (443, 443, names.OPERATORS_GROUP_ID)}
    assert names.target_group(cell, "mesh") not in str(template)


def test_other_cells_find_the_mesh_by_name(template, cell):
    [record] = of(template, "AWS::Route53::RecordSet").values()
    assert record["Name"] == names.eastwest_host(cell)
    assert record["AliasTarget"]["EvaluateTargetHealth"] is True
    assert output_of(record["HostedZoneId"]) == names.PRIVATE_ZONE_ID
