"""Names of the mesh."""

from __future__ import annotations

from fleet.region import Region


def trust_domain(region: Region) -> str:
    return f"{region.fleet.name}-{region.code}.mesh"


def trust_domain_id(region: Region) -> str:
    """SPIFFE ID of the trust domain itself: what its authorities are called, and no pod ever."""
    return f"spiffe://{trust_domain(region)}"
