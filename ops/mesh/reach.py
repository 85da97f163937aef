"""Who can reach whom: every call that the manifests of a region's cells let through, within cells and between them.

A call within a cell must be known to the caller's proxy, leave its namespace, enter the callee's, and be allowed to its
identity. A call into another cell must besides find that cell's gateway and be found there: `meshNetworks`, discovery,
the gateway that passes TLS through, and the door's network policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Network
from itertools import chain
from typing import Literal

from ops.mesh.cluster import Cluster, Document, Workload, selects
from ops.mesh.policies import Addresses, Pods, admits, knows, passes

Layer = Literal["scope", "leaving", "entering", "identity"]
"""What the caller's proxy is told, network policies of the caller's side and of the callee's, and whom it asks for."""
LAYERS: frozenset[Layer] = frozenset({"scope", "leaving", "entering", "identity"})


@dataclass(frozen=True, order=True)
class Edge:
    """A call that gets through, from a workload of one cell to pods in one."""

    cell: str
    caller: str
    to_cell: str
    callee: str
    """`namespace/name` of the Service."""


class Region:
    """The cells of one region.

    Args:
        clusters: cell to its documents.
        doors: cell to the network its east-west load balancer has its addresses in.
    """

    def __init__(self, clusters: Mapping[str, Cluster], doors: Mapping[str, IPv4Network]) -> None:
        self.clusters, self._doors = clusters, doors

    def graph(self, layers: frozenset[Layer] = LAYERS) -> frozenset[Edge]:
        """Every call that gets through the layers that are asked; the others let everything pass."""
        return frozenset(
            Edge(cluster.name, str(caller), there.name, host_of(service))
            for cluster in self.clusters.values()
            for caller in cluster.workloads
            for service in cluster.of("Service")
            for there in self.clusters.values()
            if not self.obstacle(cluster, caller, service, there, layers)
        )

    def obstacle(
        self, here: Cluster, caller: Workload, service: Document, there: Cluster, layers: frozenset[Layer] = LAYERS
    ) -> str:
        """What stops a call first; empty when nothing does.

        Args:
            service: the caller's own cell's: nobody calls a name that its cell does not know.
            there: the cell whose pods are to answer.
        """
        name, space = service["metadata"]["name"], service["metadata"]["namespace"]
        called = there.one("Service", space, name)
        pods = there.backing(called) if called is not None else []
        if not pods:
            return f"{there.name} has no pods of {space}/{name}"
        if caller in pods and here is there:
            return "itself"
        first = self._told(here, caller, service, layers)
        if here is there:
            then = self._beside(here, caller, service, pods, layers)
        else:
            then = self._across(here, caller, service, there, pods, layers)
        steps = chain(first, then)  # one after the other: a later one may lean on an earlier one
        return next((said for holds, said in steps if not holds), "")

    def _told(
        self, here: Cluster, caller: Workload, service: Document, layers: frozenset[Layer]
    ) -> Iterator[tuple[bool, str]]:
        space, host = service["metadata"]["namespace"], dns(service)
        if "scope" in layers:
            yield knows(here, caller, space, host), f"the proxy of {caller} is not told of {host}"
            if caller.gateway:
                yield _routed(here, caller, service), f"no route of the gateway leads to {host}"

    def _beside(
        self, here: Cluster, caller: Workload, service: Document, pods: list[Workload], layers: frozenset[Layer]
    ) -> Iterator[tuple[bool, str]]:
        for callee in pods:
            for port in _targets(service):
                yield port in callee.ports, f"{callee} does not listen at {port}"
                if "leaving" in layers:
                    yield passes(here, caller, "egress", Pods(callee), port), f"{caller} may not leave for {callee}"
                if "entering" in layers:
                    yield passes(here, callee, "ingress", Pods(caller), port), f"{callee} lets {caller} not in"
                if "identity" in layers:
                    yield admits(here, callee, _principal(here, caller), port), f"{callee} does not admit {caller}"

    def _across(
        self,
        here: Cluster,
        caller: Workload,
        service: Document,
        there: Cluster,
        pods: list[Workload],
        layers: frozenset[Layer],
    ) -> Iterator[tuple[bool, str]]:
        yield caller.gateway or here.meshed(caller.space), f"{caller} has no proxy, and so no certificate to show"
        yield there.name in here.discovers, f"{here.name} does not discover {there.name}"
        yield there.network in here.gateways_of, f"{here.name} knows no gateway of {there.name}"
        _, port = here.gateways_of[there.network]
        gate = _passing(there, port, dns(service))
        yield gate is not None, f"no gateway of {there.name} passes {dns(service)} on at {port}"
        assert gate is not None
        door = Addresses(self._doors[there.name])
        if "leaving" in layers:
            yield passes(here, caller, "egress", door, port), f"{caller} may not leave for the door of {there.name}"
        if "entering" in layers:
            yield passes(there, gate, "ingress", door, port), f"the gateway of {there.name} lets its own door not in"
        if "identity" in layers:
            yield admits(there, gate, None, port), f"the gateway of {there.name} admits nobody at {port}"
        for callee in pods:
            yield there.meshed(callee.space), f"{callee} has no proxy in {there.name}: no gateway leads to it"
            for target in _targets(service):
                if "leaving" in layers:
                    yield passes(there, gate, "egress", Pods(callee), target), f"{gate} may not leave for {callee}"
                if "entering" in layers:
                    yield passes(there, callee, "ingress", Pods(gate), target), f"{callee} lets {gate} not in"
                if "identity" in layers:
                    who = _principal(here, caller)
                    yield admits(there, callee, who, target), f"{callee} of {there.name} does not admit {who}"


