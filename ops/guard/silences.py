"""What the schemas do not say: changes that they let pass, and that make another resource, fail or destroy.

Found by comparing them with `@aws-cdk/cloudformation-diff` over every property of the fleet's templates (a test does),
and in the documentation of the services. A row makes a judgement stricter, never milder.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ops.guard.change import Action
from ops.guard.paths import Path

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Silence:
    """One property of one type."""

    type: str
    property: Path
    action: Action
    why: str
    """Continues `<property> `: `is fixed at creation`."""
    source: str
    unless: Callable[[Properties, Properties], bool] = lambda _before, _after: False
    """When the row does not hold: of the properties before and after."""


def _peers_are_added(before: Properties, after: Properties) -> bool:
    """The second step of a pair of DSQL clusters: each, made with its witness, is told of the other."""
    old, new = before.get("MultiRegionProperties") or {}, after.get("MultiRegionProperties") or {}
    return bool(
        old.get("WitnessRegion")
        and old.get("WitnessRegion") == new.get("WitnessRegion")
        and not old.get("Clusters")
        and new.get("Clusters")
    )


def _rows(type_name: str, properties: str, action: Action, why: str, source: str) -> tuple[Silence, ...]:
    return tuple(Silence(type_name, tuple(one.split(".")), action, why, source) for one in properties.split())


SILENCES: tuple[Silence, ...] = (
    *_rows(
        "AWS::KMS::Key",
        "KeySpec KeyUsage MultiRegion Origin",
        Action.REPLACE,
        "cannot be changed: the update fails, and only another key has another",
        "CloudFormation user guide, AWS::KMS::Key: 'You cannot change the KeySpec of an existing KMS key'; likewise "
        "KeyUsage, MultiRegion and Origin",
    ),
    Silence(
        "AWS::DSQL::Cluster",
        ("MultiRegionProperties",),
        Action.REPLACE,
        "makes another cluster of it, except when peers are added beside an unchanged witness",
        "Aurora DSQL user guide, configuring multi-region clusters; hashicorp/terraform-provider-aws 41868 "
        "(witness_region requires replacement)",
        unless=_peers_are_added,
    ),
    *_rows(
        "AWS::EKS::Cluster",
        "ResourcesVpcConfig.SubnetIds",
        Action.MAY_REPLACE,
        "may only be changed to subnets of the same zones",
        "Amazon EKS user guide, network requirements: subnets given later must be of the same set of zones",
    ),
    *_rows(
        "AWS::Route53::RecordSet",
        "Name Type SetIdentifier",
        Action.REPLACE,
        "is what the record is known by: another one is made, and this one removed",
        "CloudFormation registry, AWS::Route53::RecordSet, primaryIdentifier",
    ),
)


def silences(type_name: str) -> tuple[Silence, ...]:
    return _BY_TYPE.get(type_name, ())


_BY_TYPE: dict[str, tuple[Silence, ...]] = {
    name: tuple(one for one in SILENCES if one.type == name) for name in {one.type for one in SILENCES}
}
