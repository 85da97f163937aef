"""What two cells depend on is on the declared list, and nothing stands there for nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ops.guard.change import Action, Change
from ops.guard.comparison import Comparison
from ops.guard.declared import MESH, ROWS, declared
from ops.guard.reach import Reach
from ops.guard.shared import objections, shared
from ops.guard.snapshot import Snapshot
from tests.ops.guard.fleets import edited

BLUEPRINTS = ("day-one", "growth", "hypergrowth")


@pytest.fixture(scope="module")
def reached(standing: Callable[[str], Snapshot]) -> dict[tuple[str, str], str]:
    """Kind of stack and type of every resource of any blueprint that two cells depend on, to an example."""
    found = {}
    for name in BLUEPRINTS:
        side = standing(name)
        reach = Reach(Comparison(side, side, ()))
        for stack in side.stacks.values():
            for logical, one in stack.resources.items():
                if len(reach.cells_of(side, stack.name, logical)) > 1:
                    found[side.record.stacks[stack.name].kind, one["Type"]] = f"{name}: {stack.name}/{logical}"
    return found


def test_every_shared_resource_of_the_blueprints_is_declared(reached: dict[tuple[str, str], str]) -> None:
    assert {place: example for place, example in reached.items() if declared(*place) is None} == {}


def test_every_row_of_the_list_is_used(reached: dict[tuple[str, str], str]) -> None:
    rows = {(row.kind, f"AWS::{name}") for row in ROWS for name in row.types}
    assert rows - reached.keys() == set()


def test_no_row_is_written_twice() -> None:
    rows = [(row.kind, name) for row in ROWS for name in row.types]
    assert len(rows) == len(set(rows))


def fates(base: Snapshot, head: Snapshot, *changes: Change) -> tuple[Any, ...]:
    compared = Comparison(base, head, changes)
    return shared(compared, Reach(compared))


def test_a_new_kind_of_shared_resource_must_be_declared_first(big: Snapshot) -> None:
    def add(resources: dict[str, Any]) -> None:
        resources["Gateway"] = {"Type": "AWS::EC2::TransitGateway", "Properties": {}}

    head = edited(big, "skyline-use1-network", add)
    [one] = fates(big, head, Change(Action.CREATE, "skyline-use1-network", "Gateway", "AWS::EC2::TransitGateway"))
    assert (len(one.cells), one.declared) == (6, None)
    [objection] = objections((one,))
    assert objection.rule == "shared-fate"


def test_a_resource_of_one_cell_that_another_reads_is_shared(big: Snapshot) -> None:
    """The route of another cell that leads through a table of this one."""
    here, there = "skyline-use1-a-cell", "skyline-use1-b-cell"
    [output] = [name for name in big.stacks[here].template["Outputs"] if name == "IngressDnsName"]
    read = {"Fn::GetStackOutput": {"StackName": here, "OutputName": output}}

    def add(resources: dict[str, Any]) -> None:
        resources["Borrowed"] = {"Type": "AWS::SSM::Parameter", "Properties": {"Value": read}}

    head = edited(big, there, add)
    [balancer] = [
        name
        for name, one in big.stacks[here].resources.items()
        if one["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer" and "ingress" in str(one["Properties"]["Name"])
    ]
    change = Change(Action.UPDATE, here, balancer, "AWS::ElasticLoadBalancingV2::LoadBalancer")
    assert fates(big, big, change) == ()
    [one] = fates(head, head, change)
    assert (one.cells, one.declared) == ({"use1-a", "use1-b"}, None)


def with_object(side: Snapshot, cell: str, value: str) -> Snapshot:
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "peers"}, "data": {"peers": value}}
    return replace(side, bundles={**side.bundles, (cell, "platform"): {"mesh": [one]}})


@pytest.mark.parametrize(("joining", "declared_as"), [(True, MESH), (False, None)])
def test_cells_speak_of_each_other_only_when_one_joins_or_leaves(
    big: Snapshot, joining: bool, declared_as: str | None
) -> None:
    base, head = with_object(big, "use1-a", "use1-b"), with_object(big, "use1-a", "use1-b use1-c")
    if joining:
        cells = {key: cell for key, cell in big.record.cells.items() if key != "use1-c"}
        base = replace(base, record=big.record.model_copy(update={"cells": cells}))
    [one] = fates(base, head, Change(Action.UPDATE, "use1-a/platform", "ConfigMap peers", "ConfigMap"))
    assert (one.cells, one.declared) == ({"use1-a", "use1-c"}, declared_as)
