"""Where alarms go: a topic, and the person on call behind it."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

PUBLISHERS = ("cloudwatch", "events")


class AlarmTopic(Construct):
    """An encrypted topic with one subscriber by mail, who confirms once.

    Args:
        account: whose alarms may publish.
        key_arn: its policy must let CloudWatch use it, or messages vanish.

    Attributes:
        arn: of the topic.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, account: str, key_arn: str, oncall: str) -> None:
        super().__init__(scope, id)
        topic = sns.CfnTopic(self, "Resource", topic_name=name, kms_master_key_id=key_arn)
        self.arn = topic.ref
        sns.CfnTopicPolicy(
            self,
            "Policy",
            topics=[self.arn],
            policy_document=iam.PolicyDocument(
                statements=[
                    iam.PolicyStatement(
                        # Alarms, and events such as a backup that failed.
                        principals=[iam.ServicePrincipal(f"{service}.amazonaws.com") for service in PUBLISHERS],
                        actions=["sns:Publish"],
                        resources=[self.arn],
                        conditions={"StringEquals": {"aws:SourceAccount": account}},
                    ),
                    iam.PolicyStatement(
                        effect=iam.Effect.DENY,
                        principals=[iam.AnyPrincipal()],
                        actions=["sns:Publish"],
                        resources=[self.arn],
                        conditions={"Bool": {"aws:SecureTransport": "false"}},
                    ),
                ]
            ),
        )
        sns.CfnSubscription(self, "OnCall", topic_arn=self.arn, protocol="email", endpoint=oncall)
