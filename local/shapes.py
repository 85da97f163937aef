"""CloudFormation properties -> the parameters of an API call, guided by botocore's shapes.

CloudFormation writes `KmsKeyArn` where an API has `kmsKeyArn`, a list of tags where it has a map, a plain list where
CloudFront has `{Quantity, Items}`, `"true"` where it has a boolean. The names are the same but for case, so one walk over
the shape does for every service.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any


class Mapped:
    """Parameters of a call, and the properties that the call has no member for.

    Attributes:
        parameters: what to call with.
        ignored: dotted names of properties that no member carries.
    """

    def __init__(self, shape: Any, properties: dict[str, Any]) -> None:
        self.ignored: list[str] = []
        self.parameters: dict[str, Any] = self._structure(shape, properties, "") if shape is not None else {}

    def _value(self, shape: Any, value: Any, path: str) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self._structure(shape, value, path)
        if kind == "list":
            values = value if isinstance(value, list) else [value]
            return [self._value(shape.member, one, path) for one in values]
        if kind == "map":
            return self._map(shape, value, path)
        return _scalar(kind, value)

    def _structure(self, shape: Any, value: Any, path: str) -> dict[str, Any]:
        members = _members(shape)
        if isinstance(value, list) and "items" in members:
            counted = {"Quantity": len(value)} if "quantity" in members else {}
            items = shape.members[members["items"]]
            return {**counted, "Items": self._value(items, value, path)} if value else counted
        if not isinstance(value, dict):
            raise TypeError(f"{path}: expected an object, got {value!r}")
        parameters: dict[str, Any] = {}
        for name, one in value.items():
            dotted = f"{path}.{name}" if path else name
            member = members.get(_plain(name))
            if member is None:
                self.ignored.append(dotted)
            elif one is not None:
                parameters[member] = self._value(shape.members[member], one, dotted)
        return parameters

    def _map(self, shape: Any, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, list):
            value = {one["Key"]: one["Value"] for one in value}
        if not isinstance(value, dict):
            raise TypeError(f"{path}: expected a map, got {value!r}")
        return {str(key): self._value(shape.value, one, f"{path}.{key}") for key, one in value.items()}


def _scalar(kind: str, value: Any) -> Any:
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return str(value).lower() == "true"
    if kind == "blob":
        return value.encode() if isinstance(value, str) else value
    if kind == "string":
        if isinstance(value, bool):
            return str(value).lower()
        return json.dumps(value) if isinstance(value, dict | list) else str(value)
    return value


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


@cache
def _members(shape: Any) -> dict[str, str]:
    """Member names by their lower-case spelling; a shape is asked thousands of times."""
    return {_plain(name): name for name in shape.members}
