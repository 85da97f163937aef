"""CloudFormation's own schemas and rules over an assembly: the validation that the CDK ships.

Its engine takes seconds to start and 2 ms for a resource, so it is made to run beside a synthesis: what goes in is a
folder, what comes out is text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk
import jsii
from constructs import IConstruct

from fleet.phases import StackPlan
from hypercell.guards.canonical import canonical
from hypercell.guards.findings import Finding
from hypercell.guards.template import Assembly, read_assembly


def engine(plans: Mapping[str, StackPlan]) -> Callable[[str], str]:
    """Start the engine. What it returns takes the folder of an assembly and gives its findings as JSON (`read`).

    Of cells that are one text in one region it looks at one: 24 cells are 5 texts.
    """
    plugin = cdk.CloudFormationValidatePlugin()

    def judge(folder: str) -> str:
        assembly = read_assembly(Path(folder), plans)
        found = []
        for violation in plugin.validate(_Different(assembly)).violations:
            for resource in violation.violating_resources:
                stack = Path(resource.template_path or "").name.removesuffix(".template.json")
                path = assembly.path(stack, resource.resource_logical_id or "")
                found.append([violation.rule_name, path, violation.description, violation.fix or ""])
        return json.dumps(found)

    return judge


def read(said: str) -> list[Finding]:
    """The findings that the engine gave as JSON: errors and warnings."""
    return [Finding(*fields) for fields in json.loads(said)]


@jsii.implements(cdk.IPolicyValidationContext)
class _Different:
    """A context with one cell of each text and region, and every other stack."""

    def __init__(self, assembly: Assembly) -> None:
        different: dict[tuple[str, str], cdk.PolicyValidationStack] = {}
        for name, template in assembly.templates.items():
            plan = template.plan
            file = assembly.folder / f"{name}.template.json"
            # Cells are most of a fleet; the few others that would collapse cost more to compare than to look at.
            text = canonical(file.read_text(), plan) if plan.kind == "cell" else name
            stack = cdk.PolicyValidationStack(
                stack_construct_path=name, template_path=str(file), account_id=plan.account, region=plan.region
            )
            different.setdefault((plan.region, text), stack)
        self._stacks = list(different.values())

    @property
    def app_construct(self) -> IConstruct:
        raise AttributeError("CloudFormation's validation looks at templates only")

    @property
    def stack_templates(self) -> list[cdk.PolicyValidationStack]:
        return self._stacks

    @property
    def template_paths(self) -> list[str]:
        return [stack.template_path for stack in self._stacks]

    @property
    def account_id(self) -> str | None:
        return None

    @property
    def region(self) -> str | None:
        return None
