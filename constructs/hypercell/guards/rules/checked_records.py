"""Routed records: each is checked, asks its target for health, and names itself by its region or cell."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Resource, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for record in template.of("AWS::Route53::RecordSet"):
        weighted = "Weight" in record.properties
        if not weighted and "Region" not in record.properties:
            continue
        if weighted and not 0 <= int(record.properties["Weight"]) <= 255:
            yield Broken(record.id, f"has weight {record.properties['Weight']}", "Properties.Weight")
        if not _checked(record):
            yield Broken(record.id, "takes part in routing, and nothing takes it out when it fails")


def _checked(record: Resource) -> bool:
    """An alias that asks its target, whose own records are checked in turn; a weight has its own check as well."""
    if "Weight" in record.properties and "HealthCheckId" not in record.properties:
        return False
    if "AliasTarget" in record.properties:
        return record.at("AliasTarget.EvaluateTargetHealth") is True
    return "HealthCheckId" in record.properties


RULE = Rule("checked-records", "give the record a health check, and its alias evaluate_target_health=True", check)
