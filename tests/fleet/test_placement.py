"""Where services are proposed to live: loads first, then calls, then moves; and nothing moves unasked."""

from __future__ import annotations

import copy
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks import crowd
from fleet import capacity
from fleet.load import Source, judge, read_folder
from fleet.model import Fleet
from fleet.placement import Plan, propose
from fleet.placing.search import SLACK
from fleet.region import Region
from tests.fleet.fleets import Tree, fleet_of, trees

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
Placed = dict[str, tuple[str, ...]]


def tree_of(stage: str) -> Tree:
    return copy.deepcopy(read_folder(BLUEPRINTS / stage).tree)


@pytest.fixture
def hypergrowth() -> Tree:
    return tree_of("hypergrowth")


def recorded(tree: Tree, region: str) -> Placed:
    return {name: tuple(keys) for name, keys in tree["placements"][region].items()}


def proposed(plan: Plan, region: str) -> Placed:
    return {name: tuple(keys) for name, keys in plan.placements[region].items()}


def worst(region: Region, placed: Placed) -> float:
    """The highest load over all losses against the mean without one, reckoned service by service."""
    cells = [c.key for c in region.cells.values() if c.state in ("proving", "active")]
    room = {key: region.cells[key].nodes - capacity.SYSTEM_NODES for key in cells}
    lost = min(region.fleet.policies.survive.cells, len(cells) - 1)
    found = []
    for kind, whole in ((capacity.pod_cpu, capacity.NODE_CPU), (capacity.pod_memory, capacity.NODE_MEMORY)):
        loads = {}
        for name in placed:
            service = region.fleet.services[name]
            loads[name] = service.demand.peak(region.name) / service.demand.per_pod * kind(service, region) / whole
        mean = sum(loads.values()) / sum(room.values())
        high = 0.0
        for gone in combinations(cells, lost):
            for key in set(cells) - set(gone):
                here = [name for name, keys in placed.items() if key in keys]
                load = sum(loads[name] / len(set(placed[name]) - set(gone)) for name in here)
                high = max(high, load / room[key])
        found.append((mean, high))
    return max(high for _, high in found) / max(mean for mean, _ in found)


def calls_in_their_cell(region: Region, placed: Placed, *, of_tier: tuple[int, ...] = (0, 1, 2, 3)) -> float:
    """The local part of all calls, where every service is called by others or by viewers, and never by both."""
    total = local = 0.0
    for name, service in region.fleet.services.items():
        for call in service.calls:
            callee = region.fleet.services[call.service]
            callers = [s for s in region.fleet.services.values() if call.service in [c.service for c in s.calls]]
            asked = sum(s.demand.peak(region.name) for s in callers)
            rps = service.demand.peak(region.name) * callee.demand.peak(region.name) / asked
            if callee.tier in of_tier:
                total += rps
                local += rps * len(set(placed[name]) & set(placed[call.service])) / len(placed[name])
    return local / total


def test_a_new_cell_moves_nothing_until_asked(hypergrowth):
    hypergrowth["regions"]["us-east-1"]["cells"]["g"] = {"slot": 6}
    plan = propose(fleet_of(hypergrowth))
    assert not plan.changed
    assert proposed(plan, "us-east-1") == recorded(hypergrowth, "us-east-1")
    asked = propose(fleet_of(hypergrowth), rebalance=True)
    assert any("g" in keys for keys in proposed(asked, "us-east-1").values())
    assert asked.regions[0].proposed.worst < plan.regions[0].proposed.worst


def test_a_new_service_is_placed_and_nothing_else(hypergrowth):
    new = {"tier": 2, "cells": 4, "demand": {"rps": 500, "per_pod": 50, "cpu": "500m", "memory": "1Gi"}}
    hypergrowth["services"]["fare-alerts"] = new
    plan = propose(fleet_of(hypergrowth))
    for region in plan.regions:
        assert [change.service for change in region.changes] == ["fare-alerts"]
        assert len(set(region.placement["fare-alerts"])) == 4
        assert {name: keys for name, keys in region.placement.items() if name != "fare-alerts"} == recorded(
            hypergrowth, region.region
        )
    assert plan.moves == 0


