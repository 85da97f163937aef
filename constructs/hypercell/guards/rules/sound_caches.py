"""Valkey: TLS, role-based access, several zones, snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template

SNAPSHOT_DAYS = 15
"""NIST 800-53's window, as cdk-nag's NIST pack reads it."""


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for group in template.of("AWS::ElastiCache::ReplicationGroup"):
        wanted = {
            "talks in the clear": group.at("TransitEncryptionEnabled") is True
            and group.at("TransitEncryptionMode") in (None, "required"),
            "lets everybody in who reaches it": bool(group.at("UserGroupIds")),
            "lives in one zone": group.at("MultiAZEnabled") is True and group.at("AutomaticFailoverEnabled") is True,
            f"keeps snapshots for less than {SNAPSHOT_DAYS} days": (
                int(group.at("SnapshotRetentionLimit") or 0) >= SNAPSHOT_DAYS
            ),
        }
        for what, right in wanted.items():
            if not right:
                yield Broken(group.id, what)


RULE = Rule("sound-caches", "set it in hypercell.data, where every cache is made", check)
