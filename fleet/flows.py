"""Who calls whom how often in a region, and how much of it leaves its cell.

The fleet declares peaks, and no calls a request. A request of a caller is taken to be one call; where nobody but its
callers reaches a service, they share its peak by their own. What routes bring beyond that comes from viewers.

A call stays in its cell where the callee lives there, too; elsewhere it goes evenly to the cells that host the callee
(`k8s/service_mesh.py`: the own network comes first).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fleet.region import Region

Hosts = Mapping[str, frozenset[str]]
"""Service to the keys of the cells that serve it."""


@dataclass(frozen=True)
class Flow:
    """Synchronous calls to a service at peak: from another one, or from viewers."""

    caller: str | None
    """None: viewers, who enter by the weights of the cells."""
    callee: str
    rps: float
    vital: bool
    """The callee is of tier 0: it is to be in every cell that its callers are in."""
    forced: bool
    """There is no mesh to carry the call out of its cell, and the caller does not answer without it."""


def flows(region: Region) -> tuple[Flow, ...]:
    """Calls and visits of a region, callee by callee. Computed once."""
    numbers, key = region.fleet._numbers, ("flows", region.name, "")
    if key not in numbers:
        numbers[key] = tuple(_flows(region))
    found: tuple[Flow, ...] = numbers[key]
    return found


def _flows(region: Region) -> list[Flow]:
    services = {name: s for name, s in region.fleet.services.items() if s.runs_in(region)}
    peaks = {name: service.demand.peak(region.name) for name, service in services.items()}
    callers: dict[str, dict[str, bool]] = {}
    for name, service in services.items():
        for call in service.calls:
            if call.service in services and call.service != name:
                callers.setdefault(call.service, {})[name] = call.degrades
    found = []
    for name, service in services.items():
        asking, vital = callers.get(name, {}), service.tier == 0
        asked, peak = sum(peaks[caller] for caller in asking), peaks[name]
        each = 1.0 if service.routes and peak > asked else peak / max(1, asked)
        for caller, degrades in asking.items():
            found.append(Flow(caller, name, peaks[caller] * each, vital, not region.meshed and not degrades))
        if service.routes and peak > asked:
            found.append(Flow(None, name, float(peak - asked), vital, False))
    return found


def local_share(found: Sequence[Flow], hosts: Hosts) -> float:
    """The part of all calls between services that stays in its cell; 1 where nobody calls anybody."""
    total = crossing = 0.0
    for flow in found:
        callers, callees = hosts.get(flow.caller or "", frozenset()), hosts.get(flow.callee, frozenset())
        if callers and callees:
            total += flow.rps
            crossing += flow.rps * len(callers - callees) / len(callers)
    return 1 - crossing / total if total else 1.0


@dataclass
class EastWest:
    """Requests per second between a cell and the others of its region at peak."""

    cell: str
    leaving: float = 0.0
    """Calls of its services that other cells answer."""
    passed_on: float = 0.0
    """Requests of viewers who entered here and are answered elsewhere: the cell does not host their service."""
    entering: float = 0.0
    """What other cells send here, calls and viewers' requests."""


def east_west(
    region: Region, hosts: Hosts, lost: Collection[str] = (), grown: Mapping[str, float] | None = None
) -> dict[str, EastWest]:
    """The traffic of each cell that is left; `grown` says how many times its peak a service is asked for."""
    left = [cell for cell in region.cells.values() if cell.key not in lost]
    found = {cell.key: EastWest(cell.key) for cell in left}
    doors = {cell.key: cell.effective_weight for cell in left if cell.effective_weight > 0}
    weights, gone = sum(doors.values()), frozenset(lost)
    serving = {name: keys - gone for name, keys in hosts.items()} if gone else hosts
    for flow in flows(region):
        callees = serving.get(flow.callee, frozenset())
        if not callees:
            continue
        rps = flow.rps * (grown.get(flow.caller or flow.callee, 1.0) if grown else 1.0)
        crossing = 0.0
        if flow.caller is None:
            for key in doors.keys() - callees:
                found[key].passed_on += rps * doors[key] / weights
                crossing += rps * doors[key] / weights
        else:
            callers = serving.get(flow.caller, frozenset())
            for key in callers - callees:
                found[key].leaving += rps / len(callers)
                crossing += rps / len(callers)
        if crossing:
            for key in callees:
                found[key].entering += crossing / len(callees)
    return found
