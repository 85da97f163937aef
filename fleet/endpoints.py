"""The AWS APIs that a region with `endpoints: interface` reaches without leaving its VPC."""

from __future__ import annotations

INTERFACE: tuple[str, ...] = (
    "autoscaling",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "events",
    "kinesis-firehose",
    "kinesis-streams",
    "kms",
    "logs",
    "monitoring",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "ssmmessages",
    "sts",
    "xray",
)
"""What nodes, controllers and services call while they serve: a cell that lost its way to the internet still pulls
images, takes credentials, starts nodes and writes its logs. Each costs 0.01 USD an hour and zone."""

UNPOLICIED = frozenset({"ec2messages", "eks-auth", "ssmmessages"})
"""Endpoints that keep AWS's default policy: no source says that a policy of ours is accepted there, and a refused one
fails the stack."""


def service(region: str, name: str) -> str:
    """`com.amazonaws.us-east-1.sqs`."""
    return f"com.amazonaws.{region}.{name}"
