"""The steps of a first deployment."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleet import phases
from ops.phases import steps


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_the_steps_deploy_every_stack_once_and_linked_databases_twice(fleet_of, name):
    fleet = fleet_of(name)
    times = Counter(stack for step in steps(fleet) for stack in step.stacks)
    pending = {stack for step in steps(fleet) if step.peering == "pending" for stack in step.stacks}
    plans = phases.every_stack(fleet)
    assert set(times) == {plan.name for plan in plans}
    for plan in plans:
        twice = plan.kind == "dsql" and plan.name in pending
        assert times[plan.name] == (2 if twice else 1), plan.name


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_no_step_comes_before_what_its_stacks_wait_for(fleet_of, name):
    fleet = fleet_of(name)
    first = {}
    for number, step in enumerate(steps(fleet)):
        for stack in step.stacks:
            first.setdefault(stack, number)
    for plan in phases.every_stack(fleet):
        assert all(first[earlier] <= first[plan.name] for earlier in plan.after), plan.name


def test_the_first_deployment_of_a_linked_pair_is_pending(fleet):
    titles = [step.title for step in steps(fleet)]
    assert titles.index("databases, pending") < titles.index("databases, linked")
    pending = next(step for step in steps(fleet) if step.peering)
    assert "-c peering=pending" in pending.command(Path("blueprints/hypergrowth"))


def _reads(value: object) -> Iterator[str]:
    """Names of the stacks whose outputs a template reads."""
    if isinstance(value, dict):
        if "Fn::GetStackOutput" in value:
            yield value["Fn::GetStackOutput"]["StackName"]
        for inner in value.values():
            yield from _reads(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _reads(inner)


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_whatever_a_stack_reads_was_deployed_by_an_earlier_step_or_with_it(fleet_of, whole, name):
    fleet = fleet_of(name)
    first: dict[str, int] = {}
    for number, step in enumerate(steps(fleet)):
        for stack in step.stacks:
            first.setdefault(stack, number)
    reads = 0
    for plan in phases.every_stack(fleet):
        template = json.loads((whole(name).templates / f"{plan.name}.template.json").read_text())
        for producer in set(_reads(template)):
            reads += 1
            if plan.kind == "dsql" and "-dsql-" in producer:
                continue  # a peer: the second of the two deployments reads it
            assert first[producer] <= first[plan.name], f"{plan.name} reads {producer}, which comes later"
            if first[producer] == first[plan.name]:
                assert producer in plan.after, f"{plan.name} and {producer} come in one step, in no order"
    assert reads
