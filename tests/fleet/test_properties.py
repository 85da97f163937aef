"""What holds for every fleet, whatever its names and sizes."""

from __future__ import annotations

import copy
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet import addressing, geography, names, natimages, phases, prefixlists
from fleet.load import Source, judge, read_folder
from fleet.model import Fleet
from fleet.problem import FleetInvalid, Problem

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
SOURCES = [read_folder(BLUEPRINTS / stage) for stage in ("day-one", "growth", "hypergrowth")]
HOSTING = [
    region
    for region in geography.regions()
    if len(geography.eks_zones(region)) >= 3 and prefixlists.knows(region) and natimages.knows(region)
]
KEYS = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def regions(draw: st.DrawFn) -> dict[str, Any]:
    """`regions` of a fleet file: any regions, slots, zones and cells that the rules allow."""
    chosen = draw(st.lists(st.sampled_from(HOSTING), min_size=1, max_size=5, unique=True))
    slots = draw(st.permutations(range(1, 32)))
    found: dict[str, Any] = {}
    for name, slot in zip(chosen, slots, strict=False):
        zones = draw(st.permutations(geography.eks_zones(name)))
        keys = draw(st.lists(KEYS, min_size=1, max_size=8, unique=True))
        cell_slots = draw(st.permutations(range(8)))
        found[name] = {
            "slot": slot,
            "account": "home",
            "zones": zones[: draw(st.integers(3, min(4, len(zones))))],
            "market": "world",
            "endpoints": draw(st.sampled_from(["gateway", "interface"])),
            "mesh": draw(st.sampled_from(["sidecar", "none"])),
            "egress": {"path": draw(st.sampled_from(["instances", "managed"]))},
            "cells": {key: {"slot": cell_slot} for key, cell_slot in zip(keys, cell_slots, strict=False)},
        }
    return found


def tree(of: dict[str, Any]) -> dict[str, Any]:
    """A whole fleet around regions: one service that lives in the first cell of each."""
    return {
        "fleet": "acme",
        "domain": "acme.example",
        "accounts": {"edge": "1" * 12, "data": "2" * 12, "home": "3" * 12},
        "teams": {"all": {"oncall": "all@acme.example", "budget": 1}},
        "policies": {"survive": {"cells": 0, "zones": 1, "regions": 0}, "spot": {"share": 0, "types": 1}},
        "releases": {"1": {"kubernetes": "1.35", "node_image": "al2023@v20261105", "addons": {}, "charts": {}}},
        "release": "1",
        "cell_defaults": {"max_nodes": 20},
        "regions": of,
        "edge": {
            "control_region": next(name for name in HOSTING if name not in of),
            "hosts": {"www": {"names": ["www.acme.example"]}},
        },
        "quotas": {"elastic_ips": 10, "roles": 2000},
        "services": {
            "shop": {
                "tier": 0,
                "cells": 1,
                "routes": ["www.acme.example/"],
                "demand": {"rps": 10, "per_pod": 10, "cpu": "500m", "memory": "1Gi"},
            }
        },
        "owners": {"shop": "all"},
        "images": {"shop": {"repository": "shop", "digest": f"sha256:{'0' * 64}"}},
        "placements": {name: {"shop": [next(iter(region["cells"]))]} for name, region in of.items()},
    }


def load(of: dict[str, Any]) -> Fleet:
    return judge(Source(tree(of), {(): ("fleet.yaml", 1)})).fleet


def addresses(fleet: Fleet) -> dict[str, str]:
    """Every address of a fleet by what holds it."""
    found = {}
    for region in fleet.regions.values():
        for purpose, network in addressing.every_network(region).items():
            found[f"{region.name} {purpose}"] = str(network)
        for zone in region.zones:
            found[f"{region.name} nat {zone}"] = addressing.nat_instance_address(region, zone)
        for cell in region.cells.values():
            found[f"{cell.name} services"] = str(addressing.service_block(cell))
            found[f"{cell.name} dns"] = addressing.cluster_dns(cell)
    return found


