"""A change travels cell by cell, region by region, and what all share comes last: for every fleet and every change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet import geography
from fleet.load import load
from fleet.model import Fleet
from fleet.phases import every_stack
from fleet.precedence import Part
from fleet.waves import Unplaced, Wave, first_cell, waves
from tests.fleet.fleets import fleet_of, trees

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SCOPES = ("cell", "zone", "region", "fleet")
REGIONS = ("us-east-1", "eu-west-1")
Bundle = tuple[str, str]


@st.composite
def changes(draw: st.DrawFn) -> tuple[Fleet, list[str], list[Bundle], list[str]]:
    """A fleet, and any part of it touched: stacks, bundles, and those of the stacks that are new."""
    tree = draw(trees())
    tree["policies"]["change_scope"] = draw(st.sampled_from(SCOPES))
    if draw(st.booleans()):
        tree["databases"] = _databases(tree)
    fleet = fleet_of(tree)
    names = [plan.name for plan in every_stack(fleet)]
    bundles = [(cell.name, "platform") for cell in fleet.cells]
    bundles += [(cell.name, f"service-{service.name}") for cell in fleet.cells for service in cell.services]
    stacks = draw(st.lists(st.sampled_from(names), unique=True)) if draw(st.booleans()) else names
    touched = draw(st.lists(st.sampled_from(bundles), unique=True)) if bundles else []
    new = draw(st.lists(st.sampled_from(stacks), unique=True)) if stacks else []
    return fleet, stacks, touched, new


def _databases(tree: dict[str, Any]) -> dict[str, Any]:
    """A database in all regions, pairs linked, which some service uses."""
    regions = list(tree["regions"])
    next(iter(tree["services"].values()))["database"] = "books"
    found = {}
    for market in {region["market"] for region in tree["regions"].values()}:
        within = [name for name in regions if tree["regions"][name]["market"] == market][:2]
        found[f"books-{market}"] = {"generations": {1: {"regions": within, "peering": "linked"}}}
    return found


def of(fleet: Fleet, stacks: Sequence[str] = (), bundles: Sequence[Bundle] = (), new: Sequence[str] = ()) -> list[Wave]:
    return list(waves(fleet, stacks, bundles, new=new))


def everything(blueprint: str) -> tuple[Fleet, list[str], list[Bundle]]:
    fleet = load(BLUEPRINTS / blueprint)
    return fleet, [plan.name for plan in every_stack(fleet)], [(cell.name, "platform") for cell in fleet.cells]


@QUICK
@given(changes())
def test_what_is_touched_travels_once_and_nothing_else_travels(change) -> None:
    fleet, stacks, bundles, new = change
    found = of(fleet, stacks, bundles, new)
    assert sorted(stack for wave in found for stack in wave.stacks) == sorted(stacks)
    assert sorted(bundle for wave in found for bundle in wave.bundles) == sorted(bundles)
    assert [wave.number for wave in found] == list(range(1, len(found) + 1))
    assert all(wave.stacks or wave.bundles for wave in found)


@QUICK
@given(changes())
def test_a_stack_comes_after_those_it_is_deployed_after(change) -> None:
    fleet, stacks, bundles, new = change
    place = {stack: n for n, stack in enumerate(stack for w in of(fleet, stacks, bundles, new) for stack in w.stacks)}
    for plan in every_stack(fleet):
        for earlier in plan.after:
            if plan.name in place and earlier in place:
                assert place[earlier] < place[plan.name]


@QUICK
@given(changes())
def test_a_new_account_comes_before_all_that_is_in_it(change) -> None:
    fleet, stacks, bundles, new = change
    number = {stack: wave.number for wave in of(fleet, stacks, bundles, new) for stack in wave.stacks}
    plans = {plan.name: plan for plan in every_stack(fleet)}
    for account in (name for name in new if plans[name].kind == "account"):
        for stack, wave in number.items():
            if plans[stack].account == plans[account].account and plans[stack].kind != "account":
                assert number[account] < wave


@QUICK
@given(changes())
def test_a_wave_never_takes_two_cells_that_host_the_same_service(change) -> None:
    fleet, stacks, bundles, new = change
    for wave in of(fleet, stacks, bundles, new):
        for one, other in combinations(wave.cells, 2):
            hosted = {service.name for service in fleet.cell(one).services}
            assert hosted.isdisjoint(service.name for service in fleet.cell(other).services)
            assert fleet.policies.change_scope in ("region", "fleet")


@QUICK
@given(changes())
def test_a_region_is_done_with_its_cells_before_the_next_begins_with_them(change) -> None:
    fleet, stacks, bundles, new = change
    of_cells = [wave.region for wave in of(fleet, stacks, bundles, new) if wave.cells]
    assert len(dict.fromkeys(of_cells)) == 1 + sum(a != b for a, b in pairwise(of_cells)) if of_cells else True


@QUICK
@given(changes())
def test_the_first_cell_goes_alone_and_its_region_one_by_one(change) -> None:
    fleet, stacks, bundles, new = change
    of_cells = [wave for wave in of(fleet, stacks, bundles, new) if wave.cells]
    if of_cells:
        chosen = first_cell(fleet, {cell for wave in of_cells for cell in wave.cells})
        assert chosen is not None
        assert of_cells[0].cells == (chosen.cell,)
        assert all(len(wave.cells) == 1 for wave in of_cells if wave.region == of_cells[0].region)


@QUICK
@given(changes())
def test_what_a_region_stands_on_comes_before_its_cells_and_what_sums_them_up_after(change) -> None:
    fleet, stacks, bundles, new = change
    order = list(Part)
    for region in fleet.regions:
        parts = [order.index(wave.part) for wave in of(fleet, stacks, bundles, new) if wave.region == region]
        assert parts == sorted(parts)


@QUICK
@given(changes())
def test_a_shared_stack_is_alone_in_its_wave(change) -> None:
    fleet, stacks, bundles, new = change
    for wave in of(fleet, stacks, bundles, new):
        if wave.part is Part.SHARED:
            assert (len(wave.stacks), wave.bundles, wave.cells) == (1, (), ())


@QUICK
@given(changes(), st.randoms(use_true_random=False))
def test_the_order_in_which_changes_are_named_says_nothing(change, random) -> None:
    fleet, stacks, bundles, new = change
    shuffled_stacks, shuffled_bundles = list(stacks), list(bundles)
    random.shuffle(shuffled_stacks)
    random.shuffle(shuffled_bundles)
    assert of(fleet, stacks, bundles, new) == of(fleet, shuffled_stacks, shuffled_bundles, new)


def test_accounts_and_site_wait_to_the_end_of_a_change_of_everything() -> None:
    fleet, stacks, bundles = everything("hypergrowth")
    found = of(fleet, stacks, bundles)
    assert found[-1].stacks == ("skyline-edge-site",)
    last_cell = max(wave.number for wave in found if wave.cells)
    accounts = [wave.number for wave in found if wave.stacks[0].startswith("skyline-account-")]
    assert len(accounts) == 6
    assert min(accounts) > last_cell


def test_a_first_deployment_begins_with_the_accounts_it_needs() -> None:
    fleet, stacks, bundles = everything("day-one")
    found = of(fleet, stacks, bundles, new=stacks)
    order = [stack for wave in found for stack in wave.stacks]
    homes = {plan.name: plan.alias for plan in every_stack(fleet)}
    assert order[0].startswith("skyline-account-")
    for stack in order:
        assert order.index(f"skyline-account-{homes[stack]}") <= order.index(stack)


def test_the_first_cell_of_a_fleet_is_the_one_its_file_names() -> None:
    fleet, stacks, bundles = everything("growth")
    first = next(wave for wave in of(fleet, stacks, bundles) if wave.cells)
    assert first.title == "first cell use1-a: fleet.yaml names it; hosts every tier (0)"


def tiers(scope: str = "cell", **hosted: list[int]) -> Fleet:
    """Two regions whose cells host services of these tiers; weights fall with the letter, and with the region."""
    tree = {
        "fleet": "acme",
        "domain": "acme.example",
        "accounts": {"edge": "1" * 12, "data": "2" * 12, "home": "3" * 12},
        "teams": {"all": {"oncall": "all@acme.example", "budget": 1}},
        "releases": {"1": {"kubernetes": "1.35", "node_image": "al2023@v20261105", "addons": {}, "charts": {}}},
        "release": "1",
        "edge": {"control_region": "us-east-2", "hosts": {"www": {"names": ["www.acme.example"]}}},
        "policies": {"change_scope": scope},
        "regions": {
            region: {
                "slot": slot,
                "account": "home",
                "zones": list(geography.eks_zones(region)[:3]),
                "market": "world",
                "cells": {key: {"slot": n, "weight": 100 - n} for n, key in enumerate(hosted)},
            }
            for slot, region in enumerate(REGIONS, 1)
        },
        "services": {
            f"t{tier}": {"tier": tier, "demand": {"rps": 1, "per_pod": 1, "cpu": "1", "memory": "1Gi"}}
            for tier in range(4)
        },
        "placements": {
            region: {f"t{tier}": [key for key, found in hosted.items() if tier in found] for tier in range(4)}
            for region in REGIONS
        },
    }
    return fleet_of(tree)


@pytest.mark.parametrize(
    ("hosted", "cell", "why"),
    [
        ({"a": [0], "b": [0, 1, 2, 3]}, "use1-b", "hosts every tier (0, 1, 2, 3)"),
        ({"a": [0, 1], "b": [2], "c": [3]}, "use1-a", "hosts tiers 0, 1, and not 2, 3"),
        ({"a": [0, 1, 2, 3], "b": [0, 1, 2, 3]}, "use1-b", "hosts every tier (0, 1, 2, 3)"),
    ],
)
def test_a_derived_first_cell_hosts_the_most_tiers_and_of_these_carries_the_least(hosted, cell, why) -> None:
    first = first_cell(tiers(**hosted), {f"use1-{key}" for key in hosted})
    assert first is not None
    assert (first.cell, first.why) == (cell, why)


@pytest.mark.parametrize(
    ("scope", "later"),
    [("region", [("euw1-a", "euw1-c"), ("euw1-b",)]), ("cell", [("euw1-a",), ("euw1-b",), ("euw1-c",)])],
)
def test_a_wide_scope_takes_cells_of_a_later_region_together_that_share_no_service(scope, later) -> None:
    fleet = tiers(scope, a=[0], b=[0, 1], c=[1])
    found = of(fleet, bundles=[(cell.name, "platform") for cell in fleet.cells])
    assert [wave.cells for wave in found] == [("use1-b",), ("use1-a",), ("use1-c",), *later]


def test_only_the_cell_touched_travels() -> None:
    fleet, _, _ = everything("hypergrowth")
    found = of(fleet, ["skyline-euw1-b-cell"], [("euw1-b", "service-sessions"), ("euw1-b", "platform")])
    assert [(wave.stacks, wave.bundles, wave.cells) for wave in found] == [
        (("skyline-euw1-b-cell",), (("euw1-b", "platform"), ("euw1-b", "service-sessions")), ("euw1-b",))
    ]


def test_what_the_fleet_no_longer_has_is_refused_by_name() -> None:
    fleet, _, _ = everything("day-one")
    with pytest.raises(Unplaced, match=r"skyline-use1-q-cell, use1-q: not in this fleet; .* by hand"):
        of(fleet, ["skyline-use1-q-cell"], [("use1-q", "platform")])
