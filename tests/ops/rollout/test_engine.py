"""Stacks are changed as was announced, protected afterwards, and nothing prepared is left for somebody to execute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ops.guard.change import Action
from ops.rollout.cdk import CliFailed
from ops.rollout.engine import CloudFormation, StackFailed, Unannounced
from tests.ops.rollout.cloud import Cli, Cloud, refused, resource, stack

NETWORK, EGRESS = "acme-use1-network", "acme-use1-egress"
VPC = "AWS::EC2::VPC"
EDIT = [resource("Modify", "Vpc", VPC, Replacement="False")]
REPLACE = [resource("Modify", "Vpc", VPC, Replacement="True")]
Makes = Mapping[str, Sequence[Mapping[str, Any]] | None]


def engine(cloud: Cloud, makes: Makes) -> CloudFormation:
    wanted = {
        NETWORK: stack(NETWORK, Vpc=VPC, Table="AWS::EC2::RouteTable"),
        EGRESS: stack(EGRESS, Nat="AWS::EC2::EIP"),
    }
    return CloudFormation(Cli(cloud, makes), cloud, wanted, "hypercell-one", sleep=lambda _seconds: None)


def both(**states: str) -> Cloud:
    return Cloud(**({"acme_use1_network": "UPDATE_COMPLETE", "acme_use1_egress": "UPDATE_COMPLETE"} | states))


def deploy(made: CloudFormation, announced: Mapping[str, Action] | None = None) -> None:
    made.deploy([NETWORK, EGRESS], announced or {}, lambda: None)


def test_change_sets_are_executed_and_what_holds_data_is_kept_afterwards():
    cloud = both()
    deploy(engine(cloud, {NETWORK: EDIT, EGRESS: EDIT}))
    assert cloud.executed == [NETWORK, EGRESS]
    assert cloud.kept(NETWORK) == ["LogicalResourceId/Vpc"]
    assert cloud.kept(EGRESS) == ["LogicalResourceId/Nat"]
    assert all(one.protected for one in cloud.stacks.values())


def test_a_replacement_that_nobody_announced_keeps_the_whole_group_from_being_executed():
    cloud = both()
    with pytest.raises(
        Unannounced, match=r"^acme-use1-network/Vpc .* would replace it, and the guard announced no such"
    ):
        deploy(engine(cloud, {NETWORK: REPLACE, EGRESS: EDIT}))
    assert cloud.executed == []
    assert cloud.change_sets == {}


def test_a_replacement_that_was_signed_for_passes_the_policy_once():
    cloud = both()
    deploy(engine(cloud, {NETWORK: REPLACE, EGRESS: EDIT}), {f"{NETWORK}/Vpc": Action.REPLACE})
    during, afterwards = cloud.stacks[NETWORK].policies
    assert "LogicalResourceId/Vpc" not in during
    assert "LogicalResourceId/Vpc" in afterwards


@pytest.mark.parametrize("nothing", [None, "absent"])
def test_a_change_set_without_changes_is_not_executed_and_its_stack_is_protected_all_the_same(nothing):
    cloud = both()
    made = engine(cloud, {NETWORK: None, EGRESS: EDIT})
    if nothing == "absent":
        made.cdk.then = lambda: cloud.change_sets.pop(NETWORK)
    deploy(made)
    assert cloud.executed == [EGRESS]
    assert cloud.stacks[NETWORK].protected


def test_a_stack_that_fails_says_which_resource_failed_first():
    cloud = both()
    cloud.will[NETWORK] = ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
    events = [("Table", "CREATE_FAILED", "cancelled"), ("Vpc", "UPDATE_FAILED", "limit exceeded"), ("", "", "")]
    cloud.events[NETWORK] = [
        {"LogicalResourceId": name, "ResourceType": VPC, "ResourceStatus": status, "ResourceStatusReason": why}
        for name, status, why in events
    ]
    with pytest.raises(
        StackFailed, match=r"^acme-use1-network is UPDATE_ROLLBACK_COMPLETE: Vpc \(AWS::EC2::VPC\): limit"
    ):
        deploy(engine(cloud, {NETWORK: EDIT, EGRESS: EDIT}))


def test_a_failure_of_an_earlier_run_is_not_taken_for_this_ones():
    cloud = both()
    cloud.will[NETWORK] = ["UPDATE_ROLLBACK_COMPLETE"]
    began = {"LogicalResourceId": NETWORK, "ResourceType": "AWS::CloudFormation::Stack"}
    old = {"LogicalResourceId": "Vpc", "ResourceType": VPC, "ResourceStatus": "UPDATE_FAILED"}
    cloud.events[NETWORK] = [began | {"ResourceStatus": "UPDATE_IN_PROGRESS"}, old]
    with pytest.raises(StackFailed, match=r"ROLLBACK_COMPLETE: $"):
        deploy(engine(cloud, {NETWORK: EDIT, EGRESS: EDIT}))


@pytest.mark.parametrize("error", [CliFailed("the CDK CLI ended with 1"), KeyboardInterrupt()])
def test_when_the_cli_fails_or_is_interrupted_nothing_is_executed_and_nothing_is_left_prepared(error):
    cloud = both()
    made = engine(cloud, {NETWORK: EDIT, EGRESS: EDIT})

    def fail() -> None:
        raise error

    made.cdk.then = fail
    with pytest.raises(type(error)):
        deploy(made)
    assert (cloud.executed, cloud.change_sets) == ([], {})


def test_an_interrupt_while_cloudformation_works_leaves_it_working_and_names_it():
    cloud = both()
    cloud.will[NETWORK] = ["UPDATE_IN_PROGRESS"] * 9
    made = engine(cloud, {NETWORK: EDIT, EGRESS: EDIT})

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    made.sleep = interrupted
    with pytest.raises(KeyboardInterrupt):
        deploy(made)
    assert made.running([NETWORK, EGRESS]) == [NETWORK]


def test_a_stack_that_cannot_be_asked_counts_as_one_that_is_worked_on():
    cloud = both()
    cloud.throttles.add("describe_stacks")
    assert engine(cloud, {}).running([NETWORK, EGRESS]) == [NETWORK]


def test_a_place_that_was_held_for_a_change_set_is_no_work():
    cloud = both(acme_use1_network="REVIEW_IN_PROGRESS")
    assert engine(cloud, {}).running([NETWORK]) == []


def test_throttling_while_waiting_stops_the_wave_and_says_that_nobody_knows():
    cloud = both()
    made = engine(cloud, {NETWORK: EDIT, EGRESS: EDIT})
    made.sleep = lambda _seconds: cloud.throttles.add("describe_stacks")
    with pytest.raises(StackFailed, match=r"whether it is done cannot be read: .*Rate exceeded"):
        deploy(made)


def test_what_an_earlier_run_left_unprotected_is_protected_and_named():
    cloud = both()
    made = engine(cloud, {})
    made.protect(EGRESS)
    assert made.assure([NETWORK, EGRESS]) == [NETWORK]
    assert cloud.kept(NETWORK) == ["LogicalResourceId/Vpc"]
    assert made.assure([NETWORK, EGRESS]) == []


def test_a_change_set_that_cloudformation_could_not_make_is_no_empty_one():
    cloud = both()
    made = engine(cloud, {NETWORK: EDIT, EGRESS: EDIT})
    made.cdk.then = lambda: setattr(cloud, "describe_change_set", _broken)
    with pytest.raises(StackFailed, match="made no change set: output VpcId of acme-x is not there"):
        deploy(made)
    assert cloud.executed == []


def _broken(**_: Any) -> dict[str, str]:
    return {"Status": "FAILED", "StatusReason": "output VpcId of acme-x is not there"}


def test_a_change_set_that_may_not_be_read_stops_before_anything_is_executed():
    cloud = both()
    made = engine(cloud, {NETWORK: EDIT, EGRESS: EDIT})

    def denied(**_: Any) -> None:
        raise refused("AccessDenied", "no")

    made.cdk.then = lambda: setattr(cloud, "describe_change_set", denied)
    with pytest.raises(StackFailed, match=r"its change set cannot be read: .*AccessDenied"):
        deploy(made)
    assert cloud.executed == []
