"""Mini-templates: a stack of some kind with a few resources, judged by one rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fleet.model import Fleet
from fleet.phases import every_stack
from hypercell.guards.rule import Rule
from hypercell.guards.template import Assembly, Template

TAGS = {"fleet:name": "skyline", "fleet:stage": "production", "fleet:team": "platform", "fleet:cell": "use1-a"}


@pytest.fixture
def broken(fleet: Fleet) -> Callable[..., list[tuple[str, str]]]:
    """`broken(RULE, {"Key": {...}}, kind="keys")`: logical id and complaint of each place."""
    plans = {plan.name: plan for plan in every_stack(fleet)}

    def judge(
        rule: Rule, resources: dict[str, Any], *, kind: str = "cell", others: dict[str, Any] | None = None, **more: Any
    ) -> list[tuple[str, str]]:
        plan = next(plan for plan in plans.values() if plan.kind == kind)
        outputs = more.pop("outputs", {})
        template = Template(plan, {"Resources": resources, "Outputs": outputs}, **({"tags": TAGS} | more))
        neighbours = {name: Template(plans[name], content) for name, content in (others or {}).items()}
        assembly = Assembly(plans, {plan.name: template, **neighbours})
        return [(found.resource, found.what) for found in rule.check(template, assembly)]

    return judge


@pytest.fixture
def policy() -> Callable[..., dict[str, Any]]:
    """A managed policy of one statement."""

    def make(**statement: Any) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}
        return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}

    return make


@pytest.fixture
def role() -> Callable[..., dict[str, Any]]:
    """A role with one trust statement."""

    def make(**statement: Any) -> dict[str, Any]:
        trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **statement}]}
        return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "PermissionsBoundary": "b"}}

    return make
