"""IAM documents as plain data: L1 constructs take them as they are, and nothing is asked of Node for a statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Document = dict[str, Any]
Statement = dict[str, Any]


def document(*statements: Statement) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Document | None = None) -> Statement:
    """A statement of an identity's own policy."""
    statement = {"Sid": sid, "Effect": "Allow", "Action": _one(actions), "Resource": _one(resources)}
    return statement if conditions is None else {**statement, "Condition": conditions}


def admit(
    sid: str, principal: Document, actions: Sequence[str], resource: str = "*", conditions: Document | None = None
) -> Statement:
    """A statement of a resource's policy: who may do what to it."""
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": _one(actions), "Resource": resource}
    return statement if conditions is None else {**statement, "Condition": conditions}


def only_tls(actions: str, resources: Sequence[str]) -> Statement:
    """Nobody, not even the account's own, in clear text."""
    return {
        "Sid": "NobodyInClear",
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": _one(resources),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def service(name: str) -> Document:
    """An AWS service as principal: `sns` is sns.amazonaws.com."""
    return {"Service": f"{name}.amazonaws.com"}


def account(*ids: str) -> Document:
    """Accounts as principal: whom of theirs, they say themselves."""
    return {"AWS": _one([f"arn:aws:iam::{id}:root" for id in ids])}


def trust(name: str, conditions: Document, actions: Sequence[str] = ("sts:AssumeRole",)) -> Document:
    """Trust in an AWS service, under conditions: it works for everybody, and must say for whom it comes."""
    statement = {"Effect": "Allow", "Principal": service(name), "Action": _one(actions), "Condition": conditions}
    return document(statement)


def key_policy(owner: str, *statements: Statement) -> Document:
    """A key's policy: the account's own IAM policies decide, and beside them who is listed.

    Args:
        owner: account id.
    """
    return document(admit("OwnPoliciesDecide", account(owner), ["kms:*"]), *statements)


def _one(values: Sequence[str]) -> str | list[str]:
    """Lists of one as AWS writes them back, so that drift detection sees none."""
    return values[0] if len(values) == 1 else list(values)
