"""Names of the mesh."""

from __future__ import annotations

from fleet.region import Region


def trust_domain(region: Region) -> str:
    return f"{region.fleet.name}-{region.code}.mesh"
