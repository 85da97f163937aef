"""CloudFormation may do what was announced, and nothing that costs more."""

from __future__ import annotations

from typing import Any

import pytest

from ops.guard.change import Action
from ops.rollout.review import review

STATEFUL = ("AWS::EC2::VPC",)


def change(action: str, kind: str = "AWS::EC2::VPC", **more: Any) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {"Action": action, "LogicalResourceId": "One", "ResourceType": kind} | more,
    }


@pytest.mark.parametrize(
    ("seen", "announced", "refused"),
    [
        (change("Add"), None, False),
        (change("Modify", Replacement="False"), None, False),
        (change("Modify", Replacement="True"), None, True),
        (change("Modify", Replacement="True"), Action.UPDATE, True),
        (change("Modify", Replacement="True"), Action.MAY_REPLACE, False),
        (change("Modify", Replacement="True"), Action.REPLACE, False),
        (change("Modify", Replacement="Conditional"), Action.UPDATE, True),
        (change("Modify", Replacement="Conditional"), Action.MAY_REPLACE, False),
        (change("Modify", "AWS::IAM::Role", Replacement="Conditional"), Action.UPDATE, False),
        (change("Modify", "AWS::IAM::Role", Replacement="True"), Action.UPDATE, True),
        (change("Remove"), None, True),
        (change("Remove", PolicyAction="Delete"), Action.ORPHAN, True),
        (change("Remove", PolicyAction="Delete"), Action.DELETE, False),
        (change("Remove", PolicyAction="Retain"), None, True),
        (change("Remove", PolicyAction="Retain"), Action.ORPHAN, False),
        (change("Remove", PolicyAction="Retain"), Action.DELETE, False),
        (change("Remove", PolicyAction="Snapshot"), Action.ORPHAN, True),
    ],
)
def test_a_change_set_may_do_what_was_announced_and_nothing_costlier(seen, announced, refused):
    announcements = {} if announced is None else {"acme-use1-network/One": announced}
    assert bool(review("acme-use1-network", [seen], announcements, STATEFUL)) is refused


def test_a_refusal_says_what_which_field_and_what_was_announced():
    details = [
        {"Target": {"Attribute": "Properties", "Name": "CidrBlock", "RequiresRecreation": "Always"}},
        {"Target": {"Attribute": "Tags", "RequiresRecreation": "Never"}},
    ]
    seen = change("Modify", Replacement="True", Details=details)
    assert review("acme-use1-network", [seen], {"acme-use1-network/One": Action.UPDATE}, STATEFUL) == [
        "acme-use1-network/One (AWS::EC2::VPC): CloudFormation would replace it for CidrBlock, and the guard announced update"
    ]
