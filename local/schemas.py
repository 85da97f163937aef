"""What CloudFormation's registry says about a resource type: the schemas that come with cfn-lint.

Read as files: importing cfn-lint takes seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Types whose properties can all be read by GetAtt, beyond the read-only ones (as cfn-lint lists them).
_ALL_READABLE = frozenset(
    {
        "AWS::AutoScaling::AutoScalingGroup",
        "AWS::Backup::BackupVault",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPC",
        "AWS::EKS::Nodegroup",
        "AWS::ElastiCache::ReplicationGroup",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::SSM::Parameter",
    }
)


@dataclass(frozen=True)
class TypeSchema:
    """A resource type: what identifies it, what it can be asked for."""

    name: str
    identifier: tuple[str, ...]
    """Names of the properties that make its `Ref`; several are joined by `|`."""
    attributes: frozenset[str]
    """What `Fn::GetAtt` may name, dotted."""
    document: dict[str, Any]

    def kind_of(self, attribute: str) -> str:
        """JSON type of a property or attribute: `string`, `array`, `integer`, …; `string` when the schema does not say."""
        node: dict[str, Any] = self.document
        for part in attribute.split("."):
            node = self._resolve(node.get("properties", {}).get(part, {}))
        kind = node.get("type", "string")
        return kind if isinstance(kind, str) else str(kind[0])

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


@cache
def schema(type_name: str) -> TypeSchema | None:
    """The schema of `AWS::EKS::Cluster`; None for a type CloudFormation does not have.

    The registry of us-east-1 is taken for all regions: whether a region offers a type is cfn-lint's question.
    """
    folder = _folder()
    digest = _registry().get(type_name)
    if digest is None:
        return None
    document = json.loads((folder / "resources" / f"{digest}.json").read_text(encoding="utf-8"))
    readable = {_dotted(pointer) for pointer in document.get("readOnlyProperties", [])}
    if type_name in _ALL_READABLE:
        readable |= set(document["properties"])
    identifier = tuple(_dotted(pointer) for pointer in document.get("primaryIdentifier", []))
    return TypeSchema(type_name, identifier, frozenset(readable), document)


def _dotted(pointer: str) -> str:
    return pointer.removeprefix("/properties/").replace("/properties/", ".").replace("/", ".")


@cache
def _registry() -> dict[str, str]:
    listed: dict[str, str] = json.loads((_folder() / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    return listed


@cache
def _folder() -> Path:
    spec = find_spec("cfnlint")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "schemas"
