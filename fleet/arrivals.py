"""Where calls arrive when they prefer their own cell, and how far that is from the even share that pods are counted by.

`fleet.proof` takes a service to be called evenly in the cells that are left to it. It is, where its callers live in
the same cells. Otherwise the cells that it shares with callers get more: a call leaves its cell only when the callee
has no pod there. Nothing refuses that; this says how much it is, and the remedy is the placement.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fleet import capacity, flows, known, losses, sizing
from fleet.model import Fleet
from fleet.region import Region

Rates = dict[str, float]
"""Cell to requests per second."""


@dataclass(frozen=True)
class Uneven:
    """Where a service is called most, against what its pods carry there at their limit."""

    region: str
    service: str
    cell: str
    lost: str
    rps: float
    limit: float
    """Requests per second of as many pods as the autoscaler may start, each at its scaling target."""
    full: float
    """The same with each pod at all that it has been given."""

    @property
    def ratio(self) -> float:
        return self.rps / self.limit


def unevenness(fleet: Fleet) -> tuple[Uneven, ...]:
    """The worst cell and loss of every service that is asked for more than its limit, worst first."""
    found = [uneven for region in known.regions(fleet) for uneven in _region(region) if uneven.ratio > 1 + 1e-9]
    return tuple(sorted(found, key=lambda uneven: (-uneven.ratio, uneven.region, uneven.service)))


def _region(region: Region) -> list[Uneven]:
    services, already = region.fleet.services, losses.out(region)
    worst: dict[str, Uneven] = {}
    for size in range(max(0, region.fleet.policies.survive.cells - len(already)) + 1):
        for lost in losses.of_cells(losses.serving(region), size):
            for name, rates in arrivals(region, [cell.key for cell in (*lost, *already)]).items():
                service = services[name]
                limit = float(sizing.max_pods(service, region) * service.demand.per_pod)
                for key, rps in rates.items():
                    if name not in worst or rps > worst[name].rps:
                        full = limit * 100 / service.scale.target
                        named = losses.named(lost, already)
                        worst[name] = Uneven(region.name, name, f"{region.name}/{key}", named, rps, limit, full)
    return list(worst.values())


def arrivals(region: Region, lost: Collection[str] = ()) -> dict[str, Rates]:
    """Service to what arrives in each of its cells that is left, callers before callees."""
    calls: dict[str, list[flows.Flow]] = {name: [] for name in region.services}
    for flow in flows.flows(region):
        calls[flow.callee].append(flow)
    left = [cell for cell in region.cells.values() if cell.key not in lost]
    doors = {cell.key: cell.effective_weight for cell in left if cell.effective_weight > 0}
    found: dict[str, Rates] = {}
    for name in _callers_first(calls):
        service = region.fleet.services[name]
        hosts = [cell.key for cell in capacity.hosts(service, region) if cell.key not in lost]
        rates = dict.fromkeys(hosts, 0.0)
        for flow in calls[name]:
            _send(flow.rps, doors if flow.caller is None else found.get(flow.caller, {}), rates)
        if not calls[name]:
            _send(float(service.demand.peak(region.name)), dict.fromkeys(hosts, 1.0), rates)
        found[name] = rates
    return found


def _send(rps: float, origins: Rates | dict[str, int], rates: Rates) -> None:
    """Calls from where their callers are to where the callee is: in the own cell, else evenly."""
    total = sum(origins.values())
    if not total or not rates:
        return
    elsewhere = 0.0
    for key, part in origins.items():
        if key in rates:
            rates[key] += rps * part / total
        else:
            elsewhere += rps * part / total
    for key in rates:
        rates[key] += elsewhere / len(rates)


def _callers_first(calls: dict[str, list[flows.Flow]]) -> list[str]:
    """Services in the order in which their arrivals can be known; rules refuse circles."""
    waiting = {name: {flow.caller for flow in found if flow.caller} for name, found in calls.items()}
    callees: dict[str, list[str]] = {}
    for name, callers in waiting.items():
        for caller in callers:
            callees.setdefault(caller or "", []).append(name)
    ready = [name for name, callers in waiting.items() if not callers]
    for name in ready:
        for callee in callees.get(name, ()):
            waiting[callee].discard(name)
            if not waiting[callee]:
                ready.append(callee)
    return ready
