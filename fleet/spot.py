"""How many Spot instance types a cell reaches, zone by zone, and what it shares with other cells.

A Spot pool is a type in a zone: EC2 prices it, fills it and takes it back on its own. What a node pool reaches is
counted over time; one request carries far fewer, see the numbers below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fleet import instances, requirements
from fleet.cell import Cell
from fleet.nodepools import pool
from fleet.sizing import SPOT

FEWEST_IN_ZONE = 200
"""Types each zone must offer: a zone with few of them is dry when Spot is scarce."""

MOST_CONSIDERED = 600
"""Cheapest types that Karpenter keeps for a node (scheduling/nodeclaimtemplate.go, MaxInstanceTypes)."""
MOST_IN_REQUEST = 60
"""Cheapest of them that one CreateFleet request carries (pkg/providers/instance/instance.go, maxInstanceTypes)."""
FEWEST_TO_MOVE = 15
"""Cheaper types without which no Spot node is replaced by cheaper Spot (MinInstanceTypesForSpotToSpotConsolidation)."""

Pools = frozenset[tuple[str, str]]
"""Spot pools: type and zone ID."""


def types(cell: Cell, zone: str, name: str = SPOT, architectures: Sequence[str] | None = None) -> frozenset[str]:
    """The types that a node pool of the cell reaches in a zone, or those of some architectures among them."""
    asked = pool(cell, name).requirements
    if architectures is not None:
        asked = (*asked, requirements.Requirement(instances.ARCHITECTURE, "In", tuple(architectures)))
    return requirements.types(asked, zone)


def reachable(
    cell: Cell, zones: Iterable[str] | None = None, name: str = SPOT, architectures: Sequence[str] | None = None
) -> frozenset[str]:
    """The types that at least one of the zones offers; the cell's own zones when none are given."""
    asked = cell.region.zones if zones is None else zones
    return frozenset().union(*(types(cell, zone, name, architectures) for zone in asked))


def pools(cell: Cell, name: str = SPOT) -> Pools:
    """The Spot pools that a node pool of the cell reaches."""
    return frozenset((one, zone) for zone in cell.region.zones for one in types(cell, zone, name))


def counted(cell: Cell) -> bool:
    """Whether the cell asks for Spot in words that Karpenter defines: Auto Mode buys what AWS decides."""
    return cell.stands and cell.capacity == "karpenter" and cell.fleet.policies.spot.share > 0
