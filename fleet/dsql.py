"""Aurora DSQL: where it exists, who may be paired with whom, and what a cluster takes.

From the Aurora DSQL user guide, read 2026-10-08 (what-is-aurora-dsql, CHAP_quotas).
"""

from __future__ import annotations

REGION_SETS: tuple[tuple[str, ...], ...] = (
    ("us-east-1", "us-east-2", "us-west-2", "ca-central-1", "ca-west-1"),
    ("eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "eu-south-2", "eu-north-1"),
    ("ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1"),
)
"""Peers and witness are of one set. Not verified on AWS: one page of the guide promises witnesses in the US only."""

SINGLE_ONLY = ("ap-east-1", "ap-southeast-2", "ap-southeast-4", "sa-east-1")
"""Regions with single-region clusters only."""

POOL = 5
"""Connections one pod keeps open, a convention of the platform (`DATABASE_POOL`). A cluster takes 10,000."""


STORAGE_BYTES = 10 * 2**40
"""What a cluster holds before the quota is raised: 10 TiB, to 256 TiB on request."""


def set_of(region: str) -> tuple[str, ...]:
    """The region's set; empty where it can be in no pair."""
    return next((one for one in REGION_SETS if region in one), ())


def everywhere() -> tuple[str, ...]:
    """Every region with DSQL."""
    return (*(region for one in REGION_SETS for region in one), *SINGLE_ONLY)
