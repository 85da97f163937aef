"""Policy statements, wherever a resource type keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from hypercell.guards.template import Json, Resource, listed

# Type -> properties that hold one policy document, and whether the document says what its principals may do
# (identity), or who may do something to the resource.
_IDENTITY = {
    "AWS::IAM::ManagedPolicy": ("PolicyDocument",),
    "AWS::IAM::Policy": ("PolicyDocument",),
    "AWS::IAM::RolePolicy": ("PolicyDocument",),
}
_RESOURCE = {
    "AWS::KMS::Key": ("KeyPolicy",),
    "AWS::SQS::QueuePolicy": ("PolicyDocument",),
    "AWS::SNS::TopicPolicy": ("PolicyDocument",),
    "AWS::S3::BucketPolicy": ("PolicyDocument",),
    "AWS::ECR::Repository": ("RepositoryPolicyText",),
    "AWS::ECR::RegistryPolicy": ("PolicyText",),
    "AWS::EC2::VPCEndpoint": ("PolicyDocument",),
    "AWS::Backup::BackupVault": ("AccessPolicy",),
    "AWS::DSQL::Cluster": ("PolicyDocument",),
    "AWS::SecretsManager::ResourcePolicy": ("ResourcePolicy",),
    "AWS::Kinesis::ResourcePolicy": ("ResourcePolicy",),
    "AWS::Logs::ResourcePolicy": ("PolicyDocument",),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument",),
}


@dataclass(frozen=True)
class Statement:
    """One statement and where it stands."""

    resource: Resource
    where: str
    """`Properties.PolicyDocument.Statement[2]`"""
    body: dict[str, Json]

    @property
    def allows(self) -> bool:
        return self.body.get("Effect") == "Allow"

    @property
    def actions(self) -> list[Json]:
        return listed(self.body.get("Action"))

    @property
    def resources(self) -> list[Json]:
        return listed(self.body.get("Resource"))

    @property
    def conditions(self) -> dict[str, Json]:
        found: dict[str, Json] = self.body.get("Condition", {})
        return found


def identity_statements(resource: Resource) -> Iterator[Statement]:
    """What the resource allows its bearer: inline and managed policies."""
    for name in _IDENTITY.get(resource.type, ()):
        yield from _in(resource, f"Properties.{name}", resource.properties.get(name))
    if resource.type == "AWS::IAM::Role":
        for number, policy in enumerate(resource.properties.get("Policies", [])):
            yield from _in(resource, f"Properties.Policies[{number}].PolicyDocument", policy.get("PolicyDocument"))


def resource_statements(resource: Resource) -> Iterator[Statement]:
    """Who may do something to the resource: trust, key, queue, topic, bucket and endpoint policies."""
    for name in _RESOURCE.get(resource.type, ()):
        yield from _in(resource, f"Properties.{name}", resource.properties.get(name))


def _in(resource: Resource, where: str, document: Json) -> Iterator[Statement]:
    if isinstance(document, str):  # DSQL takes its policy as text
        document = json.loads(document)
    if isinstance(document, dict):
        for number, body in enumerate(listed(document.get("Statement"))):
            yield Statement(resource, f"{where}.Statement[{number}]", body)
