"""Ways out of a region."""

import json
import re
from itertools import pairwise

from fleet import addressing, egress, names, natimages


def of_type(template, *kinds):
    return {key: r for key, r in template["Resources"].items() if r["Type"] in kinds}


def regions(synthesized, fleet, of="hypergrowth"):
    """(region, template) pairs."""
    templates = synthesized("egress", of=of)
    return [(region, templates[names.stack(fleet, region.code, "egress")]) for region in fleet.regions.values()]


def groups(template):
    """Zone's group name to the properties of its auto scaling group."""
    found = of_type(template, "AWS::AutoScaling::AutoScalingGroup").values()
    return {r["Properties"]["AutoScalingGroupName"]: r["Properties"] for r in found}


def machine_roles(template):
    """Properties of the roles of NAT instances."""
    profiles = of_type(template, "AWS::IAM::InstanceProfile").values()
    return [resource(template, role)["Properties"] for p in profiles for role in p["Properties"]["Roles"]]


def resource(template, reference):
    key = reference.get("Ref") or reference["Fn::GetAtt"][0]
    return template["Resources"][key]


def test_each_zone_leaves_through_its_own_addresses(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        gateways = of_type(template, "AWS::EC2::NatGateway").values()
        associations = of_type(template, "AWS::EC2::EIPAssociation").values()
        used = [json.dumps(r["Properties"]["AllocationId"]) for r in (*gateways, *associations)]
        assert len(set(used)) == len(used) == 2 * len(region.zones)
        subnets = {g["Properties"]["SubnetId"]["Fn::GetStackOutput"]["OutputName"] for g in gateways}
        assert subnets == {names.public_subnet_output(zone) for zone in region.zones}


def test_every_address_comes_from_the_regions_own_pool_and_is_kept(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for address in of_type(template, "AWS::EC2::EIP").values():
            assert address["Properties"]["PublicIpv4Pool"] == region.egress.byoip_pool
            assert address["DeletionPolicy"] == "RetainExceptOnCreate"


def test_a_range_of_its_own_comes_beside_and_what_carried_until_then_stays(synthesized, fleet, fleet_of):
    """EC2 gives a gateway no other address; and cells send through the old one until each has been deployed."""
    grown = of_type(
        synthesized("egress")[names.stack(fleet, "usw2", "egress")], "AWS::EC2::NatGateway", "AWS::EC2::EIP"
    )
    before = synthesized("egress", of="day-one")[names.stack(fleet_of("day-one"), "use1", "egress")]
    assert {one["DeletionPolicy"] for one in grown.values()} == {"RetainExceptOnCreate"}
    assert not set(of_type(before, "AWS::EC2::NatGateway", "AWS::EC2::EIP")) & set(grown)


def test_partners_can_read_every_address(synthesized, fleet):
    for _region, template in regions(synthesized, fleet):
        _separator, published = template["Outputs"][names.EGRESS_ADDRESSES]["Value"]["Fn::Join"]
        assert {address["Ref"] for address in published} == set(of_type(template, "AWS::EC2::EIP"))


def test_a_founder_has_gateways_alone(synthesized, fleet_of):
    fleet = fleet_of("day-one")
    ((region, template),) = regions(synthesized, fleet, "day-one")
    assert len(of_type(template, "AWS::EC2::NatGateway")) == len(region.zones)
    assert not groups(template)
    assert set(template["Outputs"]) == {
        names.EGRESS_ADDRESSES,
        *(names.nat_gateway_output(region, zone) for zone in region.zones),
    }


def test_the_instance_forwards_on_an_interface_that_stays(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        by_address = {
            r["Properties"]["PrivateIpAddress"]: key
            for key, r in of_type(template, "AWS::EC2::NetworkInterface").items()
        }
        for zone in region.zones:
            key = by_address[addressing.nat_instance_address(region, zone)]
            assert template["Resources"][key]["Properties"]["SourceDestCheck"] is False
            group = groups(template)[names.nat_group(region, zone)]
            machine = resource(template, group["LaunchTemplate"]["LaunchTemplateId"])
            (nic,) = machine["Properties"]["LaunchTemplateData"]["NetworkInterfaces"]
            assert nic == {
                "DeviceIndex": 0,
                "DeleteOnTermination": False,
                "NetworkInterfaceId": {"Ref": key},
            }
            assert template["Outputs"][names.nat_interface_output(zone)]["Value"] == {"Ref": key}


def test_the_group_is_pinned_to_its_zone_by_name(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for zone in region.zones:
            group = groups(template)[names.nat_group(region, zone)]
            (place,) = group["AvailabilityZones"]
            assert place["Fn::GetStackOutput"]["OutputName"] == names.zone_name_output(zone)
            assert "VPCZoneIdentifier" not in group


def test_a_group_of_one_ends_a_machine_before_it_starts_the_next(synthesized, fleet):
    for _region, template in regions(synthesized, fleet):
        for group in groups(template).values():
            assert group["MinSize"] == group["MaxSize"] == "1"
            assert group["InstanceMaintenancePolicy"] == {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100}


def test_an_update_rolls_nothing_by_itself(synthesized, fleet):
    for _region, template in regions(synthesized, fleet):
        for group in of_type(template, "AWS::AutoScaling::AutoScalingGroup").values():
            assert "UpdatePolicy" not in group


def test_rotation_is_staggered(synthesized, fleet):
    for _region, template in regions(synthesized, fleet):
        lives = sorted(group["MaxInstanceLifetime"] for group in groups(template).values())
        days = [life / 86400 for life in lives]
        assert all(later - earlier >= 1 for earlier, later in pairwise(days))


def test_a_launch_that_says_nothing_is_abandoned_and_an_end_waits_for_the_routes(synthesized, fleet):
    for _region, template in regions(synthesized, fleet):
        for group in groups(template).values():
            hooks = {h["LifecycleTransition"]: h for h in group["LifecycleHookSpecificationList"]}
            launching = hooks["autoscaling:EC2_INSTANCE_LAUNCHING"]
            terminating = hooks["autoscaling:EC2_INSTANCE_TERMINATING"]
            assert (launching["DefaultResult"], launching["HeartbeatTimeout"]) == ("ABANDON", 600)
            assert (terminating["DefaultResult"], terminating["HeartbeatTimeout"]) == ("CONTINUE", 120)


def test_instances_are_hardened_and_pinned(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        types = set()
        for machine in of_type(template, "AWS::EC2::LaunchTemplate").values():
            data = machine["Properties"]["LaunchTemplateData"]
            assert data["ImageId"] == natimages.image(region.name)
            assert data["MetadataOptions"]["HttpTokens"] == "required"
            assert data["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
            assert data["Monitoring"]["Enabled"] is True
            assert all(disk["Ebs"]["Encrypted"] is True for disk in data["BlockDeviceMappings"])
            types.add(data["InstanceType"])
        assert types == {egress.instance_type(zone, region.egress.size) for zone in region.zones}


def test_the_instance_role_has_no_ec2_permission(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        roles = machine_roles(template)
        assert len(roles) == len(region.zones)
        for role in roles:
            assert "ManagedPolicyArns" not in role
            for policy in role["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    actions = statement["Action"]
                    for action in [actions] if isinstance(actions, str) else actions:
                        assert action.split(":")[0] in {"autoscaling", "cloudwatch", "ssm", "ssmmessages"}
                        assert "*" not in action


def test_an_instance_answers_for_its_own_group_and_metrics_only(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for role in machine_roles(template):
            statements = {
                s["Action"]: s
                for p in role["Policies"]
                for s in p["PolicyDocument"]["Statement"]
                if isinstance(s["Action"], str)
            }
            answer = statements["autoscaling:CompleteLifecycleAction"]["Resource"]
            assert answer.endswith(f"autoScalingGroupName/{role['RoleName']}")
            assert statements["cloudwatch:PutMetricData"]["Condition"] == {
                "StringEquals": {"cloudwatch:namespace": names.nat_metrics(region)}
            }


def test_only_the_region_may_send_through_an_instance(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for interface in of_type(template, "AWS::EC2::NetworkInterface").values():
            (group,) = interface["Properties"]["GroupSet"]
            (rule,) = resource(template, group)["Properties"]["SecurityGroupIngress"]
            assert rule["CidrIp"] == str(addressing.region_block(region))


def test_the_kernel_forgets_an_idle_connection_before_the_interface_does(synthesized, fleet):
    for _region, template in regions(synthesized, fleet):
        for interface in of_type(template, "AWS::EC2::NetworkInterface").values():
            remembered = interface["Properties"]["ConnectionTrackingSpecification"]
            for machine in of_type(template, "AWS::EC2::LaunchTemplate").values():
                script = json.dumps(machine["Properties"]["LaunchTemplateData"]["UserData"])
                assert 350 < kernel_seconds(script, "tcp_timeout_established") < remembered["TcpEstablishedTimeout"]
                assert kernel_seconds(script, "udp_timeout", 30) < remembered["UdpTimeout"] <= 60
                assert kernel_seconds(script, "udp_timeout_stream", 120) < remembered["UdpStreamTimeout"] <= 180


def kernel_seconds(script, name, unsaid=None):
    """What a boot script tells the kernel's connection table, or what Linux takes when nobody says it."""
    found = re.search(rf"nf_conntrack_{name} = (\d+)", script)
    return int(found[1]) if found else unsaid


def test_both_ways_are_probed_over_routes_that_never_move(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        routes = {
            r["Properties"]["RouteTableId"]["Ref"]: r["Properties"]
            for r in of_type(template, "AWS::EC2::Route").values()
        }
        for association in of_type(template, "AWS::EC2::SubnetRouteTableAssociation").values():
            output = association["Properties"]["SubnetId"]["Fn::GetStackOutput"]["OutputName"]
            route = routes.pop(association["Properties"]["RouteTableId"]["Ref"])
            zone, path = next(
                (zone, path)
                for zone in region.zones
                for path in ("instance", "gateway")
                if names.probe_subnet_output(zone, path) == output
            )
            target = template["Outputs"][
                names.nat_gateway_output(region, zone) if path == "gateway" else names.nat_interface_output(zone)
            ]["Value"]
            assert route["NatGatewayId" if path == "gateway" else "NetworkInterfaceId"] == target
        assert not routes


def test_every_alarm_tells_somebody(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        alarms = of_type(template, "AWS::CloudWatch::Alarm").values()
        assert alarms
        for alarm in alarms:
            assert alarm["Properties"]["AlarmActions"] == [names.alarm_topic_arn(region)]


def test_a_silent_or_missing_instance_and_a_silent_controller_raise_the_alarm(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        on_silence = [
            alarm["Properties"]["MetricName"]
            for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
            if alarm["Properties"]["TreatMissingData"] == "breaching"
        ]
        expected = ["ConnectionsUsed", "GroupInServiceInstances", "Rounds"]
        assert sorted(on_silence) == sorted(expected * len(region.zones))


def test_the_throughput_alarm_follows_the_size(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
            properties = alarm["Properties"]
            if properties.get("MetricName") == "BytesOut":
                bits = properties["Threshold"] * 8 / properties["Period"]
                (zone,) = (d["Value"] for d in properties["Dimensions"] if d["Name"] == "Zone")
                assert 0.75 < bits / egress.sustained(zone, region.egress.size) < 0.85
