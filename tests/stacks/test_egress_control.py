"""What watches a region's ways out and moves routes between them, as it is deployed."""

import json
from pathlib import Path

import pytest

from fleet import egress, names
from hypercell.egress import runtime
from hypercell.egress.runtime.config import from_environment
from hypercell.egress.runtime.prober import TOTAL_SECONDS
from hypercell.egress.runtime.settings import Settings
from tests.stacks.ways_out import function_id, functions, of_type, probers, regions, written


@pytest.fixture
def home(synthesized, fleet):
    """One region and its template."""
    return regions(synthesized, fleet)[0]


# --- what stands ------------------------------------------------------------------------------------------------


def test_each_zone_has_a_prober_for_each_way_and_the_region_two_functions(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        expected = {*probers(region).values(), names.nat_ticks(region), names.nat_events(region)}
        assert functions(template).keys() == expected
        logs = {group["LogGroupName"]: group for group in of_type(template, "AWS::Logs::LogGroup").values()}
        assert logs.keys() == {f"/aws/lambda/{name}" for name in expected}
        for group in logs.values():
            assert group["KmsKeyId"]["Fn::GetStackOutput"]["OutputName"] == names.key_output("logs")


def test_a_managed_way_out_has_nothing_to_move(synthesized, fleet_of):
    ((_region, template),) = regions(synthesized, fleet_of("day-one"), "day-one")
    kinds = {resource["Type"] for resource in template["Resources"].values()}
    assert not {kind for kind in kinds if kind.split("::")[1] in ("Lambda", "Events", "Scheduler", "Logs", "IAM")}


def test_the_controller_stands_outside_the_vpc_and_probers_inside(home):
    region, template = home
    for name, function in functions(template).items():
        assert ("VpcConfig" in function) is (name in probers(region).values())


def test_a_prober_stands_in_the_subnet_whose_only_route_is_the_way_it_proves(home):
    region, template = home
    ways = {}
    for association in of_type(template, "AWS::EC2::SubnetRouteTableAssociation").values():
        (route,) = (
            route
            for route in of_type(template, "AWS::EC2::Route").values()
            if route["RouteTableId"] == association["RouteTableId"]
        )
        ways[json.dumps(association["SubnetId"])] = route
    for (zone, path), name in probers(region).items():
        (subnet,) = functions(template)[name]["VpcConfig"]["SubnetIds"]
        assert subnet["Fn::GetStackOutput"]["OutputName"] == names.probe_subnet_output(zone, path)
        published = names.nat_gateway_output(region, zone) if path == "gateway" else names.nat_interface_output(zone)
        way = ways[json.dumps(subnet)]
        target = way.get("NatGatewayId") or way.get("NetworkInterfaceId")
        assert target == template["Outputs"][published]["Value"]


def test_a_prober_opens_connections_to_its_targets_ports_and_accepts_none(tmp_path):
    targets = ["9.9.9.9:853", "1.1.1.1:443", "example.com:443"]
    region, template = written(tmp_path, probe=targets)
    for name in probers(region).values():
        function = functions(template)[name]
        assert json.loads(function["Environment"]["Variables"]["TARGETS"]) == targets
        (group,) = function["VpcConfig"]["SecurityGroupIds"]
        rules = template["Resources"][group["Fn::GetAtt"][0]]["Properties"]
        assert "SecurityGroupIngress" not in rules
        assert [(r["IpProtocol"], r["FromPort"], r["ToPort"]) for r in rules["SecurityGroupEgress"]] == [
            ("tcp", 443, 443),
            ("tcp", 853, 853),
        ]


# --- what is told to the code ----------------------------------------------------------------------------------


def test_the_code_understands_what_it_is_told(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for name in (names.nat_ticks(region), names.nat_events(region)):
            variables = functions(template)[name]["Environment"]["Variables"]
            assert variables["VPC_ID"]["Fn::GetStackOutput"]["OutputName"] == names.VPC_ID
            config = from_environment({**variables, "VPC_ID": "vpc-1"})
            assert (config.fleet, config.namespace, config.shed) == (fleet.name, names.nat_metrics(region), True)
            assert tuple(config.zones) == region.zones
            for zone, told in config.zones.items():
                assert told.group == names.nat_group(region, zone)
                assert told.instance_prober == names.nat_prober(region, zone, "instance")
                assert told.gateway_prober == names.nat_prober(region, zone, "gateway")
                assert told.limit * 8 == egress.sustained(zone, region.egress.size)


def test_what_the_code_is_told_fits_into_a_functions_environment(synthesized, fleet):
    """Lambda takes 4 KB of names and values: also of four zones, and of the longest name that a fleet can have."""
    most_zones, longest = 4, 12
    for region, template in regions(synthesized, fleet):
        variables = functions(template)[names.nat_ticks(region)]["Environment"]["Variables"]
        told = json.dumps({**variables, "VPC_ID": "vpc-0123456789abcdef0"})
        lengthened = told.replace(fleet.name, "x" * longest)
        assert len(lengthened) / len(region.zones) * most_zones < 4096


def test_the_alarms_that_the_code_asks_for_by_name_are_there(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        named = {a["AlarmName"]: a for a in of_type(template, "AWS::CloudWatch::Alarm").values() if "AlarmName" in a}
        expected = {
            names.nat_alarm(region, zone, m): (zone, m) for zone in region.zones for m in names.SATURATION_ALARMS
        }
        assert {
            name: (alarm["Dimensions"][0]["Value"], alarm["MetricName"]) for name, alarm in named.items()
        } == expected


def test_a_function_is_given_the_time_that_its_code_takes(home):
    region, template = home
    found = functions(template)
    assert found[names.nat_ticks(region)]["Timeout"] >= Settings().length_seconds + 10
    for name in probers(region).values():
        assert found[name]["Timeout"] > TOTAL_SECONDS


def test_every_handler_is_a_function_of_the_archive(home):
    folder = Path(runtime.__file__).parent
    for function in functions(home[1]).values():
        package, module, name = function["Handler"].split(".")
        assert package == folder.name
        assert f"\ndef {name}(" in (folder / f"{module}.py").read_text()


# --- when it is called -----------------------------------------------------------------------------------------


def test_each_zone_is_looked_at_every_minute_by_a_tick_of_its_own(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        ticks = function_id(template, names.nat_ticks(region))
        schedules = list(of_type(template, "AWS::Scheduler::Schedule").values())
        assert [json.loads(s["Target"]["Input"]) for s in schedules] == [{"zone": zone} for zone in region.zones]
        for schedule in schedules:
            assert schedule["ScheduleExpression"] == "rate(1 minute)"
            assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
            assert schedule["Target"]["Arn"] == {"Fn::GetAtt": [ticks, "Arn"]}


def test_a_failed_tick_is_not_made_up_for_and_an_event_is_until_it_is_old(home):
    region, template = home
    calls = {
        template["Resources"][c["FunctionName"]["Ref"]]["Properties"]["FunctionName"]: c
        for c in of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    }
    said = {name: (c["MaximumRetryAttempts"], c["MaximumEventAgeInSeconds"]) for name, c in calls.items()}
    assert said == {names.nat_ticks(region): (0, 60), names.nat_events(region): (2, 120)}


def test_events_cannot_take_the_executions_of_ticks(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        reserved = {name: f["ReservedConcurrentExecutions"] for name, f in functions(template).items()}
        assert reserved[names.nat_ticks(region)] == 2 * len(region.zones)
        assert reserved[names.nat_events(region)] == 5
        assert {reserved[name] for name in probers(region).values()} == {3}
        assert sum(reserved.values()) == egress.executions(region)
