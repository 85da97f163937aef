"""moto's CloudFormation models for the types of `local.types`, for records, and nothing for what does not exist.

Every direct subclass of moto's `CloudFormationModel` registers itself; one made here for a type moto knows replaces
moto's own.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError
from moto.core.common_models import CloudFormationModel

from local.api import Made, Making, Row, make
from local.made import Missing, Place
from local.records import Record
from local.schemas import schema
from local.types import ROWS

_NATIVE = frozenset(known.cloudformation_type() for known in parsing.get_model_list())
"""Types that moto's own CloudFormation makes, looked up before ours are among them."""


class Unmakeable(Exception):
    """A resource that could not be made; the text says why."""


class Standing(CloudFormationModel):
    """A resource of the local AWS as moto's CloudFormation wants to see it."""

    def __init__(self, thing: Made | Record) -> None:
        self.thing = thing
        self.physical_resource_id = thing.ref

    def get_cfn_attribute(self, name: str) -> Any:
        try:
            return self.thing.attribute(name)
        except Missing:
            raise UnformattedGetAttTemplateException from None

    def is_created(self) -> bool:
        return True


@cache
def model(type_name: str) -> Any:
    """The class that makes resources of a type: an API row, or a record; None for a type nobody knows."""
    known = schema(type_name)
    if known is None:
        return None
    row = ROWS.get(type_name)

    def create(cls: Any, _name: str, definition: Any, account: str, region: str, **kwargs: Any) -> Standing:
        place = _place(account, region, kwargs["StackId"], kwargs["LogicalId"])
        properties = definition.get("Properties", {})
        if row is None:
            return cls(Record(place, known, properties))  # type: ignore[no-any-return]
        try:
            return cls(make(row, place, properties))  # type: ignore[no-any-return]
        except (ClientError, ParamValidationError, Missing, TypeError) as error:
            raise Unmakeable(str(error)) from error

    creator: Any = create
    members: dict[str, Any] = {
        "cloudformation_name_type": staticmethod(lambda: ""),
        "cloudformation_type": staticmethod(lambda: type_name),
        "has_cfn_attr": classmethod(lambda _cls, name: name in known.attributes),
        "create_from_cloudformation_json": classmethod(creator),
        "update_from_cloudformation_json": classmethod(_updater(row, type_name)),
    }
    # A direct subclass of moto's, with Standing's behaviour: moto looks at direct subclasses only.
    behaviour = {name: getattr(Standing, name) for name in ("__init__", "get_cfn_attribute", "is_created")}
    name = type_name.replace("::", "")
    metaclass: Any = type(CloudFormationModel)
    return metaclass(name, (CloudFormationModel,), {**behaviour, **members})


def _updater(row: Row | None, type_name: str) -> Any:
    def update(
        cls: Any,
        original_resource: Any,
        new_resource_name: str,  # noqa: ARG001  (moto's signature)
        cloudformation_json: Any,
        account_id: str,
        region_name: str,
    ) -> Any:
        if row is None or row.update is None:
            raise ValidationError(message=f"the local AWS does not update {type_name}: deploy afresh")
        properties = cloudformation_json["Properties"]
        place = Place(account_id, region_name, "", "")
        row.update(Making(row, place, properties), original_resource.physical_resource_id)
        before: Made = original_resource.thing
        return cls(Made(before.ref, before.answer, properties, row, before.ignored))

    return update


def _place(account: str, region: str, stack_id: str, logical_id: str) -> Place:
    from moto.cloudformation.models import cloudformation_backends

    stack = cloudformation_backends[account][region].stacks[stack_id]
    return Place(account, region, stack.name, logical_id, tuple(stack.tags.items()))


def register() -> None:
    """Make moto see the classes of all rows; safe to call again."""
    for type_name in ROWS:
        model(type_name)
    for lookup in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        lookup.cache_clear()


def recorded_only(type_name: str) -> bool:
    """Whether resources of a type are records: no API of the local AWS knows them."""
    return type_name not in ROWS and type_name not in _NATIVE


def exists(type_name: str) -> bool:
    """Whether CloudFormation has such a type."""
    return schema(type_name) is not None
