"""A service's topic."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_sns as sns
from constructs import Construct

from fleet import names
from fleet.region import Region
from fleet.service import Service
from hypercell.alarm import alarm, metric
from hypercell.policy import Statement, allow, document, only_tls

FAILED = 1
"""Deliveries in a minute that SNS gave up. To a queue of the same account that is a policy or a key, never load."""


class ServiceTopic(Construct):
    """A topic, delivered to queues of the same service. Only roles of the account publish, by their own policies.

    Messages arrive as they were published, without SNS's envelope: a consumer cannot tell a queue that is written to
    directly from one that is fed.

    Attributes:
        arn: of the topic.
        grants: what the service's role may do with it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: Service,
        region: Region,
        key: str,
        queue_arns: Mapping[str, str],
        key_arn: str,
    ) -> None:
        """
        Args:
            queue_arns: key to ARN of the queues that get every message.
        """
        super().__init__(scope, id)
        topic = sns.CfnTopic(self, "Topic", topic_name=names.topic(service, key), kms_master_key_id=key_arn)
        self.arn = topic.ref
        sns.CfnTopicPolicy(
            self, "Policy", topics=[topic.ref], policy_document=document(only_tls("sns:Publish", [topic.ref]))
        )
        for queue, arn in queue_arns.items():
            sns.CfnSubscription(
                self,
                names.pascal(queue),
                topic_arn=topic.ref,
                protocol="sqs",
                endpoint=arn,
                raw_message_delivery=True,
            )
        alarm(
            self, "Failed", name=names.service_alarm(service, region, f"topic-{key}-failed"),
            about=f"{key}: messages are not delivered to their queues",
            topic=names.team_topic_arn(region, service.team),
            metrics=[metric("AWS/SNS", "NumberOfNotificationsFailed", {"TopicName": topic.attr_topic_name})],
            statistic="Sum", threshold=FAILED, periods=3,
        )  # fmt: skip
        arn = names.arn(region, "sns", names.topic(service, key))
        self.grants: list[Statement] = [
            allow(f"Topic{names.pascal(key)}", ["sns:GetTopicAttributes", "sns:Publish"], [arn])
        ]
