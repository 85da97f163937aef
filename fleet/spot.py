"""Which Spot instance types a cell's node pools admit, and how many of them a zone offers.

The node pools and the rules read the same numbers from here, so that "250 types" is counted, not claimed. The table
(tables/spot.json) is EC2's catalogue as moto ships it, cut to what the pools admit: AWS is ahead of it, so a count
is a lower bound. `python -m local.catalogue` writes it anew; a test compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

CATEGORIES = ("c", "m", "r")
"""Compute, general and memory: the families whose price a processor is close enough to mix."""
NEWER_THAN = 4
"""Generations above this one (Karpenter's `instance-generation`, Gt): Nitro, and near in speed."""
CPU_FROM, CPU_TO = 4, 48
"""Processors of a node. Smaller ones drown in daemons; larger ones are too much to lose at once."""
ARCHITECTURES = ("arm64", "amd64")
HYPERVISOR = "nitro"
FEWEST_IN_ZONE = 200
"""Types each zone must offer: a zone with few of them is dry when Spot is scarce."""

_TABLE = Path(__file__).parent / "tables" / "spot.json"


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """Architecture to its types, and zone to types as a bit mask in hexadecimal over the types in that order."""
    content: dict[str, dict[str, list[str]]] = json.loads(_TABLE.read_text("utf-8"))
    return content


def dated() -> str:
    """Where the table comes from."""
    return str(_table()["source"])


@cache
def types(zone: str, architectures: tuple[str, ...] = ARCHITECTURES) -> frozenset[str]:
    """The admitted types a zone offers; none where the table does not know the zone."""
    table = _table()
    mask = int(str(table["zones"].get(zone, "0")), 16)
    found, bit = set(), 0
    for architecture, names in table["types"].items():
        for name in names:
            if mask >> bit & 1 and architecture in architectures:
                found.add(name)
            bit += 1
    return frozenset(found)


def reachable(zones: Iterable[str], architectures: tuple[str, ...] = ARCHITECTURES) -> frozenset[str]:
    """The admitted types that at least one of the zones offers."""
    return frozenset().union(*(types(zone, architectures) for zone in zones))


def admits(category: str, generation: int, cpus: int, hypervisor: str) -> bool:
    """Whether the node pools take a type, by the labels Karpenter gives it."""
    return (
        category in CATEGORIES and generation > NEWER_THAN and CPU_FROM <= cpus <= CPU_TO and hypervisor == HYPERVISOR
    )
