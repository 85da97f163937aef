"""What the roles of a cell have in common."""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from hypercell.policy import Document, document, service

ACCESS_TAG = "fleet:access"
"""Tag on a person's or a pipeline's own identity that says which of the roles it may take. The directory sets it:
no name of a person stands in a template."""


def managed(*policies: str) -> list[str]:
    """ARNs of policies that AWS writes: EKS's own parts need what each new version of them needs."""
    return [f"arn:aws:iam::aws:policy/{policy}" for policy in policies]


def instances() -> Document:
    """Trust in EC2, for roles of nodes."""
    return document({"Effect": "Allow", "Principal": service("ec2"), "Action": "sts:AssumeRole"})


def tagged_only(account: str, purpose: str) -> Document:
    """Trust in whoever of an account carries the tag `fleet:access` with this purpose."""
    return document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {f"aws:PrincipalTag/{ACCESS_TAG}": purpose}},
        }
    )


def arn(cell: Cell, service: str, resource: str) -> str:
    """ARN of something in the cell's account and region."""
    return names.arn(cell.region, service, resource)
