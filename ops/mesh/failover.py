"""Who answers a call: Envoy's choice among the hosts a proxy has, as the emitted rules tell it to choose.

Modelled are priorities (`failoverPriority`, which works only beside outlier detection), spill-over from a priority that is
not healthy enough (140 % overprovisioning), ejection up to `maxEjectionPercent` of all hosts whatever their priority, no
panic (istiod sets its threshold to 0), choice by weight, and retries that avoid what they tried before. Not modelled:
requests under way (least-request is even when nothing is slow), warm-up, zones of unequal size behind a gateway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from ops.mesh.cluster import Cluster, Document
from ops.mesh.hosts import NETWORK, ZONE, Host, Loss, When, hosts, rules_of

OVERPROVISIONING = Fraction(140, 100)
"""Envoy's default: a priority keeps all calls until less than five in seven of its hosts are well."""


@dataclass(frozen=True)
class Answer:
    """Where the calls of one zone of a cell go. `shares` and `lost` add up to 1.

    Attributes:
        shares: (cell, zone) that answers to its part of the calls; of another cell the zone is empty, for its gateway
            chooses the pod.
        lost: part that no try answers.
        late: part that is answered, but not by the first try.
    """

    shares: Mapping[tuple[str, str], Fraction]
    lost: Fraction
    late: Fraction

    def by_cell(self) -> dict[str, Fraction]:
        found: Counter[str] = Counter()
        for (cell, _), share in self.shares.items():
            found[cell] += share  # type: ignore[assignment]
        return dict(found)  # type: ignore[arg-type]


def answer(
    clusters: Mapping[str, Cluster],
    zones: Mapping[str, Sequence[str]],
    cell: str,
    zone: str,
    service: Document,
    *,
    loss: Loss | None = None,
    when: When = When.KNOWN,
    running: Mapping[str, int] | None = None,
    at_the_door: bool = False,
) -> Answer:
    """Who answers the calls of a zone of a cell to a service.

    Args:
        zones: cell to the IDs of its zones.
        running: cell to its pods of the service; without it the floor of each autoscaler.
        at_the_door: whether viewers call, through the ingress gateway.
    """
    told = hosts(clusters, zones, cell, service, loss or Loss(), when, running)
    policy, retries = rules_of(clusters[cell], service, at_the_door=at_the_door)
    priorities = _priorities(told, policy, {NETWORK: cell, ZONE: zone})
    if when is not When.AT_ONCE:
        priorities = _ejected(priorities, policy)
    return _sent(priorities, retries, cell)


@dataclass
class _Priority:
    hosts: list[Host]
    ejected: int = 0

    @property
    def availability(self) -> Fraction:
        left = sum(host.count for host in self.hosts)
        return min(Fraction(1), OVERPROVISIONING * left / (left + self.ejected)) if left else Fraction(0)


def _priorities(told: list[Host], policy: Mapping[str, Any], proxy: Mapping[str, str]) -> list[_Priority]:
    """Hosts by how many of the named labels they share with the proxy, the first that differs counting."""
    setting = policy.get("loadBalancer", {}).get("localityLbSetting", {})
    names = setting.get("failoverPriority", []) if setting.get("enabled") and "outlierDetection" in policy else []
    levels: dict[int, list[Host]] = {}
    for host in told:
        labels = host.labels()
        differs = next((place for place, name in enumerate(names) if labels.get(name) != proxy.get(name)), len(names))
        levels.setdefault(len(names) - differs, []).append(host)
    return [_Priority(levels[level]) for level in sorted(levels)]


def _ejected(priorities: list[_Priority], policy: Mapping[str, Any]) -> list[_Priority]:
    """Dead hosts are left out as calls find them, the nearest first, until the limit is reached."""
    detection = policy.get("outlierDetection")
    if detection is None:
        return priorities
    everybody = sum(host.count for priority in priorities for host in priority.hosts)
    left = floor(everybody * Fraction(detection.get("maxEjectionPercent", 10), 100))
    after = []
    for priority in priorities:
        kept = []
        out = 0
        for host in priority.hosts:
            taken = min(left, host.count) if host.dead else 0
            left, out = left - taken, out + taken
            if host.count > taken:
                kept.append(Host(host.cell, host.zone, host.gateway, host.count - taken, host.weight, host.dead))
        after.append(_Priority(kept, out))
    return after


def _loads(priorities: list[_Priority]) -> list[Fraction]:
    """Part of the calls that each priority gets. All zero when nobody is left."""
    available = [priority.availability for priority in priorities]
    whole = sum(available, Fraction(0))
    if whole < 1:
        return [one / whole if whole else Fraction(0) for one in available]
    loads, rest = [], Fraction(1)
    for one in available:
        loads.append(min(rest, one))
        rest -= loads[-1]
    return loads


def _sent(priorities: list[_Priority], retries: int, own: str) -> Answer:
    loads = _loads(priorities)
    shares: dict[tuple[str, str], Fraction] = {}
    late = Fraction(0)
    if not any(loads):
        return Answer(shares, Fraction(1), late)
    # Each way of tries that failed so far, by which hosts were tried, to its part of the calls.
    open_: dict[frozenset[tuple[tuple[int, int], int]], Fraction] = {frozenset(): Fraction(1)}
    for attempt in range(retries + 1):
        following: dict[frozenset[tuple[tuple[int, int], int]], Fraction] = {}
        for tried, part in open_.items():
            for level, load in enumerate(loads):
                for place, chance in _chances(priorities[level], level, dict(tried)):
                    going = part * load * chance
                    if not going:
                        continue
                    host = priorities[level].hosts[place]
                    if not host.dead:
                        key = (host.cell, host.zone if host.cell == own else "")
                        shares[key] = shares.get(key, Fraction(0)) + going
                        late += going if attempt else 0
                        continue
                    counted = dict(tried)
                    counted[level, place] = min(counted.get((level, place), 0) + 1, host.count)
                    key_tried = frozenset(counted.items())
                    following[key_tried] = following.get(key_tried, Fraction(0)) + going
        open_ = following
    return Answer(shares, sum(open_.values(), Fraction(0)), late)


def _chances(priority: _Priority, level: int, tried: Mapping[tuple[int, int], int]) -> list[tuple[int, Fraction]]:
    """Place of a kind of host to its chance to be chosen next. Where all were tried, they are tried again."""
    weights = [host.weight * (host.count - tried.get((level, place), 0)) for place, host in enumerate(priority.hosts)]
    if not sum(weights, Fraction(0)):
        weights = [host.weight * host.count for host in priority.hosts]
    whole = sum(weights, Fraction(0))
    return [(place, weight / whole) for place, weight in enumerate(weights) if whole]


def service_of(cluster: Cluster, name: str) -> Document:
    """The Service of that name in a cell, which need not host it.

    Raises:
        LookupError: the cell does not know it.
    """
    for one in cluster.of("Service"):
        if one["metadata"]["name"] == name:
            return one
    raise LookupError(f"{cluster.name} knows no service {name}")