@QUICK
@given(regions())
def test_every_fleet_that_keeps_the_rules_loads_and_has_its_stacks(of):
    fleet = load(of)
    stacks = [plan.name for plan in phases.every_stack(fleet)]
    assert len(set(stacks)) == len(stacks)
    assert all(names.stack(fleet, cell.region.code, cell.key, "cell") in stacks for cell in fleet.cells)


@QUICK
@given(regions())
def test_no_two_subnets_of_a_fleet_overlap(of):
    fleet = load(of)
    for region in fleet.regions.values():
        networks = addressing.every_network(region).values()
        assert not any(one.overlaps(other) for one, other in combinations(networks, 2))
    blocks = [addressing.region_block(region) for region in fleet.regions.values()]
    blocks += [addressing.service_block(cell) for region in fleet.regions.values() for cell in region.cells.values()]
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))


@QUICK
@given(regions(), st.data())
def test_nothing_that_stands_moves_when_a_region_a_cell_or_a_zone_joins(of, data):
    before = addresses(load(of))
    grown = copy.deepcopy(of)
    for name, region in grown.items():
        free = [zone for zone in geography.eks_zones(name) if zone not in region["zones"]]
        if free and len(region["zones"]) < 4:
            region["zones"] = [*region["zones"], free[0]]
        taken = {cell["slot"] for cell in region["cells"].values()}
        if len(taken) < 8:
            slot = data.draw(st.sampled_from(sorted(set(range(8)) - taken)))
            region["cells"] = {"new0": {"slot": slot}, **region["cells"]}
    slot = data.draw(st.sampled_from(sorted(set(range(1, 32)) - {region["slot"] for region in of.values()})))
    name = data.draw(st.sampled_from([name for name in HOSTING if name not in of]))
    new = {**next(iter(of.values())), "slot": slot, "zones": list(geography.eks_zones(name)[:3])}
    after = addresses(load({name: new, **grown}))
    assert {key: after[key] for key in before} == before


def _paths(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        found += _paths(value, (*path, key))
    return found


WORDS = [
    "us-east-1", "eu-west-1", "eu-west-9", "eu-south-1", "us-west-1", "edge", "data", "z", "a", "planned", "proving",
    "draining", "retired", "retiring", "restoring", "none", "managed", "instances", "auto-mode", "4xlarge", "bucket",
    "gold", "bronze", "linked", "us", "1.36", "100Gi", "900GB", "9k/s", "40Gbps", "skyline.example/", "nope",
]  # fmt: skip
JUNK = st.sampled_from([None, 0, 1, 3, 9, 255, 10**6, 1.5, "", [], {}, ["nope"], ["us-east-1"], True, *WORDS])
MOVED = st.sampled_from(["a", "z", "us-east-1", "eu-south-1", "eu-west-9", "edge", "bookings", 1, 2, "sessions", "q/r"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SOURCES), st.data())
def test_whatever_is_changed_the_answer_is_a_fleet_with_its_stacks_or_a_list_of_mistakes(source, data):
    changed = copy.deepcopy(source.tree)
    for _ in range(data.draw(st.integers(1, 4))):
        *way, last = data.draw(st.sampled_from(_paths(changed)))
        here = changed
        for key in way:
            here = here[key]
        value = here[last]
        if isinstance(here, dict) and data.draw(st.booleans()):
            del here[last]
            here[data.draw(MOVED)] = value
        elif isinstance(here, dict) and data.draw(st.booleans()):
            del here[last]
        else:
            here[last] = data.draw(JUNK)
    problems: tuple[Problem, ...] = ()
    try:
        fleet = judge(Source(changed, source.places)).fleet
    except FleetInvalid as error:
        problems = error.problems
    else:
        assert phases.every_stack(fleet)
        assert addresses(fleet)
    assert all(problem.message and problem.file for problem in problems)
