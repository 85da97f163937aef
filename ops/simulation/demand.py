"""What is asked for at peak, callee by callee, in an order in which callers come before whom they call.

It is the fleet's own arithmetic (`fleet.flows`): the share of a region's viewers that another region takes brings its
calls along, as they are in the region it came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter

from fleet import flows
from fleet.model import Fleet

Parts = tuple[tuple[str, float], ...]
"""Regions whose viewers come, with the part of them that does. Sorted."""


@dataclass(frozen=True)
class Asked:
    """One service, as a region is asked for it. Requests per second."""

    name: str
    tier: int
    total: float
    viewers: float
    """What comes through routes."""
    unknown: float
    """What comes from nobody known: queues, jobs."""
    callers: tuple[tuple[str, float], ...]
    """Who calls it, and how often."""


class Demand:
    """The peaks of a fleet, put together as regions take each other's viewers."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        graph = {name: {call.service for call in s.calls if call.service != name} for name, s in fleet.services.items()}
        # static_order puts callees first.
        order = [name for name in TopologicalSorter(graph).static_order() if name in fleet.services]
        self._order = order[::-1]
        self._own = {name: self._of(name) for name in fleet.regions}
        self._known: dict[Parts, tuple[Asked, ...]] = {}
        self._totals = {name: self._all(name) for name in fleet.regions}

    def of(self, parts: Parts) -> tuple[Asked, ...]:
        """What a region is asked for that takes these parts of these regions' viewers; callers first."""
        if parts not in self._known:
            if len(parts) == 1 and parts[0][1] == 1.0:
                self._known[parts] = self._own[parts[0][0]]
            else:
                self._known[parts] = tuple(self._together(parts))
        return self._known[parts]

    def total(self, region: str) -> float:
        """All viewers of a region; where it has none, all requests."""
        return self._totals[region]

    def _all(self, region: str) -> float:
        viewers = sum(asked.viewers for asked in self._own[region])
        return viewers or sum(asked.unknown for asked in self._own[region])

    def _together(self, parts: Parts) -> list[Asked]:
        found: dict[str, tuple[float, float, dict[str, float]]] = {}
        tiers = {name: service.tier for name, service in self._fleet.services.items()}
        for region, part in parts:
            for asked in self._own[region]:
                viewers, unknown, callers = found.get(asked.name, (0.0, 0.0, {}))
                for caller, rps in asked.callers:
                    callers[caller] = callers.get(caller, 0.0) + part * rps
                found[asked.name] = viewers + part * asked.viewers, unknown + part * asked.unknown, callers
        return [
            Asked(
                name, tiers[name], sum(callers.values()) + viewers + unknown, viewers, unknown, tuple(callers.items())
            )
            for name in self._order
            if name in found
            for viewers, unknown, callers in (found[name],)
        ]

    def _of(self, name: str) -> tuple[Asked, ...]:
        region = self._fleet.regions[name]
        viewers: dict[str, float] = {}
        callers: dict[str, dict[str, float]] = {}
        for flow in flows.flows(region):
            if flow.caller is None:
                viewers[flow.callee] = viewers.get(flow.callee, 0.0) + flow.rps
            else:
                callers.setdefault(flow.callee, {})[flow.caller] = flow.rps
        found = []
        for service in (self._fleet.services[one] for one in self._order):
            if service.runs_in(region):
                came, calls = viewers.get(service.name, 0.0), callers.get(service.name, {})
                peak = float(service.demand.peak(name))
                unknown = 0.0 if came or calls else peak
                total = came + unknown + sum(calls.values())
                found.append(Asked(service.name, service.tier, total, came, unknown, tuple(calls.items())))
        return tuple(found)
