"""IAM documents of a cell, as plain data: L1 roles and policies take them as they are."""

from __future__ import annotations

from typing import Any

from fleet import names
from fleet.cell import Cell

Document = dict[str, Any]
Statement = dict[str, Any]


def document(*statements: Statement) -> Document:
    """A policy of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: list[str], resources: list[str], conditions: Document | None = None) -> Statement:
    """A statement that allows; lists of one are written as AWS writes them back, so that drift shows none."""
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions[0] if len(actions) == 1 else actions,
        "Resource": resources[0] if len(resources) == 1 else resources,
    }
    return statement if conditions is None else {**statement, "Condition": conditions}


def trust(service: str, actions: list[str] | None = None, conditions: Document | None = None) -> Document:
    """A trust policy that lets one AWS service take the role."""
    statement: Statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": actions or ["sts:AssumeRole"],
    }
    return document(statement if conditions is None else {**statement, "Condition": conditions})


def managed(*policies: str) -> list[str]:
    """ARNs of policies that AWS writes: EKS's own parts need what each new version of them needs."""
    return [f"arn:aws:iam::aws:policy/{policy}" for policy in policies]


def cluster_arn(cell: Cell) -> str:
    return names.arn(cell.region, "eks", f"cluster/{names.cluster(cell)}")


def arn(cell: Cell, service: str, resource: str) -> str:
    """ARN of something in the cell's account and region."""
    return names.arn(cell.region, service, resource)
