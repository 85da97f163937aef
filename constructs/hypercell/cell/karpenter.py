"""Karpenter's side of AWS: the role of its nodes, its own role, and how it hears that nodes are about to go."""

from __future__ import annotations

from aws_cdk import aws_eks as eks
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from hypercell.cell.identities import associate, pod_role
from hypercell.cell.karpenter_policies import policies
from hypercell.cell.policy import instances, managed
from hypercell.cell.system_nodes import NODE_POLICIES
from hypercell.policy import Document, admit, document, only_tls, service

WARNINGS: dict[str, tuple[str, str]] = {
    "Health": ("aws.health", "AWS Health Event"),
    "SpotInterruption": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "Rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "StateChange": ("aws.ec2", "EC2 Instance State-change Notification"),
    "CapacityReservation": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""Rule to source and detail type. Events are the account's: each cell's queue hears of all cells' nodes, and Karpenter
passes over those it does not know."""

WARNING_SECONDS = 300
"""How long a warning is worth keeping: Spot gives two minutes."""


class Karpenter(Construct):
    """Roles, instance profile, queue and rules. Everything has a fixed name, so that manifests can carry it.

    Attributes:
        queue_name: reference to the name of the interruption queue.
        rules: references to the names of the rules that feed it.
    """

    def __init__(self, scope: Construct, id: str, *, cell: Cell, cluster_name: str) -> None:
        super().__init__(scope, id)
        node_role = iam.CfnRole(
            self,
            "NodeRole",
            role_name=names.cell_role(cell, "node"),
            assume_role_policy_document=instances(),
            managed_policy_arns=managed(*NODE_POLICIES),
        )
        node_role_arn = node_role.attr_arn
        iam.CfnInstanceProfile(
            self, "NodeProfile", instance_profile_name=names.instance_profile(cell), roles=[node_role.ref]
        )
        eks.CfnAccessEntry(self, "NodeEntry", cluster_name=cluster_name, principal_arn=node_role_arn, type="EC2_LINUX")
        queue = sqs.CfnQueue(
            self,
            "Queue",
            queue_name=names.interruption_queue(cell),
            message_retention_period=WARNING_SECONDS,
            # SQS's own key: with a customer key EventBridge would need a share in it, for messages worth 300 seconds.
            sqs_managed_sse_enabled=True,
        )
        self.queue_name = queue.attr_queue_name
        queue_arn = queue.attr_arn
        rules = [self._rule(id, *warning, queue_arn) for id, warning in WARNINGS.items()]
        self.rules = [rule.ref for rule in rules]
        sqs.CfnQueuePolicy(
            self,
            "QueuePolicy",
            queues=[queue.ref],
            policy_document=_queue_policy(cell, queue_arn, [rule.attr_arn for rule in rules]),
        )
        role = pod_role(self, "Role", cell=cell, purpose="karpenter")
        role_name = role.ref
        for concern, policy in policies(cell, node_role_arn=node_role_arn, queue_arn=queue_arn).items():
            iam.CfnManagedPolicy(self, concern, policy_document=policy, roles=[role_name])
        associate(self, "Association", cluster_name=cluster_name, purpose="karpenter", role=role)

    def _rule(self, id: str, source: str, kind: str, queue_arn: str) -> events.CfnRule:
        return events.CfnRule(
            self,
            id,
            description=f"{kind}, for Karpenter",
            event_pattern={"source": [source], "detail-type": [kind]},
            targets=[events.CfnRule.TargetProperty(id="Karpenter", arn=queue_arn)],
        )


def _queue_policy(cell: Cell, queue_arn: str, rules: list[str]) -> Document:
    return document(
        admit(
            "RulesSpeak",
            service("events"),
            ["sqs:SendMessage"],
            queue_arn,
            {"ArnEquals": {"aws:SourceArn": rules}},
        ),
        admit(
            "QueuesSpeak",
            service("sqs"),
            ["sqs:SendMessage"],
            queue_arn,
            {"StringEquals": {"aws:SourceAccount": cell.region.account_id}},
        ),
        only_tls("sqs:*", [queue_arn]),
    )
