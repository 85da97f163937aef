"""When a region leaves DNS: the arithmetic behind its calculated health check.

A region's check is the mean opinion of its cells' checks: it fails when fewer than `threshold` of them are healthy.
Failing, it takes the *whole* region out of its market, its healthy cells too. So it must fail late:

- Up to `policies.survive.cells` cells may be lost at peak with full service: the region stays.
- Beyond that, survivors carry a part of the region's peak: h of n cells carry h / (n - survive.cells) of it. Keeping
  the region loses the rest. Taking it out sends everything to the market's other regions, whose running pods have one
  cell to spare, not a region: until theirs have grown (Spot, caches, connections: minutes), they shed about as much.
- The balance is where the survivors carry half of the region's peak. Below it the region goes, above it stays.
- A fleet that declared nothing about losing a region (`policies.survive.regions: 0`) has nobody to take over: its
  region stays as long as one cell is healthy.
"""

from __future__ import annotations

from math import ceil

from fleet.cell import Cell
from fleet.region import Region

SHARE = 0.5
"""Part of the region's peak that its healthy cells must still carry for the region to stay in its market."""


def reporting_cells(region: Region) -> tuple[Cell, ...]:
    """The cells whose checks are counted: those with a weight.

    A cell without one carries nothing. Healthy and counted, it would stand in for a lost one that carried a share;
    retired and taken down, it would bring the region closer to its end.
    All standing cells when none has a weight: then the region's own weight is 0, and the check keeps its meaning.
    """
    serving = tuple(cell for cell in region.standing_cells if cell.effective_weight > 0)
    return serving or region.standing_cells


def threshold(region: Region) -> int:
    """Healthy cells below which the region leaves its market; at least 1, at most the reporting cells."""
    survive = region.fleet.policies.survive
    if survive.regions == 0:
        return 1
    needed = len(reporting_cells(region)) - survive.cells
    return max(1, ceil(needed * SHARE))
