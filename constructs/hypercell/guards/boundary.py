"""What no role of the fleet can do in an account, whatever its own policies say."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import names, phases
from fleet.model import Fleet

LONGEST = 6144
"""Characters of a managed policy without white space (IAM quotas)."""

_BLINDING = (
    "cloudtrail:DeleteTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:StopLogging",
    "cloudtrail:UpdateTrail",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:StopConfigurationRecorder",
    "ec2:DeleteFlowLogs",
    "guardduty:DeleteDetector",
    "guardduty:UpdateDetector",
    "logs:DeleteLogGroup",
    "logs:DeleteRetentionPolicy",
    "logs:DisassociateKmsKey",
    "securityhub:DisableSecurityHub",
    "wafv2:DeleteLoggingConfiguration",
)

_LOSING = (
    "backup:DeleteBackupVault*",
    "backup:DeleteRecoveryPoint",
    "dsql:DeleteCluster",
    "dynamodb:DeleteBackup",
    "dynamodb:DeleteTable",
    "ec2:ReleaseAddress",
    "eks:DeleteCluster",
    "kinesis:DeleteStream",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:ScheduleKeyDeletion",
    "route53:DeleteHostedZone",
    "s3:DeleteBucket",
)

_OPENING = (
    "account:*",
    "ec2:DisableEbsEncryptionByDefault",
    "ec2:DisableImageBlockPublicAccess",
    "ec2:DisableSnapshotBlockPublicAccess",
    "organizations:LeaveOrganization",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutBucketPublicAccessBlock",
)


class PermissionBoundary(Construct):
    """The permission boundary of an account. Every role of the fleet's stacks carries it.

    A boundary grants nothing: it allows all, so that a role's own narrow policies decide, and takes away what none may
    have. It holds for roles at work; deployments run as CDK's own execution roles, whose fence is their bootstrap.

    Attributes:
        arn: token.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, alias: str) -> None:
        super().__init__(scope, id)
        account = fleet.accounts[alias]
        own = f"arn:aws:iam::{account}:policy/{names.permission_boundary(fleet, alias)}"
        policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            managed_policy_name=names.permission_boundary(fleet, alias),
            description=f"What no role of {fleet.name} may do",
            policy_document={"Version": "2012-10-17", "Statement": _statements(fleet, account, own)},
        )
        self.arn = policy.ref


def regions(fleet: Fleet) -> list[str]:
    """Every region the fleet deploys to, and the witnesses of its databases."""
    deployed = {plan.region for plan in phases.every_stack(fleet)}
    generations = (g for database in fleet.databases.values() for g in database.generations.values())
    return sorted({*deployed, "us-east-1", *(g.witness for g in generations if g.witness)})


def _statements(fleet: Fleet, account: str, own: str) -> list[dict[str, object]]:
    boundaries = f"arn:aws:iam::{account}:policy/{names.permission_boundary(fleet, '*')}"
    return [
        {"Sid": "WhatOwnPoliciesGrant", "Effect": "Allow", "Action": "*", "Resource": "*"},
        # A role that makes or widens a role can only do so inside the same boundary.
        _never(
            "RolesOutsideTheBoundary",
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            condition={"StringNotEquals": {"iam:PermissionsBoundary": own}},
        ),
        _never("RemovingABoundary", "iam:DeleteRolePermissionsBoundary"),
        _never(
            "ChangingTheBoundary",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            resource=boundaries,
        ),
        # People come by the identity centre, machines by roles: nobody holds a key that never ends.
        _never("LastingCredentials", "iam:CreateUser", "iam:CreateAccessKey", "iam:CreateLoginProfile"),
        _never("Blinding", *_BLINDING),
        _never("LosingData", *_LOSING),
        _never("Opening", *_OPENING),
        # Only what asks for the old protocol is refused: a request that says nothing takes the image's own rule.
        _never(
            "OldMetadataService",
            "ec2:ModifyInstanceMetadataOptions",
            "ec2:RunInstances",
            condition={"StringEquals": {"ec2:MetadataHttpTokens": "optional"}},
        ),
        _never("PlainDisks", "ec2:CreateVolume", condition={"Bool": {"ec2:Encrypted": "false"}}),
        # What is served from one place for the whole world answers as us-east-1, which is always among them. Prices are
        # served from three places, and Karpenter asks the nearest; they read nothing of ours.
        _anywhere_else("OtherRegions", "pricing:*", regions=regions(fleet)),
    ]


def _anywhere_else(sid: str, *but: str, regions: list[str]) -> dict[str, object]:
    """Deny everything but some actions outside the regions."""
    condition = {"StringNotEquals": {"aws:RequestedRegion": regions}}
    return {"Sid": sid, "Effect": "Deny", "NotAction": list(but), "Resource": "*", "Condition": condition}


def _never(
    sid: str, *actions: str, resource: str = "*", condition: dict[str, dict[str, object]] | None = None
) -> dict[str, object]:
    statement: dict[str, object] = {"Sid": sid, "Effect": "Deny", "Action": list(actions), "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})