def test_a_new_service_goes_where_it_loads_the_worst_cell_least(hypergrowth):
    hypergrowth["services"]["fare-alerts"] = copy.deepcopy(hypergrowth["services"]["slipstream"])
    fleet = fleet_of(hypergrowth)
    region, plan = fleet.regions["us-east-1"], propose(fleet)
    others = recorded(hypergrowth, "us-east-1")
    best = min(worst(region, others | {"fare-alerts": keys}) for keys in combinations("abcdef", 3))
    assert worst(region, proposed(plan, "us-east-1")) <= best * (1 + SLACK) + 1e-9


@pytest.mark.parametrize(("cells", "kept"), [(6, 5), (4, 4)])
def test_more_or_fewer_cells_are_added_to_or_taken_from_those_of_now(hypergrowth, cells, kept):
    hypergrowth["services"]["egressor"]["cells"] = cells
    for region in propose(fleet_of(hypergrowth)).regions:
        (change,) = region.changes
        assert change.service == "egressor"
        assert len(change.after) == cells
        assert len(set(change.before) & set(change.after)) == kept


def test_a_cell_that_drains_gets_a_successor_and_leaves_the_list_when_it_is_retired(hypergrowth):
    cell = hypergrowth["regions"]["us-east-1"]["cells"]["a"] = {"slot": 0, "state": "draining"}
    plan = propose(fleet_of(hypergrowth))
    for change in plan.regions[0].changes:
        assert set(change.before) < set(change.after)
        assert len(change.after) == len(change.before) + 1
    assert {change.service for change in plan.regions[0].changes} == {
        name for name, keys in recorded(hypergrowth, "us-east-1").items() if "a" in keys
    }
    hypergrowth["placements"] = plan.placements
    assert not propose(fleet_of(hypergrowth)).changed
    cell["state"] = "retired"
    for change in propose(fleet_of(hypergrowth)).regions[0].changes:
        assert set(change.before) - set(change.after) == {"a"}
        assert not set(change.after) - set(change.before)


def test_a_service_that_is_gone_leaves_the_list(hypergrowth):
    for keys in hypergrowth["placements"].values():
        keys["fare-alerts"] = ["a", "b", "c"]
    changes = [change for region in propose(fleet_of(hypergrowth)).regions for change in region.changes]
    assert {(change.service, change.after) for change in changes} == {("fare-alerts", ())}


def test_a_placement_as_good_as_any_stays_as_it_is():
    """Every service in every cell, or equal cells under other names: nothing is gained by moving."""
    assert not propose(fleet_of(tree_of("growth")), rebalance=True).changed
    tree = tree_of("hypergrowth")
    tree["placements"] = propose(fleet_of(tree), rebalance=True).placements
    names = dict(zip("abcdef", "bcdefa", strict=True))
    for keys in tree["placements"].values():
        keys.update({name: [names[key] for key in cells] for name, cells in keys.items()})
    assert not propose(fleet_of(tree), rebalance=True).changed


def test_rebalancing_hypergrowth_lowers_the_worst_load_and_keeps_more_calls_in_their_cell(hypergrowth):
    fleet = fleet_of(hypergrowth)
    region, before = fleet.regions["us-east-1"], recorded(hypergrowth, "us-east-1")
    after = proposed(propose(fleet, rebalance=True), "us-east-1")
    assert worst(region, after) < worst(region, before)


def test_callees_of_tier_0_live_in_every_cell_of_their_callers_if_loads_allow(hypergrowth):
    """Fifty callers of one cell size; the tier 0 they call is small, so nothing stands against it."""
    demand = {"rps": 1000, "per_pod": 50, "cpu": "500m", "memory": "1Gi"}
    small = {"rps": 10, "per_pod": 50, "cpu": "100m", "memory": "128Mi"}
    services: dict[str, Any] = {}
    for number in range(20):
        services[f"vital-{number}"] = {"tier": 0, "cells": 4, "demand": small}
        services[f"front-{number}"] = {"tier": 1, "cells": 4, "calls": [f"vital-{number}"], "demand": demand}
    hypergrowth["services"], hypergrowth["placements"] = services, {}
    for placed in propose(fleet_of(hypergrowth)).placements.values():
        for number in range(20):
            assert set(placed[f"front-{number}"]) <= set(placed[f"vital-{number}"])