def dns(service: Document) -> str:
    """The name that a Service is called by."""
    return f"{service['metadata']['name']}.{service['metadata']['namespace']}.svc.cluster.local"


def host_of(service: Document) -> str:
    return f"{service['metadata']['namespace']}/{service['metadata']['name']}"


def _targets(service: Document) -> list[int]:
    return [int(port["targetPort"]) for port in service["spec"]["ports"]]


def _principal(cluster: Cluster, workload: Workload) -> str:
    return f"{cluster.trust_domain}/ns/{workload.space}/sa/{workload.account}"


def _routed(cluster: Cluster, gateway: Workload, service: Document) -> bool:
    """Whether a VirtualService that is bound to this gateway leads to the Service, at a port it has."""
    own = {
        f"{one['metadata']['namespace']}/{one['metadata']['name']}"
        for one in cluster.of("Gateway", gateway.space)
        if selects({"matchLabels": one["spec"]["selector"]}, gateway.wears)
    }
    wanted = {(dns(service), port["port"]) for port in service["spec"]["ports"]}
    return any(
        (leads["destination"]["host"], leads["destination"]["port"]["number"]) in wanted
        for one in cluster.of("VirtualService")
        if own & set(one["spec"].get("gateways", ()))
        for route in one["spec"]["http"]
        for leads in route.get("route", ())
    )


def _passing(cluster: Cluster, port: int, host: str) -> Workload | None:
    """The gateway that passes TLS for a host through at a port, and sees its own cell's pods only."""
    for workload in cluster.workloads:
        values = cluster.values(workload.name) if workload.gateway else {}
        if values.get("networkGateway") != cluster.network or port not in workload.ports:
            continue
        for one in cluster.of("Gateway", workload.space):
            if not selects({"matchLabels": one["spec"]["selector"]}, workload.wears):
                continue
            for server in one["spec"]["servers"]:
                through = server.get("tls", {}).get("mode") == "AUTO_PASSTHROUGH"
                named = any(fnmatchcase(host, pattern) for pattern in server["hosts"])
                if through and named and server["port"]["number"] == port:
                    return workload
    return None
