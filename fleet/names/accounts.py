"""Names in an account: boundaries, roles, keys."""

from __future__ import annotations

from fleet.model import Fleet
from fleet.region import Region

DATA_KEYS = ("databases", "backup")
"""Purposes of the data account's keys in each of its regions."""

REGION_KEYS = ("cells", "data", "lake", "logs", "backup")
"""KMS keys of a region, by the class of data they protect."""


def arn(region: Region, service: str, resource: str) -> str:
    """ARN of something in the region's own account, e.g. `arn(region, "sqs", names.queue(...))`."""
    return f"arn:aws:{service}:{region.name}:{region.account_id}:{resource}"


def permission_boundary(fleet: Fleet, alias: str) -> str:
    return f"{fleet.name}-boundary-{alias}"


def outputs_reader(fleet: Fleet, alias: str) -> str:
    return f"{fleet.name}-outputs-reader-{alias}"


def outputs_reader_arn(fleet: Fleet, alias: str) -> str:
    return role_arn(fleet.accounts[alias], outputs_reader(fleet, alias))


def role_arn(account: str, role: str) -> str:
    return f"arn:aws:iam::{account}:role/{role}"


def key_alias(region: Region, purpose: str) -> str:
    return f"alias/{region.fleet.name}-{region.code}-{purpose}"


def data_key_alias(fleet: Fleet, code: str) -> str:
    """The data account's key of a region, for its database clusters."""
    return f"alias/{fleet.name}-data-{code}"


def access_host(region: Region) -> str:
    """Name tag of the host that operators forward ports through."""
    return f"{region.fleet.name}-{region.code}-access"
