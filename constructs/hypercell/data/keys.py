"""The data account's keys of a region, and the topic that its alarms go to."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from fleet import geography, names
from fleet.model import Fleet
from hypercell.policy import Statement, admit, document, key_policy, only_tls, service

DATABASES, BACKUP = names.DATA_KEYS


class DataKeys(Construct):
    """Keys of databases and of their backups. Each peer of a pair has a key of its own: losing one loses one peer.

    Attributes:
        arns: purpose (`DATABASES`, `BACKUP`) to key ARN.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, region: str) -> None:
        super().__init__(scope, id)
        account, code = fleet.accounts["data"], geography.code(region)
        aliases = {
            DATABASES: names.data_key_alias(fleet, code),
            BACKUP: names.data_key_alias(fleet, f"{code}-{BACKUP}"),
        }
        more = {DATABASES: [*_dsql(account, region), *_alarms(account), _keeper(fleet, region)], BACKUP: []}
        self.arns: dict[str, str] = {}
        for purpose, alias in aliases.items():
            key = kms.CfnKey(
                self,
                names.pascal(purpose),
                description=f"{purpose} of {fleet.name} in {region}",
                enable_key_rotation=True,
                pending_window_in_days=30,
                key_policy=key_policy(account, *more[purpose]),
            )
            # A cluster without its key answers nobody, and a recovery point without its key restores nothing.
            key.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
            kms.CfnAlias(self, f"{names.pascal(purpose)}Alias", alias_name=alias, target_key_id=key.ref)
            self.arns[purpose] = key.attr_arn


class DataAlarms(Construct):
    """Where the alarms of the data account's region go: a topic, read by the team that runs the platform."""

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, region: str, key_arn: str) -> None:
        super().__init__(scope, id)
        account, name = fleet.accounts["data"], names.data_alarm_topic(fleet, geography.code(region))
        topic = sns.CfnTopic(self, "Topic", topic_name=name, kms_master_key_id=key_arn)
        speaks = admit(
            "AlarmsSpeak",
            service("cloudwatch"),
            ["sns:Publish"],
            topic.ref,
            {"StringEquals": {"aws:SourceAccount": account}},
        )
        sns.CfnTopicPolicy(
            self, "Policy", topics=[topic.ref], policy_document=document(speaks, only_tls("sns:Publish", [topic.ref]))
        )
        sns.CfnSubscription(
            self,
            "Operators",
            topic_arn=topic.ref,
            protocol="email",
            endpoint=fleet.teams[fleet.operators].oncall,
        )


def _dsql(account: str, region: str) -> list[Statement]:
    """Aurora DSQL encrypts as itself, for clusters of this account (DSQL user guide, data-encryption).

    The guide also binds the cluster's id, as source and as encryption context; it is minted after its key's policy.
    """
    ours = {"StringLike": {"aws:SourceArn": f"arn:aws:dsql:{region}:{account}:cluster/*"}}
    crypt = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
    return [
        admit("ClustersEncrypt", service("dsql"), crypt, conditions=ours),
        admit("ClustersLook", service("dsql"), ["kms:DescribeKey"], conditions=ours),
    ]


def _alarms(account: str) -> list[Statement]:
    own = {"StringEquals": {"aws:SourceAccount": account}}
    return [admit("AlarmsSpeak", service("cloudwatch"), ["kms:Decrypt", "kms:GenerateDataKey*"], conditions=own)]


def _keeper(fleet: Fleet, region: str) -> Statement:
    """CloudWatch Logs encrypts as itself; the context names the one log group that may be encrypted with this key."""
    group = f"/aws/lambda/{names.database_keeper(fleet, geography.code(region))}"
    arn = f"arn:aws:logs:{region}:{fleet.accounts['data']}:log-group:{group}"
    crypt = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    own = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn}}
    return admit("KeeperLogs", service(f"logs.{region}"), crypt, conditions=own)
