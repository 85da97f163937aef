"""Policies name what they allow."""

import pytest

from hypercell.guards.rules.narrow_policies import RULE

QUEUE = "arn:aws:sqs:us-east-1:333333333331:skyline-use1-a-karpenter"


def test_named_actions_on_named_resources_pass(broken, policy):
    assert broken(RULE, {"P": policy(Action=["sqs:ReceiveMessage", "sqs:DeleteMessage"], Resource=QUEUE)}) == []


@pytest.mark.parametrize("action", ["*", "sqs:*"])
def test_every_action_is_too_many(broken, policy, action):
    assert broken(RULE, {"P": policy(Action=action, Resource=QUEUE)}) == [("P", f"allows {action}")]


def test_every_resource_is_too_many_for_what_has_resources(broken, policy):
    assert broken(RULE, {"P": policy(Action=["ec2:DescribeSubnets", "sqs:SendMessage"], Resource="*")}) == [
        ("P", "allows sqs:SendMessage on every resource")
    ]


def test_every_resource_under_a_condition_passes(broken, policy):
    bound = {"StringEquals": {"aws:ResourceTag/fleet:cell": "use1-a"}}
    assert broken(RULE, {"P": policy(Action="ec2:TerminateInstances", Resource="*", Condition=bound)}) == []


@pytest.mark.parametrize(
    "inverted", [{"NotAction": "iam:*", "Resource": QUEUE}, {"Action": "sqs:x", "NotResource": "a"}]
)
def test_everything_but_something_is_refused(broken, policy, inverted):
    assert ("P", "allows everything but something") in broken(RULE, {"P": policy(**inverted)})


def test_the_region_alone_binds_nothing(broken, policy):
    region = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert broken(RULE, {"P": policy(Action="ec2:TerminateInstances", Resource="*", Condition=region)}) == [
        ("P", "allows ec2:TerminateInstances on every resource")
    ]


def test_inline_policies_of_a_role_count(broken, role, policy):
    wide = role(Principal={"Service": "ec2.amazonaws.com"})
    wide["Properties"]["Policies"] = [policy(Action="*", Resource=QUEUE)["Properties"]]
    assert broken(RULE, {"Role": wide}) == [("Role", "allows *")]


def test_a_denial_may_be_as_wide_as_it_likes(broken, policy):
    assert broken(RULE, {"P": policy(Effect="Deny", Action="*", Resource="*")}) == []
