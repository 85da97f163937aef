"""What a region's people see and are woken by."""

import json
import re
from itertools import combinations

import pytest

from fleet import names, phases, signals
from hypercell.egress.runtime.report import METRICS
from hypercell.observability import alarms as rules

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def resources(template, kind):
    return {key: r["Properties"] for key, r in template["Resources"].items() if r["Type"] == kind}


def regions(fleet, templates):
    for region in fleet.regions.values():
        yield region, templates[names.stack(fleet, region.code, "observability")]


def dashboards(template):
    return {
        d["DashboardName"]: json.loads(d["DashboardBody"])
        for d in resources(template, "AWS::CloudWatch::Dashboard").values()
    }


def every_alarm(template):
    kinds = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
    return {a["AlarmName"]: (key, a) for kind in kinds for key, a in resources(template, kind).items()}


def called(rule):
    return set(re.findall(r'ALARM\("([^"]+)"\)', rule))


@pytest.fixture(params=BLUEPRINTS)
def stage(request, synthesized, fleet_of):
    return fleet_of(request.param), synthesized("observability", request.param)


def test_every_cell_and_the_region_and_its_services_have_a_dashboard(stage):
    for region, template in regions(*stage):
        wanted = {names.dashboard(region.fleet, region.code, cell.key) for cell in region.standing_cells}
        wanted |= {names.dashboard(region.fleet, region.code), names.dashboard(region.fleet, region.code, "services")}
        assert set(dashboards(template)) == wanted


def test_no_chart_is_empty_and_none_lies_on_another(stage):
    for _, template in regions(*stage):
        for board in dashboards(template).values():
            taken = set()
            for widget in board["widgets"]:
                properties = widget["properties"]
                assert any(properties.get(part) for part in ("metrics", "alarms", "query", "markdown"))
                cells = {
                    (x, y)
                    for x in range(widget["x"], widget["x"] + widget["width"])
                    for y in range(widget["y"], widget["y"] + widget["height"])
                }
                assert widget["x"] + widget["width"] <= 24
                assert not cells & taken
                taken |= cells


def test_dashboards_know_every_name_without_asking_aws(stage):
    for _, template in regions(*stage):
        for board in resources(template, "AWS::CloudWatch::Dashboard").values():
            assert isinstance(board["DashboardBody"], str)


def test_dashboards_and_alarms_read_only_what_collectors_write(stage):
    written = {
        (name, frozenset(dimensions))
        for name in signals.METRICS
        for dimensions in (*signals.AT_THE_DOOR, *signals.AT_A_SERVICE)
    }
    fleet = stage[0]
    for _, template in regions(*stage):
        read = set()
        for board in dashboards(template).values():
            for widget in board["widgets"]:
                for line in widget["properties"].get("metrics", []):
                    if line[0] == names.cell_metrics(fleet):
                        read.add((line[1], frozenset(line[2:-1:2])))
        for alarm in resources(template, "AWS::CloudWatch::Alarm").values():
            for query in alarm["Metrics"]:
                if "MetricStat" in query:
                    one = query["MetricStat"]["Metric"]
                    assert one["Namespace"] == names.cell_metrics(fleet)
                    read.add((one["MetricName"], frozenset(d["Name"] for d in one["Dimensions"])))
        assert read
        assert read <= written


def test_the_regions_dashboard_draws_what_egress_counts_and_nothing_it_does_not(stage):
    fleet, templates = stage
    for region, template in regions(fleet, templates):
        drawn = {
            (line[1], line[3])
            for widget in dashboards(template)[names.dashboard(fleet, region.code)]["widgets"]
            for line in widget["properties"].get("metrics", [])
            if line[0] == names.nat_metrics(region)
        }
        if region.egress.path == "managed":
            assert not drawn
            continue
        for metric in ("ShardsOnGateway", "Failovers", "GatewayProbeFailed", "BytesOut"):
            assert {zone for name, zone in drawn if name == metric} == set(region.zones)
        # What an instance counts, its own tests hold to its alarms.
        assert {name for name, _ in drawn} - {"BytesOut", "ConnectionsUsed"} <= set(METRICS)


def test_a_zone_is_compared_with_all_its_siblings(stage):
    for region, template in regions(*stage):
        alarms = every_alarm(template)
        for zone in region.zones:
            _, alarm = alarms[names.region_alarm(region, zone)]
            zones = {
                dimension["Value"]
                for query in alarm["Metrics"]
                if "MetricStat" in query
                for dimension in query["MetricStat"]["Metric"]["Dimensions"]
            }
            assert zones == set(region.zones)
            (result,) = [query for query in alarm["Metrics"] if query["ReturnData"]]
            assert result["Expression"].startswith("IF(")
            named = set(re.findall(r"\b[fr](?:own|\d+)\b", result["Expression"]))
            assert named == {query["Id"] for query in alarm["Metrics"] if not query["ReturnData"]}


def test_a_region_is_in_danger_when_more_cells_are_lost_than_declared(stage):
    for region, template in regions(*stage):
        _, alarm = every_alarm(template)[names.region_alarm(region, "cells-lost")]
        cells = [names.cell_alarm(cell) for cell in region.standing_cells]
        survive = region.fleet.policies.survive.cells
        for count in range(len(cells) + 1):
            for lost in combinations(cells, count):
                assert _true(alarm["AlarmRule"], set(lost)) == (count >= min(survive + 1, len(cells)))


def _true(rule, ringing):
    return any(called(part) <= ringing for part in rule.split(" OR "))


def test_rules_of_composite_alarms_stay_within_their_limit(stage):
    for _, template in regions(*stage):
        for alarm in resources(template, "AWS::CloudWatch::CompositeAlarm").values():
            assert len(alarm["AlarmRule"]) <= 10_240
            assert len(called(alarm["AlarmRule"])) <= 100


