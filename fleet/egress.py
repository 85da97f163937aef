"""What a NAT instance is in each zone, and what it carries to the internet.

Below 32 vCPU an instance sends 5 Gbps to an internet gateway whatever its card says, and no more than its baseline;
from 32 on half of its card (EC2's network bandwidth rules). Figures follow from moto's catalogue of 2026-10.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from fleet.region import EgressSize, Region

SUSTAINED: dict[str, dict[EgressSize, float]] = {
    "c8gn": {
        "medium": 3.125e9,
        "large": 5e9,
        "xlarge": 5e9,
        "2xlarge": 5e9,
        "4xlarge": 5e9,
        "8xlarge": 50e9,
        "12xlarge": 75e9,
        "16xlarge": 100e9,
        "24xlarge": 150e9,
        "48xlarge": 150e9,
    },
    "c7gn": {
        "medium": 3.125e9,
        "large": 5e9,
        "xlarge": 5e9,
        "2xlarge": 5e9,
        "4xlarge": 5e9,
        "8xlarge": 50e9,
        "12xlarge": 75e9,
        "16xlarge": 100e9,
    },
    "c6gn": {
        "medium": 1.6e9,
        "large": 3e9,
        "xlarge": 5e9,
        "2xlarge": 5e9,
        "4xlarge": 5e9,
        "8xlarge": 25e9,
        "12xlarge": 37.5e9,
        "16xlarge": 50e9,
    },
    "c8g": {
        "medium": 0.52e9,
        "large": 0.937e9,
        "xlarge": 1.875e9,
        "2xlarge": 3.75e9,
        "4xlarge": 5e9,
        "8xlarge": 7.5e9,
        "12xlarge": 11.25e9,
        "16xlarge": 15e9,
        "24xlarge": 20e9,
        "48xlarge": 25e9,
    },
}
"""Bits per second, by family and the sizes it has. A c8gn.48xlarge has two cards, and the one static interface sits on
one of them."""

TICK_EXECUTIONS, EVENT_EXECUTIONS, PROBER_EXECUTIONS = 2, 5, 3
"""Lambda executions reserved for the controller's ticks in each zone (one begins before the last has ended), for its
events in the region, and for each prober (two ticks look at once, and an event)."""

SIZES: tuple[EgressSize, ...] = get_args(EgressSize)
"""Smallest first."""

# Network-optimised Graviton by zone, newest first; c8gn wherever nothing stands here. EC2's offerings by zone as moto
# 5.2.5 recorded them; the last two zones have none of the family, and a c8g carries a sixth of its bandwidth.
_FAMILY: dict[str, str] = {
    "ape1-az3": "c6gn",
    "apne3-az1": "c6gn",
    "apne3-az2": "c6gn",
    "apne3-az3": "c6gn",
    "caw1-az3": "c6gn",
    "euw2-az4": "c7gn",
    "euw3-az3": "c6gn",
    "ilc1-az1": "c6gn",
    "ilc1-az2": "c6gn",
    "ilc1-az3": "c6gn",
    "mes1-az1": "c6gn",
    "mes1-az2": "c6gn",
    "mes1-az3": "c6gn",
    "euc2-az2": "c8g",
    "eus2-az3": "c8g",
}


def family(zone: str) -> str:
    """`c8gn`: the family of a zone's NAT instance."""
    return _FAMILY.get(zone, "c8gn")


def instance_type(zone: str, size: EgressSize) -> str:
    """`c8gn.large`: the NAT instance of a zone."""
    return f"{family(zone)}.{size}"


def offered(zone: str, size: EgressSize) -> bool:
    """Whether the family of the zone has the size."""
    return size in SUSTAINED[family(zone)]


def sustained(zone: str, size: EgressSize) -> float:
    """Bits per second that the NAT instance of a zone sustains to the internet.

    Raises:
        KeyError: the family of the zone has no such size; rules refuse it before anything asks.
    """
    return SUSTAINED[family(zone)][size]


def wasteful(zones: Iterable[str], size: EgressSize) -> bool:
    """Whether in every one of the zones a smaller size carries as much."""
    smaller = SIZES[: SIZES.index(size)]
    return all(any(sustained(zone, s) >= sustained(zone, size) for s in smaller) for zone in zones)


def smallest_for(zones: Iterable[str], bandwidth: float) -> EgressSize | None:
    """The smallest size that sustains a bandwidth in bits per second in each of the zones."""
    return next((s for s in SIZES if all(offered(z, s) and sustained(z, s) >= bandwidth for z in zones)), None)


def executions(region: Region) -> int:
    """Lambda executions that a region's ways out reserve."""
    if region.egress.path == "managed":
        return 0
    return EVENT_EXECUTIONS + len(region.zones) * (TICK_EXECUTIONS + 2 * PROBER_EXECUTIONS)
