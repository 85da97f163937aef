"""EC2's instance types as Karpenter sees them: the labels it gives each type, and the zones that offer it.

The table (tables/instances.json) is EC2's catalogue as moto ships it, less what Karpenter passes over: AWS is ahead
of it, so a count of it is a lower bound. `python -m local.catalogue` writes it anew; a test compares.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TypedDict

ARCHITECTURE, SYSTEM, ZONE_ID = "kubernetes.io/arch", "kubernetes.io/os", "topology.k8s.aws/zone-id"
CAPACITY_TYPE, NAME = "karpenter.sh/capacity-type", "node.kubernetes.io/instance-type"
OWN = "karpenter.k8s.aws/instance-"
"""Prefix of the labels that Karpenter itself gives. Auto Mode gives the same under `eks.amazonaws.com/instance-`."""

Labels = dict[str, frozenset[str]]
"""Label to its values; a label without a value is not given at all."""

# instanceTypeScheme of Karpenter's pkg/providers/instancetype/types.go: category, terabytes of u-types, generation.
_NAMED = re.compile(r"(^[a-z]+)(-[0-9]+tb)?([0-9]+).*\.")
_TABLE = Path(__file__).parent / "tables" / "instances.json"


class _Table(TypedDict):
    source: str
    labels: list[str]
    """Keys of the values that stand beside each type."""
    types: dict[str, list[str]]
    """Values of a label that has several are joined by commas."""
    zones: dict[str, str]
    """Zone ID to the types it offers: a bit mask in hexadecimal, in the order of `types`."""


@cache
def _table() -> _Table:
    content: _Table = json.loads(_TABLE.read_text("utf-8"))
    return content


def source() -> str:
    """Where the table comes from."""
    return _table()["source"]


@cache
def labels() -> dict[str, Labels]:
    """Every type with its labels, those of a zone excepted."""
    table = _table()
    return {
        name: named(name)
        | {key: frozenset(text.split(",")) for key, text in zip(table["labels"], values, strict=True) if text}
        for name, values in table["types"].items()
    }


def named(name: str) -> Labels:
    """The labels that a type's name decides."""
    family, _, size = name.partition(".")
    found = {
        NAME: name,
        SYSTEM: "linux",
        f"{OWN}family": family,
        f"{OWN}size": size,
        f"{OWN}capability-flex": str("-flex" in family).lower(),
    }
    parts = _NAMED.match(name)
    if parts is not None:
        found |= {f"{OWN}category": parts[1], f"{OWN}generation": parts[3]}
    return {key: frozenset([value]) for key, value in found.items()}


@cache
def known_labels() -> frozenset[str]:
    """Labels that a requirement can be counted by."""
    return frozenset(_table()["labels"]) | frozenset(named("m7g.large"))


@cache
def offered(zone: str) -> frozenset[str]:
    """The types a zone offers, to Spot or on demand; none where the table does not know the zone."""
    table = _table()
    mask = int(table["zones"].get(zone, "0"), 16)
    return frozenset(name for bit, name in enumerate(table["types"]) if mask >> bit & 1)
