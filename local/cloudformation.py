"""moto's CloudFormation, made stricter: unknown types are errors, nothing is dropped silently, and
`Fn::GetStackOutput` resolves across regions and accounts.

Everything that is replaced inside moto 5.2.5 stands here and in `local.speed`.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import yaml
from moto.cloudformation import models, parsing
from moto.cloudformation.exceptions import CloudFormationError, UnformattedGetAttTemplateException, ValidationError
from moto.cloudformation.utils import yaml_tag_constructor
from moto.iam.models import iam_backends

from local import adapters

_clean_json = parsing.clean_json
_create = parsing.parse_and_create_resource
_create_resources = models.Stack.create_resources
_parse = models.Stack.parse_template


def install() -> None:
    """Replace what must be replaced; safe to call again."""
    adapters.register()
    module: Any = parsing
    module.clean_json = clean_json
    module.parse_and_create_resource = create_resource
    module.resource_class_from_type = class_of
    module.resource_name_property_from_type = _name_property
    stack: Any = models.Stack
    stack.parse_template = staticmethod(parse_template)
    stack.create_resources = create_stack


@cache
def _name_property(type_name: str) -> str | None:
    """moto walks all its models for each resource; its own map knows."""
    found: str | None = parsing.get_name_type_map().get(type_name)
    return found


def class_of(type_name: str) -> Any:
    """The class that makes resources of a type.

    Raises:
        ValidationError: CloudFormation has no such type. (moto would warn, and drop the resource and every `Ref` to it.)
    """
    known = parsing.get_model_map().get(type_name) or adapters.model(type_name)
    if known is None:
        raise ValidationError(message=f"{type_name} is not a resource type of CloudFormation")
    return known


def create_stack(self: Any) -> None:
    """Create what a stack holds, and resolve what it publishes: moto does that when somebody asks, and fails then."""
    _create_resources(self)
    for name in self.output_map.outputs:
        _ = self.output_map[name]


def create_resource(logical_id: str, definition: Any, resources: Any, account_id: str, region_name: str) -> Any:
    """Create one resource; whatever goes wrong names the resource."""
    try:
        return _create(logical_id, definition, resources, account_id=account_id, region_name=region_name)
    except CloudFormationError as error:
        if str(error.message).startswith(_MARK):
            raise
        raise ValidationError(message=_named(logical_id, definition, error.message)) from error
    # Any fault inside moto is the reason why this resource could not be made, and CloudFormation would name both.
    except Exception as error:
        raise ValidationError(message=_named(logical_id, definition, _said(error))) from error


_MARK = "resource "


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, adapters.Unmakeable) else f"{type(error).__name__}: {error}"


def _named(logical_id: str, definition: Any, reason: object) -> str:
    return f"{_MARK}{logical_id} ({definition['Type']}): {reason}"


def clean_json(value: Any, resources: Any) -> Any:
    """Resolve intrinsic functions, as moto does, and two that it drops or does not know."""
    if isinstance(value, dict) and len(value) == 1:
        if "Fn::GetAtt" in value:
            return _attribute(value["Fn::GetAtt"], resources)
        if "Fn::GetStackOutput" in value:
            return stack_output(_clean_json(value["Fn::GetStackOutput"], resources), resources)
    return _clean_json(value, resources)


def _attribute(wanted: Any, resources: Any) -> Any:
    """`Fn::GetAtt`; moto answers nothing, and goes on, for an attribute that it has not implemented."""
    name, _, attribute = wanted.partition(".") if isinstance(wanted, str) else (wanted[0], "", wanted[1])
    resource = resources.get(name)
    if resource is None:
        raise ValidationError(message=f"Fn::GetAtt of {name}: no such resource in the template")
    try:
        return resource.get_cfn_attribute(attribute)
    except (UnformattedGetAttTemplateException, NotImplementedError, AttributeError):
        kind = getattr(resource, "cf_resource_type", "")
        raise ValidationError(message=f"Fn::GetAtt {name}.{attribute}: {kind} has no such attribute here") from None


def stack_output(wanted: dict[str, str], resources: Any) -> str:
    """`Fn::GetStackOutput`: an output of another stack, in any region and, through a role, any account.

    Raises:
        ValidationError: the role, the stack or the output is not there.
    """
    region = wanted.get("Region") or resources["AWS::Region"]
    account = resources["AWS::AccountId"]
    role_arn = wanted.get("RoleArn")
    if role_arn:
        account, role = role_arn.split(":")[4], role_arn.rpartition("/")[2]
        if role not in {one.name for one in iam_backends[account]["aws"].roles.values()}:
            raise ValidationError(message=f"Fn::GetStackOutput: no role {role} in account {account}")
    name, output = wanted["StackName"], wanted["OutputName"]
    for stack in models.cloudformation_backends[account][region].stacks.values():
        if stack.name == name and stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            found = stack.output_map[output] if output in stack.output_map.outputs else None
            if found is None:
                raise ValidationError(message=f"Fn::GetStackOutput: stack {name} in {region} has no output {output}")
            return str(found.value)
    raise ValidationError(message=f"Fn::GetStackOutput: no stack {name} stands in {account}, {region}")


def parse_template(template: str) -> dict[str, Any]:
    """A template as a mapping. What the CDK writes is JSON, and PyYAML takes a hundred times longer to see that."""
    try:
        parsed: dict[str, Any] = json.loads(template)
    except json.JSONDecodeError:
        yaml.add_multi_constructor("", yaml_tag_constructor)
        parsed = _parse(template)
    return parsed
