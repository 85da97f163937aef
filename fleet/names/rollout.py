"""Names of what roll-outs keep, all of it in the edge account's control region, which is no region of the fleet."""

from __future__ import annotations

from fleet.model import Fleet


def rollout_lock(fleet: Fleet) -> str:
    """SSM parameter that says who rolls out the platform, and until when."""
    return f"/{fleet.name}/rollout/lock"


def service_lock(fleet: Fleet, service: str) -> str:
    """The same for one service's bundles."""
    return f"/{fleet.name}/rollout/services/{service}/lock"


def rollout_record(fleet: str) -> str:
    """SSM parameter that says which assembly the last finished roll-out left, with the fleet's record of then."""
    return f"/{fleet}/rollout/record"
