"""Databases that are created pending and linked afterwards; the growth fleet has one of each kind."""

from __future__ import annotations

from typing import Any


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
