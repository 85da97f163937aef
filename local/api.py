"""Resource types that moto's CloudFormation lacks (or gets wrong) and its APIs have: one row a type.

A row names the API call that makes the resource; the properties become its parameters by name (`local.shapes`), and
`Ref` and `Fn::GetAtt` are read from the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from local.clients import client
from local.made import Missing, Place, at, fill
from local.schemas import schema
from local.shapes import Mapped

Answer = dict[str, Any]
Finish = Callable[["Making"], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Row:
    """How a resource type is made through an API."""

    type: str
    call: str
    """`eks.create_cluster`: boto3 service and method."""
    answer: str = ""
    """Path in the call's answer to what was made."""
    ref: str = ""
    """`Ref`: a path or pattern in what was made; derived from the schema's identifier when empty."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """`GetAtt` name -> path or pattern, where the names differ. Starts with `=` when it reads the properties."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """Property -> parameter, where the names differ."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that are always sent; `{account}` stands for the account's id."""
    inside: str = ""
    """Name of the one parameter that all properties belong in (CloudFront's `DistributionConfig`)."""
    tags: str = ""
    """EC2's resource type, where tags go into `TagSpecifications`."""
    name: str = ""
    """Property that CloudFormation invents when the template leaves it out."""
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """Rewrites the properties before they are mapped."""
    finish: Finish | None = None
    """Further calls after the first; may return more attributes."""
    update: Callable[[Making, str], None] | None = None
    """Changes the resource of the given `Ref` to the new properties, where a stack update is supported."""


@dataclass
class Making:
    """One resource being made: its properties, the answer so far, and clients of its account and region."""

    row: Row
    place: Place
    properties: dict[str, Any]
    answer: Answer = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return client(service, self.place.account, self.place.region)

    def made(self, path: str) -> Any:
        """A value of what was made."""
        return at(self.answer, path)


@dataclass(frozen=True)
class Made:
    """A resource with an API behind it."""

    ref: str
    answer: Answer
    properties: dict[str, Any]
    row: Row
    ignored: tuple[str, ...]
    """Properties that moto's API cannot hold."""

    def attribute(self, name: str) -> Any:
        """What `Fn::GetAtt` answers.

        Raises:
            Missing: neither the answer nor the properties have it.
        """
        path = self.row.attributes.get(name, name)
        if path.startswith("="):
            return at(self.properties, path[1:])
        try:
            return fill(path, self.answer) if "{" in path else at(self.answer, path)
        except Missing:
            return at(self.properties, name)


def make(row: Row, place: Place, properties: dict[str, Any]) -> Made:
    """Make a resource through its API."""
    making = Making(row, place, dict(properties))
    if row.name and row.name not in making.properties:
        making.properties[row.name] = f"{place.stack}-{place.logical_id}"
    service, _, method = row.call.partition(".")
    api = making.client(service)
    answer = getattr(api, method)(**parameters_of(making, method, service))
    making.answer = {key: value for key, value in answer.items() if key != "ResponseMetadata"}
    if row.answer:
        making.answer = at(making.answer, row.answer)
    more = row.finish(making) if row.finish else None
    found = {**making.answer, **(more or {})}
    return Made(_ref(row, found, making.properties), found, making.properties, row, tuple(making.ignored))


def parameters_of(making: Making, method: str, service: str) -> dict[str, Any]:
    """The parameters of a call for the properties at hand."""
    row, place = making.row, making.place
    properties = row.prepare(dict(making.properties)) if row.prepare else dict(making.properties)
    tags = {**dict(place.tags), **_tags(properties.pop("Tags", None))}
    shape = _input_shape(making.client(service), method)
    for name, parameter in row.rename.items():
        if name in properties:
            properties[parameter] = properties.pop(name)
    inner = shape.members[row.inside] if row.inside else shape
    if row.tags and tags:
        specification = {"ResourceType": row.tags, "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
        properties["TagSpecifications"] = [specification]
    elif tags and "Tags" in inner.members:
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    elif tags and "tags" in inner.members:
        properties["tags"] = tags
    mapped = Mapped(inner, properties)
    making.ignored = mapped.ignored
    parameters = {row.inside: mapped.parameters} if row.inside else mapped.parameters
    fixed = {name: place.account if value == "{account}" else value for name, value in row.fixed.items()}
    return {**parameters, **fixed}


def _tags(value: Any) -> dict[str, str]:
    """Tags of a template: a list of pairs, or a map (SSM, EKS node groups)."""
    if isinstance(value, list):
        return {one["Key"]: str(one["Value"]) for one in value}
    return {key: str(one) for key, one in (value or {}).items()}


@cache
def _input_shape(api: Any, method: str) -> Any:
    operation = api.meta.method_to_api_mapping[method]
    return api.meta.service_model.operation_model(operation).input_shape


def _ref(row: Row, answer: Answer, properties: dict[str, Any]) -> str:
    if row.ref.startswith("="):
        return str(at(properties, row.ref[1:]))
    if row.ref:
        return fill(row.ref, answer)
    known = schema(row.type)
    assert known is not None, f"{row.type} is not a type of CloudFormation"

    def part(name: str) -> str:
        path = row.attributes.get(name, name)
        try:
            return fill(path, answer)
        except Missing:
            return str(at(properties, name))

    return "|".join(part(name) for name in known.identifier)
