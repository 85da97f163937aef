"""The one base of all stacks: where it lives, its tags, its protection, and how it reads other stacks."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import aws_cdk as cdk
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.phases import StackPlan
from fleet.region import Region
from fleet.service import Service


class FleetStack(cdk.Stack):
    """A stack of the plan. Explicit environment, termination protection, tags from the fleet.

    Tags stand on the stack, and CloudFormation hands them to every resource that can carry them: one owner,
    and templates a third smaller than with tags on each resource.
    """

    about: ClassVar[str]
    """One sentence: the stack's description."""

    def __init__(self, scope: Construct, plan: StackPlan, fleet: Fleet) -> None:
        super().__init__(
            scope,
            plan.name,
            stack_name=plan.name,
            description=self.about,
            env=cdk.Environment(account=plan.account, region=plan.region),
            termination_protection=True,
            tags=_tags(plan, fleet),
            analytics_reporting=False,
            permissions_boundary=_boundary(plan, fleet),
        )
        self.plan = plan
        self.fleet = fleet
        self.build()

    def build(self) -> None:
        """Put the parts in. Each kind of stack writes its own."""
        raise TypeError(f"{type(self).__name__} builds nothing")

    def publish(self, output: str, value: str) -> None:
        """Publish what AWS mints, always, whether or not a reader is in this synthesis."""
        assert output.isalnum(), output  # the id of what stands right under a stack is its logical id as well
        cdk.CfnOutput(self, output, value=value)

    def read(self, stack: str, output: str, *, region: str | None = None, alias: str | None = None) -> str:
        """A token for another stack's output, resolved by CloudFormation when this stack is deployed.

        Args:
            stack: name of the producer (`fleet.names`, `fleet.phases`).
            output: id of the output (`fleet.names`).
            region: where the producer lives, when elsewhere.
            alias: the account the producer lives in, when another; its `outputs-reader` role is taken.
        """
        other = alias is not None and self.fleet.accounts[alias] != self.plan.account
        role = names.outputs_reader_arn(self.fleet, alias) if other and alias else None
        elsewhere = region if region != self.plan.region else None
        return _stack_output(stack, output, elsewhere, role)


class RegionStack(FleetStack):
    """A stack about one region of the fleet."""

    @property
    def home(self) -> Region:
        assert isinstance(self.plan.subject, Region), self.plan
        return self.plan.subject

    def from_network(self, output: str) -> str:
        """An output of this region's network stack."""
        return self.read(names.stack(self.fleet, self.home.code, "network"), output)

    def key_arn(self, purpose: str) -> str:
        """ARN of one of this region's keys (`names.REGION_KEYS`)."""
        return self.read(names.stack(self.fleet, self.home.code, "keys"), names.key_output(purpose))


class CellStackBase(RegionStack):
    """A stack about one cell."""

    @property
    def cell(self) -> Cell:
        assert isinstance(self.plan.subject, Cell), self.plan
        return self.plan.subject

    @property
    def home(self) -> Region:
        return self.cell.region


@cache
def _stack_output(stack: str, output: str, region: str | None, role: str | None) -> str:
    """One token for all readers of an output: it says the same everywhere, and each costs a call into Node."""
    return cdk.Fn.get_stack_output(stack, output, region, role)


def _boundary(plan: StackPlan, fleet: Fleet) -> cdk.PermissionsBoundary | None:
    """Every role carries the account's boundary, save those of the stack that makes it."""
    if plan.kind == "account":
        return None
    return cdk.PermissionsBoundary.from_name(names.permission_boundary(fleet, plan.alias))


def _tags(plan: StackPlan, fleet: Fleet) -> dict[str, str]:
    tags = {"fleet:name": fleet.name, "fleet:stage": fleet.stage, "fleet:team": fleet.operators}
    if plan.scope is not None:
        tags["fleet:region"] = plan.scope.code
    if isinstance(plan.subject, Cell):
        tags["fleet:cell"] = plan.subject.name
    if isinstance(plan.subject, Service):
        tags |= {"fleet:service": plan.subject.name, "fleet:team": plan.subject.team}
    return tags
