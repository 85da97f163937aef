"""How calls leave a cell, from what its proxies are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ops.delta.objects import Object, at
from ops.simulation.world import Calls

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_RESENT = {"connect-failure", "reset-before-request"}
"""A dead address is a failure to connect, and a gateway that has nobody behind it is a reset."""


def seconds(duration: Any, otherwise: float) -> float:
    """`1m30s` in seconds."""
    parts = re.findall(r"([\d.]+)(ms|[smh])", str(duration or ""))
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if parts else otherwise


def calls(rules: Iterable[Object], services: Iterable[Object]) -> dict[str, Calls]:
    """Service to how its calls leave the cell; a service without a rule is called in the own cell alone."""
    attempts: dict[tuple[str, bool], int] = {}
    for one in services:
        by_door = bool(at(one, "spec", "gateways"))
        for route in at(one, "spec", "http") or ():
            retries = route.get("retries") or {}
            resent = set(str(retries.get("retryOn", "")).split(",")) >= _RESENT
            for leads in route.get("route") or ():
                host = str(at(leads, "destination", "host"))
                attempts[host, by_door] = int(retries.get("attempts", 0)) if resent else 0
    found = {}
    for one in rules:
        host, policy = str(at(one, "spec", "host")), at(one, "spec", "trafficPolicy") or {}
        found[host.partition(".")[0]] = Calls(
            local=_local(policy),
            attempts=attempts.get((host, False), 0),
            door_attempts=attempts.get((host, True), 0),
            left_out=_left_out(policy),
            noticed=_noticed(policy),
        )
    return found


def _local(policy: Mapping[str, Any]) -> bool:
    """Istio fails over by locality only beside outlier detection."""
    locality = at(policy, "loadBalancer", "localityLbSetting") or {}
    return bool(locality.get("enabled") and policy.get("outlierDetection") and locality.get("failoverPriority"))


def _left_out(policy: Mapping[str, Any]) -> int:
    detection = policy.get("outlierDetection")
    return 0 if detection is None else int(detection.get("maxEjectionPercent", 10))


def _noticed(policy: Mapping[str, Any]) -> float:
    """So many connections that cannot be made, one after another, and one round of looking."""
    detection = policy.get("outlierDetection") or {}
    failures = int(detection.get("consecutiveGatewayErrors") or detection.get("consecutive5xxErrors") or 5)
    connect = seconds(at(policy, "connectionPool", "tcp", "connectTimeout"), 10.0)
    return failures * connect + seconds(detection.get("interval"), 10.0)


def eastwest(istiod: Object | None) -> frozenset[str]:
    """Cells whose gateways a cell's istiod knows of."""
    told = at(istiod, "spec", "source", "helm", "valuesObject", "global", "meshNetworks") or {}
    return frozenset(str(name) for name, one in told.items() if one.get("gateways"))
