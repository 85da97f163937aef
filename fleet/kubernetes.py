"""Kubernetes on EKS: the versions' calendar and what a control plane carries."""

from __future__ import annotations

from datetime import date

READ_ON = date(2026, 10, 8)
"""Day the calendar was read from the EKS user guide (kubernetes-versions)."""

STANDARD_SUPPORT_ENDS: dict[str, date] = {
    "1.34": date(2026, 12, 2),
    "1.35": date(2027, 3, 27),
    "1.36": date(2027, 8, 2),
}
"""Minor version to the last day of standard support. Cells ask for STANDARD: extended support costs six times as much."""

DAYS_AHEAD = 90
"""How early `validate --today` speaks of a version that ends: six cells a region, a week of bake each, and a reserve."""

LARGEST: dict[str, tuple[int, int]] = {
    "standard": (300, 15_000),
    "tier-xl": (1_000, 40_000),
    "tier-2xl": (2_000, 75_000),
    "tier-4xl": (4_000, 130_000),
    "tier-8xl": (5_000, 150_000),
}
"""Control-plane tier to the nodes and pods a cell of it is planned with. Judgement: Kubernetes is tested to 5,000
nodes and 150,000 pods; EKS publishes API concurrency (2,000 seats for XL, doubling) and no nodes."""


def minor(version: str) -> int:
    """35 for "1.35"."""
    return int(version.partition(".")[2])
