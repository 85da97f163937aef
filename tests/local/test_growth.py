"""The growth fleet: databases that are linked after they were created, ways out that a controller finds by their tags."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from moto.awslambda.models import lambda_backends

from fleet import names


def test_growth_stands_as_written(growth: Any, stands_as_written: Any) -> None:
    stands_as_written(growth)


def test_peers_were_created_pending_and_then_linked_with_each_other(growth: Any) -> None:
    (pair,) = [database for database in growth.picture.databases if len(database.clusters) == 2]

    assert [cluster.peers for cluster in pair.clusters] == [
        (pair.clusters[1].region,),
        (pair.clusters[0].region,),
    ]
    assert {cluster.status for cluster in pair.clusters} == {"ACTIVE"}
    for stack in growth.read.deployment.stacks.values():
        plan = stack.synthesized.plan
        if plan.kind == "dsql" and plan.subject.paired:
            cloudformation = growth.read.deployment.client("cloudformation", plan.account, plan.region)
            events = cloudformation.describe_stack_events(StackName=plan.name)["StackEvents"]
            statuses = [event["ResourceStatus"] for event in reversed(events)]
            assert statuses == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]


def test_the_controller_finds_the_route_tables_of_every_cell_by_their_tags(growth: Any) -> None:
    deployment = growth.read.deployment
    for region in growth.fleet.regions.values():
        ec2 = deployment.client("ec2", region.account_id, region.name)
        outputs = deployment.stacks[names.stack(growth.fleet, region.code, "egress")].outputs
        for zone in region.zones:
            ours = {"tag:fleet:name": growth.fleet.name, "tag:nat:az": zone}
            filters = [{"Name": name, "Values": [value]} for name, value in ours.items()]
            found = ec2.describe_route_tables(Filters=filters)["RouteTables"]
            tags = [{tag["Key"]: tag["Value"] for tag in table["Tags"]} for table in found]

            assert {one["nat:shard"] for one in tags} == {names.nat_shard(cell, zone) for cell in region.standing_cells}
            for one in tags:
                assert one["nat:gateway"] == outputs[names.nat_gateway_output(region, zone)]
                assert one["nat:eni"] == outputs[names.nat_interface_output(zone)]


def test_the_controllers_functions_stand_with_their_archive_and_their_calls(growth: Any) -> None:
    deployment = growth.read.deployment
    region = next(iter(growth.fleet.regions.values()))
    ticks = names.nat_ticks(region)
    code = lambda_backends[region.account_id][region.name].get_function(ticks).code_bytes
    assert {"runtime/handler.py", "runtime/prober.py"} <= set(zipfile.ZipFile(io.BytesIO(code)).namelist())

    api = deployment.client("lambda", region.account_id, region.name)
    prober = api.get_function(FunctionName=names.nat_prober(region, region.zones[0], "gateway"))["Configuration"]
    network = deployment.stacks[names.stack(growth.fleet, region.code, "network")].outputs
    assert prober["VpcConfig"]["SubnetIds"] == [network[names.probe_subnet_output(region.zones[0], "gateway")]]
    assert api.get_function(FunctionName=ticks)["Concurrency"] == {"ReservedConcurrentExecutions": 6}

    scheduler = deployment.client("scheduler", region.account_id, region.name)
    schedules = [scheduler.get_schedule(Name=one["Name"]) for one in scheduler.list_schedules()["Schedules"]]
    zones = [json.loads(one["Target"]["Input"])["zone"] for one in schedules if one["Target"]["Arn"].endswith(ticks)]
    assert sorted(zones) == sorted(region.zones)

    events = deployment.client("events", region.account_id, region.name)
    told = events.list_rule_names_by_target(
        TargetArn=prober["FunctionArn"].replace(prober["FunctionName"], names.nat_events(region))
    )
    assert len(told["RuleNames"]) == 5
    allowed = json.loads(api.get_policy(FunctionName=names.nat_events(region))["Policy"])["Statement"]
    rules = {events.describe_rule(Name=name)["Arn"] for name in told["RuleNames"]}
    assert {one["Condition"]["ArnLike"]["AWS:SourceArn"] for one in allowed} == rules
