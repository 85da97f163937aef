"""What every account and region has beside its network: alarms, secrets, policies of queues and topics, budgets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.api import Making, Row

Properties = dict[str, Any]


def _queues(making: Making) -> Mapping[str, Any]:
    for queue in making.properties["Queues"]:
        making.client("sqs").set_queue_attributes(
            QueueUrl=queue, Attributes={"Policy": json.dumps(making.properties["PolicyDocument"])}
        )
    return {"Id": f"{making.place.stack}-{making.place.logical_id}"}


def _topics(making: Making) -> Mapping[str, Any]:
    for topic in making.properties["Topics"]:
        making.client("sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps(making.properties["PolicyDocument"])
        )
    return {"Id": f"{making.place.stack}-{making.place.logical_id}"}


def _subscription(properties: Properties) -> Properties:
    """What a subscription does with its messages is a map of texts in the API."""
    named: Properties = {name: properties[name] for name in ("TopicArn", "Protocol", "Endpoint") if name in properties}
    others = {name: value for name, value in properties.items() if name not in (*named, "Region")}
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in others.items()}
    return {**named, **({"Attributes": texts} if texts else {})}


def _secret(properties: Properties) -> Properties:
    """A generated secret: the local one is the same for everybody, and opens nothing."""
    secret = {name: value for name, value in properties.items() if name != "GenerateSecretString"}
    if "GenerateSecretString" in properties:
        secret["SecretString"] = "generated-locally"
    return secret


def _alarm(making: Making) -> Mapping[str, Any]:
    place = making.place
    return {"Arn": f"arn:aws:cloudwatch:{place.region}:{place.account}:alarm:{making.properties['AlarmName']}"}


def _destination(properties: Properties) -> Properties:
    destination = {name: value for name, value in properties.items() if name != "DestinationResourceArn"}
    arn = {"destinationResourceArn": properties["DestinationResourceArn"]}
    return {**destination, "deliveryDestinationConfiguration": arn}


def _delivery(properties: Properties) -> Properties:
    """The API keeps what concerns S3 in a structure of its own."""
    names = {"S3SuffixPath": "suffixPath", "S3EnableHiveCompatiblePath": "enableHiveCompatiblePath"}
    delivery = {name: value for name, value in properties.items() if name not in names}
    bucket = {names[name]: value for name, value in properties.items() if name in names}
    return {**delivery, **({"s3DeliveryConfiguration": bucket} if bucket else {})}


ROWS = (
    Row("AWS::SQS::QueuePolicy", "sqs.list_queues", ref="Id", prepare=lambda _: {}, finish=_queues),
    Row("AWS::SNS::TopicPolicy", "sns.list_topics", ref="Id", prepare=lambda _: {}, finish=_topics),
    Row(
        "AWS::SNS::Subscription", "sns.subscribe", ref="SubscriptionArn", attributes={"Arn": "SubscriptionArn"},
        prepare=_subscription,
    ),
    Row("AWS::CloudWatch::Alarm", "cloudwatch.put_metric_alarm", ref="=AlarmName", name="AlarmName", finish=_alarm),
    Row(
        "AWS::SecretsManager::Secret", "secretsmanager.create_secret", ref="ARN", name="Name", prepare=_secret,
        attributes={"Id": "ARN"},
    ),
    Row(
        "AWS::Logs::MetricFilter", "logs.put_metric_filter", ref="=FilterName", name="FilterName",
    ),
    Row("AWS::Logs::LogStream", "logs.create_log_stream", ref="=LogStreamName", name="LogStreamName"),
    Row(
        "AWS::Scheduler::Schedule", "scheduler.create_schedule", ref="=Name", name="Name",
        attributes={"Arn": "ScheduleArn"},
    ),
    Row(
        "AWS::Logs::DeliverySource", "logs.put_delivery_source", "deliverySource", ref="name",
        attributes={"Arn": "arn", "Service": "service"},
    ),
    Row(
        "AWS::Logs::DeliveryDestination", "logs.put_delivery_destination", "deliveryDestination", ref="name",
        attributes={"Arn": "arn"}, prepare=_destination,
    ),
    Row(
        "AWS::Logs::Delivery", "logs.create_delivery", "delivery", ref="id", attributes={"DeliveryId": "id"},
        prepare=_delivery,
    ),
    Row("AWS::Budgets::Budget", "budgets.create_budget", ref="=Budget.BudgetName", fixed={"AccountId": "{account}"}),
)  # fmt: skip
