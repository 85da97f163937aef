"""Buckets: no public access, encrypted, read and written over TLS only."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.statements import Statement, resource_statements
from hypercell.guards.template import Assembly, Template, referenced

_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    closed: set[str] = set()
    for policy in template.of("AWS::S3::BucketPolicy"):
        if any(_refuses_plain_text(statement) for statement in resource_statements(policy)):
            closed |= referenced(policy.at("Bucket"))
    for bucket in template.of("AWS::S3::Bucket"):
        block = bucket.properties.get("PublicAccessBlockConfiguration", {})
        if not all(block.get(name) is True for name in _BLOCKS):
            yield Broken(bucket.id, "may become public", "Properties.PublicAccessBlockConfiguration")
        if "BucketEncryption" not in bucket.properties:
            yield Broken(bucket.id, "does not say how it is encrypted", "Properties.BucketEncryption")
        if bucket.id not in closed:
            yield Broken(bucket.id, "answers without TLS")


def _refuses_plain_text(statement: Statement) -> bool:
    secure = statement.conditions.get("Bool", {}).get("aws:SecureTransport")
    return statement.body.get("Effect") == "Deny" and secure in ("false", False)


RULE = Rule(
    "private-buckets",
    "block_public_access=BLOCK_ALL, encryption with the key of its class, enforce_ssl=True",
    check,
)