def test_without_a_mesh_who_is_called_lives_beside_its_caller_whatever_the_loads():
    tree = tree_of("hypergrowth")
    heavy = {"rps": 9000, "per_pod": 50, "cpu": "2", "memory": "1Gi"}
    tree["services"] = {
        "front": {"tier": 1, "cells": 3, "calls": ["middle", {"service": "aside", "degrades": True}], "demand": heavy},
        "middle": {"tier": 1, "cells": 3, "calls": ["back"], "demand": heavy},
        "back": {"tier": 1, "cells": 4, "demand": heavy},
        "aside": {"tier": 2, "cells": 3, "demand": heavy},
    }
    tree["placements"] = {}
    for region in tree["regions"].values():
        region["mesh"] = "none"
    for placed in propose(fleet_of(tree)).placements.values():
        assert set(placed["front"]) == set(placed["middle"])
        assert set(placed["middle"]) <= set(placed["back"])


@pytest.fixture(scope="module")
def crowded() -> tuple[Fleet, Plan]:
    fleet = fleet_of({**crowd.source().tree, "placements": {}})
    return fleet, propose(fleet)


def test_300_services_in_3_to_5_of_6_cells_lose_two_cells_at_little_more_than_the_bound(crowded):
    fleet, plan = crowded
    region, placed = fleet.regions["us-east-1"], proposed(plan, "us-east-1")
    assert len(placed) == 300
    assert {len(keys) for keys in placed.values()} == {3, 4, 5}
    factor = worst(region, placed)
    assert plan.regions[0].proposed.worst == pytest.approx(factor)
    # Four survivors carry what six did: none can do with less than 6/4 of the mean.
    assert plan.regions[0].bound == pytest.approx(6 / 4)
    assert 6 / 4 <= factor <= 1.6


def test_300_services_keep_most_calls_in_their_cell(crowded):
    fleet, plan = crowded
    region, placed = fleet.regions["us-east-1"], proposed(plan, "us-east-1")
    local, vital = calls_in_their_cell(region, placed), calls_in_their_cell(region, placed, of_tier=(0,))
    assert plan.regions[0].proposed.local == pytest.approx(local)
    assert plan.regions[0].proposed.vital == pytest.approx(vital)
    in_turn = {name: tuple("abcdefabcdef"[n % 6 :][: len(keys)]) for n, (name, keys) in enumerate(placed.items())}
    assert local > 0.85 > calls_in_their_cell(region, in_turn)
    assert vital > 0.95


def test_the_proposal_of_300_services_is_a_fleet_that_breaks_no_rule(crowded):
    source = crowd.source()
    judge(Source({**source.tree, "placements": crowded[1].placements}, source.places))


SMALL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SMALL
@given(trees(states=("active", "proving"), most_cells=4, most_services=4))
def test_no_placement_of_a_small_fleet_has_a_load_lower_by_more_than_the_slack(tree: Tree):
    tree["placements"] = {}
    fleet = fleet_of(tree)
    for plan in propose(fleet).regions:
        region = fleet.regions[plan.region]
        if not region.meshed:
            continue  # there, calls come first
        ways = [list(combinations(region.cells, len(keys))) for keys in plan.placement.values()]
        lowest = min(worst(region, dict(zip(plan.placement, way, strict=True))) for way in product(*ways))
        assert plan.proposed.worst == pytest.approx(worst(region, dict(plan.placement)))
        assert lowest >= plan.bound * (1 - 1e-9)
        assert plan.proposed.worst <= lowest * (1 + SLACK) * (1 + 1e-9)


@SMALL
@given(trees())
def test_whatever_is_recorded_each_service_gets_its_cells_and_keeps_what_it_can(tree: Tree):
    fleet = fleet_of(tree)
    for plan in propose(fleet).regions:
        region = fleet.regions[plan.region]
        serving = {key for key, cell in region.cells.items() if cell.state in ("proving", "active")}
        for name, keys in plan.placement.items():
            before, wanted = set(fleet.placements[region.name].get(name, ())), fleet.services[name].cells
            assert len(set(keys) & serving) == min(wanted, len(serving))
            assert len(before & serving & set(keys)) == min(wanted, len(before & serving))
            assert set(keys) - serving == {key for key in before if region.cells[key].state == "draining"}


@SMALL
@given(trees())
def test_what_was_proposed_and_recorded_is_proposed_again(tree: Tree):
    again = {**tree, "placements": propose(fleet_of(tree), rebalance=True).placements}
    assert not propose(fleet_of(again)).changed
    assert propose(fleet_of(again), rebalance=True).moves == 0
