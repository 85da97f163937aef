"""What a NAT instance carries to the internet, by size.

Below 32 vCPU an instance sends 5 Gbps to an internet gateway whatever its card says, from 32 on half of its card
(EC2's network bandwidth rules); figures are c8gn's, moto's catalogue of 2026-10.
"""

from __future__ import annotations

from fleet.region import EgressSize

SUSTAINED: dict[EgressSize, float] = {
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
}
"""Bits per second. The 48xlarge has two cards, and the one static interface sits on one of them."""

WASTEFUL: frozenset[EgressSize] = frozenset({"xlarge", "2xlarge", "4xlarge", "48xlarge"})
"""Sizes that cost more than a smaller one and carry no more."""


def smallest_for(bandwidth: float) -> EgressSize | None:
    """The smallest size that pays and sustains a bandwidth in bits per second."""
    return next((size for size, most in SUSTAINED.items() if most >= bandwidth and size not in WASTEFUL), None)


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


def instance_type(zone: str, size: EgressSize) -> str:
    """`c8gn.large`: the NAT instance of a zone."""
    return f"{_FAMILY.get(zone, 'c8gn')}.{size}"
