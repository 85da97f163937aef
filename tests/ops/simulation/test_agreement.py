"""What the simulator plays, held against the two others who say what happens: the proof, and the mesh address by address."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from fleet import proof
from fleet.model import Fleet
from fleet.record import record
from k8s.cell import LAYERS
from k8s.cell import services as bundles
from ops.guard.snapshot import Snapshot, Stack
from ops.mesh.failover import _Priority, _sent
from ops.mesh.hosts import Host
from ops.simulation import reading
from ops.simulation.calling import unanswered
from ops.simulation.play import Player
from ops.simulation.reading import world
from ops.simulation.scenario import Kind, scenarios
from ops.simulation.state import State
from ops.simulation.world import Calls, Region
from tests.fleet.fleets import Tree, fleet_of
from tests.ops.simulation.toy import records

ASKED = ("foundations", "compute", "add-ons")
"""Layers of the platform that are played; the others cost time to write."""


@st.composite
def even_fleets(draw: st.DrawFn) -> Tree:
    """One region whose services nobody calls and no route leads to: each is asked for evenly, as the proof takes it."""
    cells = "abcde"[: draw(st.integers(2, 5))]
    services = {f"s{n}": draw(_service()) for n in range(draw(st.integers(1, 4)))}
    placed = {name: draw(st.lists(st.sampled_from(cells), min_size=1, unique=True)) for name in services}
    return {
        "fleet": "acme",
        "domain": "acme.example",
        "accounts": {"edge": "1" * 12, "data": "2" * 12, "home": "3" * 12},
        "teams": {"all": {"oncall": "all@acme.example", "budget": 1}},
        "policies": {
            "survive": {"cells": draw(st.integers(1, 2)), "zones": 1, "regions": 0},
            "spot": {"share": draw(st.sampled_from([0.0, 0.9])), "types": 1},
        },
        "releases": {"1": {"kubernetes": "1.35", "node_image": "al2023@v20261105", "addons": {}, "charts": _CHARTS}},
        "release": "1",
        "cell_defaults": {"max_nodes": draw(st.integers(20, 120)), "max_pods_per_node": 80},
        "regions": {
            "us-east-1": {
                "slot": 1,
                "account": "home",
                "zones": ["use1-az1", "use1-az2", "use1-az4"],
                "market": "world",
                "cells": {
                    key: {"slot": n, "state": "draining" if n and draw(st.integers(0, 5)) == 0 else "active"}
                    for n, key in enumerate(cells)
                },
            }
        },
        "edge": {"control_region": "us-east-2", "hosts": {"www": {"names": ["www.acme.example"]}}},
        "services": services,
        "owners": dict.fromkeys(services, "all"),
        "images": {key: {"repository": key, "digest": f"sha256:{'0' * 64}"} for key in services},
        "placements": {"us-east-1": placed},
    }


@st.composite
def _service(draw: st.DrawFn) -> Tree:
    return {
        "tier": draw(st.integers(0, 3)),
        "demand": {
            "rps": draw(st.sampled_from([7, 999, 12_345, 80_000])),
            "per_pod": draw(st.sampled_from([25, 100, 250])),
            "cpu": draw(st.sampled_from(["100m", "500m", "2"])),
            "memory": draw(st.sampled_from(["128Mi", "1Gi", "16Gi"])),
        },
    }


_CHARTS = dict.fromkeys(
    (
        "karpenter-crd",
        "karpenter",
        "istio-base",
        "istio-cni",
        "istiod",
        "istio-gateway",
        "aws-load-balancer-controller",
        "keda",
        "vertical-pod-autoscaler",
        "external-secrets",
        "opentelemetry-operator",
        "cert-manager",
        "argo-cd",
    ),
    "1.0.0",
)


def emitted(fleet: Fleet) -> Snapshot:
    """The fleet's manifests as they are written, with templates that hold nothing."""
    said = record(fleet)
    empty = {n: Stack(n, one.account, one.region, {"Resources": {}}, "") for n, one in said.stacks.items()}
    files: dict[tuple[str, str], Any] = {}
    for cell in fleet.cells:
        files[cell.name, "platform"] = {layer: LAYERS[layer][1](cell) for layer in ASKED}
        files |= {(cell.name, f"service-{name}"): {name: made} for name, made in bundles(cell).items()}
    return Snapshot("here", said, empty, files, fleet)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(even_fleets())
def test_what_the_proof_refuses_is_not_carried_and_what_it_lets_pass_is(tree):
    fleet = fleet_of(tree)
    region = fleet.regions["us-east-1"]
    assume(any(cell.state == "active" and cell.services for cell in fleet.cells))
    with pytest.MonkeyPatch.context() as patch:
        # The records need the CDK: they are as `tests.ops.simulation.toy` writes them.
        weights = {cell.name: cell.effective_weight for cell in fleet.cells}
        patch.setattr(reading.records, "read", lambda of, _stacks: records(of, weights=weights))
        played = world(emitted(fleet))
    player = Player(played)
    losses = [one for one in scenarios(played) if one.kind in (Kind.CELL, Kind.PAIR) and one.promised]
    claims = [one for one in proof.prove(fleet).claims if one.lost in ("a cell", "2 cells")]
    assume(losses)
    # Whoever promises to lose every cell has nobody left: the proof refuses it service by service, and there is no pair.
    assume(fleet.policies.survive.cells < len([cell for cell in region.cells.values() if cell.state == "active"]))
    refused = any(one.broken for one in claims if one.what in (proof.LIMITS, proof.POOLS))
    carried = all(player.play(one).carried for one in losses)
    event(f"refused: {refused}")
    assert carried is not refused


@pytest.mark.parametrize("zones", [3, 4])
@pytest.mark.parametrize("hosts", [2, 3, 4])
@pytest.mark.parametrize("attempts", [0, 1, 2])
@pytest.mark.parametrize("noticed", [False, True])
def test_calls_that_nobody_answers_are_as_many_as_address_by_address(zones, hosts, attempts, noticed):
    """One lost cell of those that a caller's proxies may choose from."""
    left_out = 34
    listed = [Host(f"c{cell}", "", True, zones, Fraction(1), dead=cell == 0) for cell in range(hosts)]
    if noticed:
        out = min(zones, hosts * zones * left_out // 100)
        listed[0] = Host("c0", "", True, zones - out, Fraction(1), dead=True)
    exact = _sent([_Priority([one for one in listed if one.count])], attempts, "own").lost
    calls = Calls(True, attempts, attempts, left_out, 0.0)
    region = Region("r", "r", "m", tuple("z" * zones), True, (), 0)
    state = State((), lost=frozenset({0}), noticed=noticed)
    assert unanswered(region, state, calls, hosts, hosts - 1, by_door=False) == pytest.approx(float(exact))
