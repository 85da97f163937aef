"""KMS keys: one for each class of data, so that losing or sharing one opens nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from fleet import backup, names
from fleet.region import Region
from hypercell.policy import Statement, account, admit, key_policy, service

USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
SEND = ("kms:Decrypt", "kms:GenerateDataKey*")
"""What a service needs that puts messages into an encrypted queue or topic."""


class RegionKeys(Construct):
    """The keys of a region with their aliases. Who may use each, beside the account's own roles:

    - `cells`: disks of nodes, whoever of the account starts them (auto scaling, Spot, Karpenter, the EBS driver);
    - `data`: SNS, which delivers into the services' queues. Tables, caches and secrets come as their caller;
    - `lake`: nobody; Firehose comes as a role of its own;
    - `logs`: CloudWatch Logs; alarms and events, which go to encrypted topics;
    - `backup`: the accounts that keep this region's second copies, and those whose copies are kept here.

    Attributes:
        arns: purpose (`names.REGION_KEYS`) to key ARN.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region) -> None:
        super().__init__(scope, id)
        more: Mapping[str, Sequence[Statement]] = {
            "cells": _disks(region),
            "data": [_sends(region, "sns")],
            "logs": [_log_groups(region), *(_sends(region, source) for source in ("cloudwatch", "events"))],
            "backup": _copies(region),
        }
        self.arns = {purpose: self._key(region, purpose, more.get(purpose, ())) for purpose in names.REGION_KEYS}

    def _key(self, region: Region, purpose: str, more: Sequence[Statement]) -> str:
        key = kms.CfnKey(
            self,
            names.pascal(purpose),
            description=f"{purpose} of {region.fleet.name} in {region.name}",
            enable_key_rotation=True,
            pending_window_in_days=30,
            key_policy=key_policy(region.account_id, *more),
        )
        # A lost key is lost data, for every ciphertext it ever wrote.
        key.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        kms.CfnAlias(
            self, f"{names.pascal(purpose)}Alias", alias_name=names.key_alias(region, purpose), target_key_id=key.ref
        )
        return key.attr_arn


def _disks(region: Region) -> list[Statement]:
    """As the key that Amazon makes for EBS: whoever of the account may attach disks may use it, through EC2 alone.

    Service-linked roles (auto scaling, Spot) are named by condition and not as principals: a key policy that names a
    role which does not exist yet is refused.
    """
    through_ec2 = {"kms:CallerAccount": region.account_id, "kms:ViaService": f"ec2.{region.name}.amazonaws.com"}
    for_aws = {"StringEquals": through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        admit("DisksOfNodes", {"AWS": "*"}, USE, conditions={"StringEquals": through_ec2}),
        admit("GrantsOfDisks", {"AWS": "*"}, ["kms:CreateGrant"], conditions=for_aws),
    ]


def _sends(region: Region, source: str) -> Statement:
    """A service that delivers on its own: only for resources of this account."""
    own = {"StringEquals": {"aws:SourceAccount": region.account_id}}
    return admit(f"{names.pascal(source)}Sends", service(source), SEND, conditions=own)


def _log_groups(region: Region) -> Statement:
    """CloudWatch Logs encrypts as itself; the context names the log group, so no other account's can borrow the key."""
    groups = names.arn(region, "logs", "*")
    own = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    return admit("LogGroups", service(f"logs.{region.name}"), USE, conditions=own)


def _copies(region: Region) -> list[Statement]:
    """AWS Backup decrypts a copy with the source's key as a role of the receiving account, and the other way round."""
    others = [region_ for region_ in (backup.sibling(region), *backup.sends_here(region)) if region_ is not None]
    ids = sorted({other.account_id for other in others} - {region.account_id})
    if not ids:
        return []
    for_aws = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    return [
        admit("Copies", account(*ids), USE),
        admit("GrantsOfCopies", account(*ids), ["kms:CreateGrant"], conditions=for_aws),
    ]
