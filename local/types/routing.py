"""The zone, its records, its health checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.api import Making, Row

Properties = dict[str, Any]

_OF_A_SET = (
    "AliasTarget", "Failover", "GeoLocation", "HealthCheckId", "MultiValueAnswer", "Name", "Region", "ResourceRecords",
    "SetIdentifier", "TTL", "Type", "Weight",
)  # fmt: skip


def _set(record: Properties) -> Properties:
    """A record of a template as Route 53's record set."""
    made = {name: record[name] for name in _OF_A_SET if name in record}
    if "ResourceRecords" in made:
        made["ResourceRecords"] = [{"Value": value} for value in made["ResourceRecords"]]
    if "AliasTarget" in made:
        made["AliasTarget"] = {"EvaluateTargetHealth": False, **made["AliasTarget"]}
    return made


def _change(zone: str, records: list[Properties]) -> Properties:
    changes = [{"Action": "CREATE", "ResourceRecordSet": _set(record)} for record in records]
    return {"HostedZoneId": zone, "ChangeBatch": {"Changes": changes}}


def _health_check(properties: Properties) -> Properties:
    return {"HealthCheckConfig": properties["HealthCheckConfig"]}


def _tag(making: Making, kind: str, identifier: str, wanted: list[Properties]) -> None:
    tags = [{"Key": key, "Value": value} for key, value in making.place.tags] + wanted
    if tags:
        making.client("route53").change_tags_for_resource(ResourceType=kind, ResourceId=identifier, AddTags=tags)


def _checked(making: Making) -> Mapping[str, Any]:
    identifier = making.made("Id")
    _tag(making, "healthcheck", identifier, making.properties.get("HealthCheckTags", []))
    return {"HealthCheckId": identifier}


def _zone_properties(properties: Properties) -> Properties:
    zone: Properties = {"Name": properties["Name"]}
    if "HostedZoneConfig" in properties:
        zone["HostedZoneConfig"] = properties["HostedZoneConfig"]
    if properties.get("VPCs"):
        zone["VPC"] = properties["VPCs"][0]
    return zone


def _zone(making: Making) -> Mapping[str, Any]:
    identifier = making.made("HostedZone.Id").rpartition("/")[2]
    for vpc in making.properties.get("VPCs", [])[1:]:
        making.client("route53").associate_vpc_with_hosted_zone(HostedZoneId=identifier, VPC=vpc)
    _tag(making, "hostedzone", identifier, making.properties.get("HostedZoneTags", []))
    return {"Id": identifier}


class _Reference(dict[str, Any]):
    """Parameters with a caller's reference, which Route 53 wants to be new each time."""


def _referenced(making_properties: Properties, noun: str) -> Properties:
    import uuid

    return {**making_properties, "CallerReference": f"{noun}-{uuid.uuid4()}"}


ROWS = (
    Row(
        "AWS::Route53::HostedZone", "route53.create_hosted_zone", ref="Id", finish=_zone,
        attributes={"NameServers": "DelegationSet.NameServers"},
        prepare=lambda p: _referenced(_zone_properties(p), "zone"),
    ),
    Row(
        "AWS::Route53::RecordSet", "route53.change_resource_record_sets", ref="=Name",
        prepare=lambda p: _change(p["HostedZoneId"], [p]),
    ),
    Row(
        "AWS::Route53::RecordSetGroup", "route53.change_resource_record_sets", ref="=HostedZoneId",
        prepare=lambda p: _change(p["HostedZoneId"], p["RecordSets"]),
    ),
    Row(
        "AWS::Route53::HealthCheck", "route53.create_health_check", "HealthCheck", ref="Id", finish=_checked,
        prepare=lambda p: _referenced(_health_check(p), "check"),
    ),
)  # fmt: skip