def test_a_composite_alarm_is_made_after_its_parts(stage):
    fleet, templates = stage
    plans = {plan.name: plan for plan in phases.every_stack(fleet)}
    for region, template in regions(fleet, templates):
        alarms = every_alarm(template)
        cells = {
            names.cell_alarm(cell): names.stack(fleet, region.code, cell.key, "cell") for cell in region.standing_cells
        }
        earlier = plans[names.stack(fleet, region.code, "observability")].after
        for key, resource in template["Resources"].items():
            if resource["Type"] == "AWS::CloudWatch::CompositeAlarm":
                for part in called(resource["Properties"]["AlarmRule"]):
                    if part in cells:
                        assert cells[part] in earlier
                    else:
                        assert alarms[part][0] in resource["DependsOn"], (key, part)


def test_the_region_s_alarm_hears_its_cells_its_zones_and_its_door(stage):
    for region, template in regions(*stage):
        _, whole = every_alarm(template)[names.region_alarm(region, "unwell")]
        heard = called(whole["AlarmRule"])
        assert heard == set(rules.region_alarms(region)) - {names.region_alarm(region, "unwell")}


def test_a_service_s_alarms_wake_its_own_team(stage):
    fleet, templates = stage
    for region, template in regions(fleet, templates):
        topics = {key: t["TopicName"] for key, t in resources(template, "AWS::SNS::Topic").items()}
        alarms = every_alarm(template)
        for name in region.services:
            service = fleet.services[name]
            heard = ["burns-slowly"] if service.tier > 1 else ["burns-slowly", "burns-fast"]
            for signal in heard:
                (action,) = alarms[names.service_alarm(service, region, signal)][1]["AlarmActions"]
                assert topics[action["Ref"]] == names.team_topic(region, service.team)


def test_somebody_on_call_is_behind_every_topic(stage):
    fleet, templates = stage
    for region, template in regions(fleet, templates):
        topics = {key: t["TopicName"] for key, t in resources(template, "AWS::SNS::Topic").items()}
        behind = {
            topics[s["TopicArn"]["Ref"]]: s["Endpoint"] for s in resources(template, "AWS::SNS::Subscription").values()
        }
        assert set(behind) == set(topics.values())
        assert behind[names.alarm_topic(region)] == fleet.teams[fleet.operators].oncall
        for team in {fleet.services[name].team for name in region.services}:
            assert behind[names.team_topic(region, team)] == fleet.teams[team].oncall


def test_topics_are_encrypted_and_take_no_message_in_clear(stage):
    for _, template in regions(*stage):
        policies = resources(template, "AWS::SNS::TopicPolicy").values()
        for key, topic in resources(template, "AWS::SNS::Topic").items():
            assert topic["KmsMasterKeyId"]["Fn::GetStackOutput"]["OutputName"] == names.key_output("logs")
            (policy,) = [p for p in policies if p["Topics"] == [{"Ref": key}]]
            denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
            assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_burning_budget_pages_only_while_it_still_burns(stage):
    fleet, templates = stage
    for region, template in regions(fleet, templates):
        alarms = every_alarm(template)
        for name in region.services:
            service = fleet.services[name]
            if service.tier > 1:
                continue
            hour, now = (names.service_alarm(service, region, signal) for signal in ("hour", "now"))
            fast = alarms[names.service_alarm(service, region, "burns-fast")][1]
            assert fast["AlarmRule"] == f'ALARM("{hour}") AND ALARM("{now}")'
            periods = {
                query["MetricStat"]["Period"]
                for alarm in (hour, now)
                for query in alarms[alarm][1]["Metrics"]
                if "MetricStat" in query
            }
            assert periods == {rules.FAST_SECONDS, rules.CONFIRM_SECONDS}
            assert alarms[hour][1]["Threshold"] == signals.burn(service.tier, rules.FAST)
            assert "AlarmActions" not in alarms[hour][1]


def test_saved_queries_read_the_regions_own_log_groups(stage):
    for region, template in regions(*stage):
        known = {names.log_group(region.fleet, region.code, "flows")}
        known |= {names.cluster_log_group(cell) for cell in region.standing_cells}
        known |= {names.cell_log_group(cell) for cell in region.standing_cells}
        queries = resources(template, "AWS::Logs::QueryDefinition").values()
        assert queries
        assert {group for query in queries for group in query["LogGroupNames"]} == known


def test_flow_queries_read_the_fields_in_the_order_they_are_written(synthesized, fleet_of):
    fleet = fleet_of("day-one")
    for region, template in regions(fleet, synthesized("observability", "day-one")):
        network = synthesized("network", "day-one")[names.stack(fleet, region.code, "network")]
        (flows,) = resources(network, "AWS::EC2::FlowLog").values()
        written = [field.replace("-", "_") for field in re.findall(r"\$\{([^}]+)\}", flows["LogFormat"])]
        for query in resources(template, "AWS::Logs::QueryDefinition").values():
            if query["LogGroupNames"] == [names.log_group(fleet, region.code, "flows")]:
                parsed = re.match(r'parse @message "([* ]+)" as (.+)', query["QueryString"])
                assert parsed[2].split(", ") == written
                assert parsed[1].split() == ["*"] * len(written)


def test_a_stack_of_a_region_stays_far_from_cloudformations_limits(stage):
    for _, template in regions(*stage):
        assert len(template["Resources"]) < 400
        assert len(json.dumps(template)) < 800_000


def test_a_faster_burn_is_a_higher_threshold_and_a_lower_tier_allows_more():
    assert [signals.burn(tier, 1) for tier in sorted(signals.OBJECTIVES)] == [0.0005, 0.001, 0.005, 0.01]
    assert signals.burn(0, 14.4) == 0.0072
