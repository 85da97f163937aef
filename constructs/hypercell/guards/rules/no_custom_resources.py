"""No custom resources: each is a Lambda that must work on the day a region does not."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for type, resources in template.by_type.items():
        if type.startswith("Custom::") or type == "AWS::CloudFormation::CustomResource":
            for resource in resources:
                yield Broken(resource.id, f"is a {type}")


RULE = Rule(
    "no-custom-resources",
    "use the service's own CloudFormation type; what has none belongs to `hypercell preflight` or `rollout`",
    check,
)
