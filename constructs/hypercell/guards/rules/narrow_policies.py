"""Policies name their actions and resources. `*` is for the few actions that AWS offers no resource for."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.statements import Statement, identity_statements
from hypercell.guards.template import Assembly, Template

# Actions without resource-level permissions (Service Authorization Reference), and why each is here.
RESOURCELESS: dict[str, str] = {
    "ec2:Describe*": "EC2's describing actions know no resource",
    "ec2:GetSpotPlacementScores": "scores a request, not a resource",
    "ec2:GetSecurityGroupsForVpc": "lists",
    "elasticloadbalancing:Describe*": "describing actions know no resource",
    "autoscaling:Describe*": "describing actions know no resource",
    "cloudwatch:DescribeAlarms": "lists",
    "cloudwatch:GetMetricData": "reads across metrics",
    "cloudwatch:ListMetrics": "lists",
    "cloudwatch:PutMetricData": "metrics have no ARN; a condition names the namespace",
    "ecr:GetAuthorizationToken": "a token for the registry",
    "eks:DescribeAddonVersions": "a catalogue",
    "iam:ListInstanceProfiles": "lists",
    "kinesis:ListStreams": "lists",
    "kms:ListAliases": "lists",
    "logs:DescribeLogGroups": "lists",
    "pricing:GetProducts": "a price list",
    "route53:GetChange": "changes have no owner",
    "route53:ListHostedZones": "lists",
    "route53:ListHostedZonesByName": "lists",
    "secretsmanager:BatchGetSecretValue": "the batch itself; each secret is still checked by GetSecretValue",
    "sqs:ListQueues": "lists",
    "ssm:DescribeInstanceInformation": "lists",
    "ssm:UpdateInstanceInformation": "Systems Manager's agent on its own instance",
    "ssmmessages:*": "Session Manager's channels have no ARN",
    "ec2messages:*": "Systems Manager's agent; no resources",
    "sts:GetCallerIdentity": "needs no permission at all",
    "tag:GetResources": "searches",
    "xray:PutTelemetryRecords": "no resources",
    "xray:PutTraceSegments": "no resources",
}


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for resource in template.of(
        "AWS::IAM::Role", "AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy"
    ):
        for statement in identity_statements(resource):
            if statement.allows:
                yield from _too_wide(statement)


def _too_wide(statement: Statement) -> Iterator[Broken]:
    if "NotAction" in statement.body or "NotResource" in statement.body:
        yield Broken(statement.resource.id, "allows everything but something", statement.where)
    for action in statement.actions:
        if action == "*" or (action.endswith(":*") and action not in RESOURCELESS):
            yield Broken(statement.resource.id, f"allows {action}", statement.where)
    if "*" in statement.resources and not _bound(statement):
        for action in statement.actions:
            if not any(fnmatchcase(action, allowed) for allowed in RESOURCELESS):
                yield Broken(statement.resource.id, f"allows {action} on every resource", statement.where)


def _bound(statement: Statement) -> bool:
    """A condition on who, what or for whom. The region alone leaves everything in it."""
    keys = {key for operator in statement.conditions.values() for key in operator}
    return bool(keys - {"aws:RequestedRegion"})


RULE = Rule(
    "narrow-policies",
    "name the actions, and the resources by ARN from fleet.names; condition what cannot be named",
    check,
)
