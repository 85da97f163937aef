"""Calls prefer their own cell: where they arrive, and how much more that is than an even share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from fleet import capacity
from fleet.arrivals import arrivals, unevenness
from fleet.load import read_folder
from fleet.model import Fleet
from fleet.placement import propose
from tests.fleet.fleets import Tree, fleet_of, trees

HYPERGROWTH = Path(__file__).parents[2] / "blueprints" / "hypergrowth"
DEMAND = {"rps": 3000, "per_pod": 10, "cpu": "500m", "memory": "1Gi"}


def fleet(services: dict[str, Any], placed: dict[str, list[str]]) -> Fleet:
    """Hypergrowth's first market with other services, in which losing a region adds nothing."""
    tree = read_folder(HYPERGROWTH).tree
    tree["regions"] = {"us-east-1": tree["regions"]["us-east-1"]}
    tree["services"], tree["placements"] = services, {"us-east-1": placed}
    return fleet_of(tree)


def called(callee_cells: list[str]) -> Fleet:
    services = {
        "caller": {"tier": 1, "cells": 3, "calls": ["callee"], "demand": DEMAND},
        "callee": {"tier": 1, "cells": len(callee_cells), "demand": DEMAND},
    }
    return fleet(services, {"caller": ["a", "b", "c"], "callee": callee_cells})


def test_a_callee_in_the_cells_of_its_caller_is_called_evenly():
    one = called(["a", "b", "c"])
    assert arrivals(one.regions["us-east-1"])["callee"] == pytest.approx({"a": 1000, "b": 1000, "c": 1000})
    assert unevenness(one) == ()


def test_cells_without_callers_get_nothing_while_the_others_have_pods():
    one = called(["a", "b", "c", "d", "e"])
    region = one.regions["us-east-1"]
    assert arrivals(region)["callee"] == pytest.approx({"a": 1000, "b": 1000, "c": 1000, "d": 0, "e": 0})
    assert arrivals(region, ["a", "b"])["callee"] == pytest.approx({"c": 3000, "d": 0, "e": 0})
    (worst,) = unevenness(one)
    # Limits are for a third of the peak in each of three cells that are left; all of it arrives in one.
    assert (worst.service, worst.ratio) == ("callee", pytest.approx(3))
    assert worst.lost.endswith("are lost")
    assert worst.full == pytest.approx(worst.limit / 0.6)


def test_calls_of_a_cell_without_the_callee_go_evenly_to_those_that_have_it():
    found = arrivals(called(["a", "d", "e"]).regions["us-east-1"])["callee"]
    assert found == pytest.approx({"a": 1000 + 2000 / 3, "d": 2000 / 3, "e": 2000 / 3})


def test_what_arrives_uneven_goes_on_uneven():
    services = {
        "first": {"tier": 1, "cells": 3, "calls": ["second"], "demand": DEMAND},
        "second": {"tier": 1, "cells": 3, "calls": ["third"], "demand": DEMAND},
        "third": {"tier": 1, "cells": 3, "demand": DEMAND},
    }
    one = fleet(services, {"first": ["a", "b", "c"], "second": ["a", "d", "e"], "third": ["a", "d", "e"]})
    found = arrivals(one.regions["us-east-1"])
    assert found["third"] == pytest.approx(found["second"])


def test_viewers_enter_by_weights():
    services = {"shop": {"tier": 1, "cells": 3, "routes": ["api.skyline.example/"], "demand": DEMAND}}
    found = arrivals(fleet(services, {"shop": ["a", "b", "c"]}).regions["us-east-1"])["shop"]
    assert found == pytest.approx({"a": 1000, "b": 1000, "c": 1000})


@settings(max_examples=60, deadline=None)
@given(trees(states=("active", "proving")))
def test_every_request_arrives_somewhere_while_a_cell_and_its_callers_are_left(tree: Tree):
    for region in (one := fleet_of(tree)).regions.values():
        if not any(cell.effective_weight for cell in region.cells.values()):
            continue
        for name, rates in arrivals(region).items():
            assert set(rates) == {cell.key for cell in capacity.hosts(one.services[name], region)}
            assert sum(rates.values()) == pytest.approx(one.services[name].demand.peak(region.name))


def test_a_proposal_is_less_uneven_than_services_in_turn():
    from benchmarks.crowd import source

    crowd = source(60)
    before = unevenness(fleet_of(crowd.tree))
    plan = propose(fleet_of(crowd.tree), rebalance=True)
    after = unevenness(fleet_of({**crowd.tree, "placements": plan.placements}))
    assert len(after) < len(before)
