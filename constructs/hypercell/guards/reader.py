"""The one door between accounts: reading what another account's stacks publish."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import names, phases
from fleet.model import Fleet


class OutputsReader(Construct):
    """The role that deployments in the fleet's other accounts take to resolve an output of a stack here.

    The trust names accounts and, by condition, CloudFormation's execution roles in them, as CDK's bootstrap calls
    them. A condition and not a principal: IAM refuses a principal that is not there yet, and forgets one that is made
    anew.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, alias: str, boundary_arn: str) -> None:
        super().__init__(scope, id)
        account = fleet.accounts[alias]
        iam.CfnRole(
            self,
            "Role",
            role_name=names.outputs_reader(fleet, alias),
            description=f"Deployments of {fleet.name} read what stacks of this account publish",
            permissions_boundary=boundary_arn,
            assume_role_policy_document=_trust(fleet, account),
            policies=[iam.CfnRole.PolicyProperty(policy_name="read", policy_document=_reading(fleet, account))],
        )


def other_accounts(fleet: Fleet, alias: str) -> list[str]:
    """Account ids of the fleet other than the alias's own. Empty on the first day, when one account is all of them."""
    return sorted(set(fleet.accounts.values()) - {fleet.accounts[alias]})


def _trust(fleet: Fleet, account: str) -> dict[str, object]:
    deployers = {
        f"arn:aws:iam::{plan.account}:role/cdk-hnb659fds-cfn-exec-role-{plan.account}-{plan.region}"
        for plan in phases.every_stack(fleet)
        if plan.account != account
    }
    others = sorted({arn.split(":")[4] for arn in deployers})
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{other}:root" for other in others]},
                "Action": "sts:AssumeRole",
                "Condition": {"ArnEquals": {"aws:PrincipalArn": sorted(deployers)}},
            }
        ],
    }


def _reading(fleet: Fleet, account: str) -> dict[str, object]:
    """One action, on the fleet's own stacks, wherever in this account they stand."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "cloudformation:DescribeStacks",
                # The last star stands for an id that CloudFormation mints.
                "Resource": f"arn:aws:cloudformation:*:{account}:stack/{fleet.name}-*/*",
            }
        ],
    }
