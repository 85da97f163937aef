"""A service's queue, with the queue of what could not be worked off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from fleet import names
from fleet.region import Region
from fleet.service import Queue, Service
from hypercell.alarm import Metric, alarm, metric
from hypercell.policy import Document, Statement, admit, allow, document, only_tls
from hypercell.policy import service as aws

DAYS = 14
"""How long a message is kept: as long as SQS can, for a queue that grows unseen over a long weekend."""
KEY_REUSE_SECONDS = 3600
"""How long SQS works with one data key. KMS is asked, and paid, once an hour and not for every message."""
POLL_SECONDS = 20
"""How long a receive waits for a message: the longest, for the fewest empty answers."""
AGE_SECONDS = 900
"""Age of the oldest message at which the consumers do not keep up."""

_ACTIONS = (
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
)
_REDRIVE = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage", "sqs:DeleteMessage")


class ServiceQueue(Construct):
    """A queue, its dead-letter queue, and who may put into it.

    Attributes:
        arn: of the queue.
        grants: what the service's role may do with the two.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: Service,
        region: Region,
        key: str,
        queue: Queue,
        key_arn: str,
    ) -> None:
        super().__init__(scope, id)
        self._service, self._region, self._key, self._fifo = service, region, key, queue.fifo
        dead = self._queue("Dead", names.queue(service, key, fifo=queue.fifo, dead=True), key_arn)
        self._live = self._queue(
            "Queue",
            names.queue(service, key, fifo=queue.fifo),
            key_arn,
            visibility=queue.visibility,
            redrive={"deadLetterTargetArn": dead.attr_arn, "maxReceiveCount": queue.attempts},
        )
        dead.redrive_allow_policy = {"redrivePermission": "byQueue", "sourceQueueArns": [self._arn()]}
        self.arn = self._live.attr_arn
        sqs.CfnQueuePolicy(
            self, "DeadPolicy", queues=[dead.ref], policy_document=document(only_tls("sqs:*", [dead.attr_arn]))
        )
        self._alarms(self._live, dead)
        self.grants: list[Statement] = [
            allow(f"Queue{names.pascal(key)}", _ACTIONS, [self._arn()]),
            # A team works off what died by code of its own; nobody puts there but SQS.
            allow(f"Dead{names.pascal(key)}", _REDRIVE, [self._arn(dead=True)]),
        ]

    def admit(self, topic_arns: Mapping[str, str]) -> None:
        """Write the queue's policy: these topics (by key) may deliver into it, and nobody speaks in clear text."""
        delivers: Sequence[Statement] = [
            admit(
                f"{names.pascal(key)}Delivers",
                aws("sns"),
                ["sqs:SendMessage"],
                self.arn,
                {"ArnEquals": {"aws:SourceArn": arn}, "StringEquals": {"aws:SourceAccount": self._region.account_id}},
            )
            for key, arn in topic_arns.items()
        ]
        policy = document(*delivers, only_tls("sqs:*", [self.arn]))
        sqs.CfnQueuePolicy(self, "Policy", queues=[self._live.ref], policy_document=policy)

    def _queue(
        self, id: str, name: str, key_arn: str, visibility: int | None = None, redrive: Document | None = None
    ) -> sqs.CfnQueue:
        queue = sqs.CfnQueue(
            self,
            id,
            queue_name=name,
            fifo_queue=True if self._fifo else None,
            content_based_deduplication=True if self._fifo else None,
            kms_master_key_id=key_arn,
            kms_data_key_reuse_period_seconds=KEY_REUSE_SECONDS,
            message_retention_period=DAYS * 86_400,
            visibility_timeout=visibility,
            receive_message_wait_time_seconds=None if visibility is None else POLL_SECONDS,
            redrive_policy=redrive,
        )
        # Messages on their way are work that somebody accepted.
        queue.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return queue

    def _arn(self, *, dead: bool = False) -> str:
        return names.arn(self._region, "sqs", names.queue(self._service, self._key, fifo=self._fifo, dead=dead))

    def _alarms(self, live: sqs.CfnQueue, dead: sqs.CfnQueue) -> None:
        topic = names.team_topic_arn(self._region, self._service.team)

        def of(queue: sqs.CfnQueue, name: str) -> list[Metric]:
            return [metric("AWS/SQS", name, {"QueueName": queue.attr_queue_name})]

        alarm(
            self, "Died", name=names.service_alarm(self._service, self._region, f"queue-{self._key}-dead"),
            about=f"{self._key}: messages could not be worked off and wait in the dead-letter queue",
            topic=topic, metrics=of(dead, "ApproximateNumberOfMessagesVisible"),
            statistic="Maximum", threshold=1, periods=1,
        )  # fmt: skip
        alarm(
            self, "Old", name=names.service_alarm(self._service, self._region, f"queue-{self._key}-age"),
            about=f"{self._key}: consumers do not keep up",
            topic=topic, metrics=of(live, "ApproximateAgeOfOldestMessage"),
            statistic="Maximum", threshold=AGE_SECONDS, periods=5,
        )  # fmt: skip
