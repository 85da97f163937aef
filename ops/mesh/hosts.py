"""What a proxy has to choose from when it calls a service: its endpoints, as the istiod of its own cell hands them out.

Of its own cell a proxy gets pods, with their zone. Of every other cell it gets the addresses of that cell's east-west
gateway, one a zone, which stand for all of the cell's pods: they carry the names of network and cluster and no zone, and
share among them the weight of the pods (Istio's `EndpointsByNetworkFilter`). A gateway sees its own cell's pods only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from ops.mesh.cluster import Cluster, Document
from ops.mesh.reach import dns

NETWORK = "topology.istio.io/network"
ZONE = "topology.kubernetes.io/zone"


class When(Enum):
    """How long after the loss."""

    AT_ONCE = "at once"
    """Nobody knows: everything is still listed."""
    EJECTED = "ejected"
    """After seconds: proxies leave out what failed them, as many as they may."""
    KNOWN = "known"
    """After a minute or two: pods are no endpoints any more, and a gateway's address is out of DNS. What a lost cell had
    stays listed: the API server that would say otherwise is lost with it."""


@dataclass(frozen=True)
class Loss:
    """What is gone."""

    cells: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    """IDs of zones, lost in every cell."""
    pods: frozenset[tuple[str, str]] = frozenset()
    """(cell, zone) whose pods of the called service are not ready; an empty zone means all."""
    failing: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(cell, zone) to pods of the called service that fail what they get, and say that they are ready."""


@dataclass(frozen=True)
class Host:
    """Alike addresses that a proxy may choose.

    Attributes:
        count: how many of them.
        weight: of each one.
        dead: whether a call to one fails.
    """

    cell: str
    zone: str
    gateway: bool
    count: int
    weight: Fraction
    dead: bool

    def labels(self) -> dict[str, str]:
        return {NETWORK: self.cell} if self.gateway else {NETWORK: self.cell, ZONE: self.zone}


def hosts(
    clusters: Mapping[str, Cluster],
    zones: Mapping[str, Sequence[str]],
    cell: str,
    service: Document,
    loss: Loss,
    when: When,
    running: Mapping[str, int] | None = None,
) -> list[Host]:
    """What the proxies of a cell are told of a service, and what of it is dead.

    Args:
        zones: cell to the IDs of its zones.
        running: cell to its pods of the service, evenly spread over its zones; without it the floor of its autoscaler.
    """
    here = clusters[cell]
    found: list[Host] = []
    for name, there in clusters.items():
        if name != cell and not (name in here.discovers and there.network in here.gateways_of):
            continue
        by_zone = _pods(there, service, zones[name], (running or {}).get(name))
        if not by_zone:
            continue
        listed, healthy = _listed(name, by_zone, loss, when)
        if name == cell:
            found += _own(name, listed, healthy)
        elif sum(listed.values()):
            found += _behind_gateways(name, zones[name], listed, healthy, loss, when)
    return found


def _pods(cluster: Cluster, service: Document, zones: Sequence[str], given: int | None) -> dict[str, int]:
    """Pods by zone. Nothing where the cell does not host the service."""
    space, name = service["metadata"]["namespace"], service["metadata"]["name"]
    called = cluster.one("Service", space, name)
    if called is None or not cluster.backing(called):
        return {}
    count = given if given is not None else floor(cluster, space, name)
    return {zone: count // len(zones) + (place < count % len(zones)) for place, zone in enumerate(zones)}


def floor(cluster: Cluster, space: str, name: str) -> int:
    """The fewest pods that the autoscaler of a Deployment keeps."""
    fields = {"HorizontalPodAutoscaler": "minReplicas", "ScaledObject": "minReplicaCount"}
    for kind, least in fields.items():
        for one in cluster.of(kind, space):
            if one["spec"]["scaleTargetRef"]["name"] == name:
                return int(one["spec"][least])
    raise LookupError(f"{cluster.name}: {space}/{name} has no autoscaler")


def _listed(cell: str, running: dict[str, int], loss: Loss, when: When) -> tuple[dict[str, int], dict[str, int]]:
    """Zone to pods that are listed, and to those of them that answer."""
    gone = {zone for zone in running if zone in loss.zones or {(cell, zone), (cell, "")} & loss.pods}
    listed = dict(running)
    if when is When.KNOWN and cell not in loss.cells:
        listed = {zone: 0 if zone in gone else count for zone, count in running.items()}
    healthy = {
        zone: 0 if zone in gone or cell in loss.cells else max(0, count - loss.failing.get((cell, zone), 0))
        for zone, count in running.items()
    }
    return listed, healthy


def _own(cell: str, listed: dict[str, int], healthy: dict[str, int]) -> list[Host]:
    found = []
    for zone, count in listed.items():
        well = min(count, healthy[zone])
        if well:
            found.append(Host(cell, zone, False, well, Fraction(1), False))
        if count > well:
            found.append(Host(cell, zone, False, count - well, Fraction(1), True))
    return found


def _behind_gateways(
    cell: str, zones: Sequence[str], listed: dict[str, int], healthy: dict[str, int], loss: Loss, when: When
) -> list[Host]:
    """The addresses of a cell's gateway. One whose zone is lost leaves DNS when its load balancer has seen it."""
    lost = cell in loss.cells
    answering = [zone for zone in zones if zone not in loss.zones]
    shown = answering if when is When.KNOWN and not lost and answering else list(zones)
    weight = Fraction(sum(listed.values()), len(shown))
    nobody = not any(healthy.values())
    return [Host(cell, zone, True, 1, weight, lost or nobody or zone in loss.zones) for zone in shown]


def rules_of(cluster: Cluster, service: Document, *, at_the_door: bool) -> tuple[Document, int]:
    """The traffic policy of a service in a cell, and how often a failed call is sent again.

    Args:
        at_the_door: whether the ingress gateway calls, whose routes have retries of their own.

    Raises:
        LookupError: the cell has none.
    """
    host = dns(service)
    policies = [one["spec"]["trafficPolicy"] for one in cluster.of("DestinationRule") if one["spec"]["host"] == host]
    if not policies:
        raise LookupError(f"{cluster.name} has no rules for {host}")
    for one in cluster.of("VirtualService"):
        if bool(one["spec"].get("gateways")) != at_the_door:
            continue
        for route in one["spec"]["http"]:
            if any(leads["destination"]["host"] == host for leads in route.get("route", ())):
                retries = route["retries"]
                # A dead address is a failure to connect, and a gateway that has nobody behind it is a reset.
                resent = {"connect-failure", "reset-before-request"} <= set(retries["retryOn"].split(","))
                return policies[0], int(retries["attempts"]) if resent else 0
    return policies[0], 0
