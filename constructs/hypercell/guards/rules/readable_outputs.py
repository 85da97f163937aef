"""What a stack reads must be there: published by a planned stack of an earlier phase."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.phases import StackPlan
from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, assembly: Assembly) -> Iterator[Broken]:
    for read in template.reads:
        wanted = f"{read.stack}.{read.output}"
        producer = assembly.plans.get(read.stack)
        if producer is None:
            yield Broken(read.resource, f"reads {wanted}, and the fleet has no such stack")
            continue
        if not _earlier(producer, template.plan) and not _linked(producer, template.plan):
            yield Broken(
                read.resource,
                f"reads {wanted}, which is deployed in phase {producer.phase.name}, "
                f"not before this stack's {template.plan.phase.name}",
            )
        finished = assembly.templates.get(read.stack)
        if finished is not None and read.output not in finished.outputs:
            yield Broken(read.resource, f"reads {wanted}, and that stack publishes no such output")


def _earlier(producer: StackPlan, reader: StackPlan) -> bool:
    return producer.phase < reader.phase or (producer.phase == reader.phase and producer.name in reader.after)


def _linked(producer: StackPlan, reader: StackPlan) -> bool:
    """Two clusters of one generation read each other, in the second deployment (phase LINK)."""
    return producer.kind == reader.kind == "dsql" and producer.subject is reader.subject and producer is not reader


RULE = Rule(
    "readable-outputs",
    "publish the output under its name in fleet/names/, and order the stacks in fleet/phases.py",
    check,
)
