"""Small fleets of any shape for properties: cells in every state, services placed anywhere, odd numbers."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fleet import geography
from fleet.model import Fleet

REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
STATES = ("active", "active", "active", "proving", "draining", "retired", "planned")
Tree = dict[str, Any]


@st.composite
def trees(draw: st.DrawFn, states: tuple[str, ...] = STATES, most_cells: int = 5, most_services: int = 5) -> Tree:
    """What the files of a fleet say; its shape is right, its rules may be broken."""
    names = draw(st.lists(st.sampled_from(REGIONS), min_size=1, max_size=3, unique=True))
    regions = {name: draw(_region(name, number, states, most_cells)) for number, name in enumerate(names, 1)}
    services = {f"s{n}": draw(_service(names)) for n in range(draw(st.integers(1, most_services)))}
    for name, service in services.items():
        later = [other for other in services if other > name]
        called = draw(st.lists(st.sampled_from(later), unique=True, max_size=3)) if later else []
        service["calls"] = [{"service": other, "degrades": draw(st.booleans())} for other in called]
    placements = {
        name: {
            key: draw(st.lists(st.sampled_from(list(regions[name]["cells"])), min_size=1, unique=True))
            for key, service in services.items()
            if name in service.get("regions", names)
        }
        for name in names
    }
    share = draw(st.sampled_from([0.0, 0.9]))
    return {
        "fleet": "acme",
        "domain": "acme.example",
        "accounts": {"edge": "1" * 12, "data": "2" * 12, "home": "3" * 12},
        "teams": {"all": {"oncall": "all@acme.example", "budget": 1}},
        "policies": {
            "survive": {
                "cells": draw(st.integers(0, 3)),
                "zones": draw(st.integers(0, 1)),
                "regions": draw(st.integers(0, 1)),
            },
            "spot": {"share": share, "types": 1},
        },
        "releases": {"1": {"kubernetes": "1.35", "node_image": "al2023@v20261105", "addons": {}, "charts": {}}},
        "release": "1",
        "cell_defaults": {
            "max_nodes": draw(st.integers(4, 300)),
            "max_pods_per_node": draw(st.sampled_from([20, 80, 110])),
        },
        "regions": regions,
        "edge": {"control_region": "us-east-2", "hosts": {"www": {"names": ["www.acme.example"]}}},
        "services": services,
        "owners": dict.fromkeys(services, "all"),
        "images": {key: {"repository": key, "digest": f"sha256:{'0' * 64}"} for key in services},
        "placements": placements,
    }


@st.composite
def _region(draw: st.DrawFn, name: str, slot: int, states: tuple[str, ...], most_cells: int) -> Tree:
    zones = geography.eks_zones(name)
    return {
        "slot": slot,
        "account": "home",
        "zones": list(zones[: draw(st.integers(3, min(4, len(zones))))]),
        "market": draw(st.sampled_from(["world", "us"])),
        "weight": draw(st.integers(1, 200)),
        "mesh": draw(st.sampled_from(["sidecar", "none"])),
        "cells": {
            key: {
                "slot": number,
                "state": draw(st.sampled_from(states)),
                "capacity": draw(st.sampled_from(["karpenter", "karpenter", "auto-mode"])),
                **draw(st.sampled_from([{}, {}, {"weight": 0}, {"weight": 50}, {"weight": 200}, {"max_nodes": 30}])),
            }
            for number, key in enumerate("abcdefgh"[: draw(st.integers(1, most_cells))])
        },
    }


@st.composite
def _service(draw: st.DrawFn, regions: list[str]) -> Tree:
    return {
        "tier": draw(st.integers(0, 3)),
        "cells": draw(st.integers(1, 5)),
        **draw(st.sampled_from([{}, {"routes": ["www.acme.example/"]}])),
        **({"regions": [draw(st.sampled_from(regions))]} if draw(st.integers(0, 4)) == 0 else {}),
        "demand": {
            "rps": draw(st.sampled_from([1, 7, 100, 999, 12_345, 80_000, 400_000])),
            "per_pod": draw(st.sampled_from([1, 3, 25, 100])) * draw(st.sampled_from([1, 10])),
            "cpu": draw(st.sampled_from(["100m", "500m", "2", "4"])),
            "memory": draw(st.sampled_from(["128Mi", "1Gi", "16Gi"])),
        },
    }


def fleet_of(tree: Tree) -> Fleet:
    """The fleet, without asking the rules."""
    return Fleet.model_validate(tree)
