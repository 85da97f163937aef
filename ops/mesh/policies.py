"""What each layer says to one call: the scope of the caller's proxy, the network policies, the identity asked for.

Semantics are those of Kubernetes' NetworkPolicy (v1) and of Istio's Sidecar and AuthorizationPolicy (v1), of the fields
that are used; any other field raises `Unmodelled`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Network
from typing import Any, Literal

from ops.mesh.cluster import ROOT, Cluster, Document, Unmodelled, Workload, known, selects


@dataclass(frozen=True)
class Pods:
    """The other end of a connection: pods of the same cell."""

    workload: Workload


@dataclass(frozen=True)
class Addresses:
    """The other end of a connection: any address of a network outside the cell's pods."""

    network: IPv4Network


Peer = Pods | Addresses
Direction = Literal["ingress", "egress"]


def passes(cluster: Cluster, workload: Workload, direction: Direction, peer: Peer, port: int) -> bool:
    """Whether network policies let a workload's pods be reached by, or reach, a peer at a TCP port."""
    policies = [
        one["spec"]
        for one in cluster.of("NetworkPolicy", workload.space)
        if direction.capitalize() in one["spec"]["policyTypes"] and selects(one["spec"]["podSelector"], workload.wears)
    ]
    if not policies:
        return True
    return any(
        _rule_passes(cluster, rule, direction, peer, port, workload.space) for rule in _rules(policies, direction)
    )


def _rules(policies: list[Any], direction: Direction) -> Iterator[dict[str, Any]]:
    for spec in policies:
        known(spec, "podSelector", "policyTypes", "ingress", "egress", where="NetworkPolicy")
        yield from spec.get(direction, ())


def _rule_passes(cluster: Cluster, rule: dict[str, Any], direction: Direction, peer: Peer, port: int, own: str) -> bool:
    side = "from" if direction == "ingress" else "to"
    known(rule, side, "ports", where="NetworkPolicy rule")
    ports = rule.get("ports")
    if ports is not None and not any(one.get("protocol", "TCP") == "TCP" and one.get("port") == port for one in ports):
        return False
    peers = rule.get(side)
    return peers is None or any(_peer_meant(cluster, one, peer, own) for one in peers)


def _peer_meant(cluster: Cluster, meant: dict[str, Any], peer: Peer, own: str) -> bool:
    known(meant, "namespaceSelector", "podSelector", "ipBlock", where="NetworkPolicy peer")
    if isinstance(peer, Addresses):
        if "ipBlock" not in meant:
            return False
        block = meant["ipBlock"]
        inside = peer.network.subnet_of(IPv4Network(block["cidr"]))
        return inside and not any(peer.network.overlaps(IPv4Network(out)) for out in block.get("except", ()))
    if "ipBlock" in meant:
        return False
    space = peer.workload.space
    if "namespaceSelector" in meant:
        if not selects(meant["namespaceSelector"], cluster.spaces.get(space, {})):
            return False
    elif space != own:
        return False
    return "podSelector" not in meant or selects(meant["podSelector"], peer.workload.wears)


def sidecar(cluster: Cluster, workload: Workload) -> Document | None:
    """The Sidecar that a workload's proxy follows: its own, its namespace's, or the mesh's."""
    own = cluster.of("Sidecar", workload.space)
    chosen = [one for one in own if "workloadSelector" in one["spec"] and _selected(one, workload)]
    chosen += [one for one in own if "workloadSelector" not in one["spec"]]
    chosen += [one for one in cluster.of("Sidecar", ROOT) if "workloadSelector" not in one["spec"]]
    return chosen[0] if chosen else None


def _selected(document: Document, workload: Workload) -> bool:
    labels = document["spec"]["workloadSelector"]["labels"]
    return all(workload.wears.get(key) == value for key, value in labels.items())


def knows(cluster: Cluster, workload: Workload, space: str, host: str) -> bool:
    """Whether a workload's proxy is told of a host that a namespace exports. Gateways are told of all."""
    followed = None if workload.gateway else sidecar(cluster, workload)
    if followed is None:
        return True
    known(followed["spec"], "workloadSelector", "egress", "outboundTrafficPolicy", where="Sidecar")
    for listener in followed["spec"]["egress"]:
        known(listener, "hosts", where="Sidecar egress")
        for entry in listener["hosts"]:
            where, _, name = entry.partition("/")
            own = where == "." and space == workload.space
            if (own or where in ("*", space)) and fnmatchcase(host, name):
                return True
    return False


def admits(cluster: Cluster, workload: Workload, principal: str | None, port: int) -> bool:
    """Whether authorization policies let a caller through at a port.

    Args:
        principal: `<trust domain>/ns/<namespace>/sa/<account>`; None where no certificate of the mesh was shown.
    """
    meant = [
        one["spec"]
        for space in {ROOT, workload.space}
        for one in cluster.of("AuthorizationPolicy", space)
        if selects(one["spec"].get("selector"), workload.wears)
    ]
    for spec in meant:
        known(spec, "selector", "action", "rules", where="AuthorizationPolicy")
        if spec.get("action", "ALLOW") != "ALLOW":
            raise Unmodelled(f"AuthorizationPolicy: action {spec['action']}")
    # One without rules allows nothing, and that it is there makes everything else denied.
    return not meant or any(_rule_admits(rule, principal, port) for spec in meant for rule in spec.get("rules", ()))


def _rule_admits(rule: dict[str, Any], principal: str | None, port: int) -> bool:
    known(rule, "from", "to", where="AuthorizationPolicy rule")
    return _from_admits(rule.get("from"), principal) and _to_admits(rule.get("to"), port)


def _from_admits(sources: list[Any] | None, principal: str | None) -> bool:
    if sources is None:
        return True
    for one in sources:
        known(one["source"], "principals", where="AuthorizationPolicy source")
        if principal is not None and any(fnmatchcase(principal, name) for name in one["source"]["principals"]):
            return True
    return False


def _to_admits(operations: list[Any] | None, port: int) -> bool:
    if operations is None:
        return True
    for one in operations:
        known(one["operation"], "ports", where="AuthorizationPolicy operation")
        if str(port) in one["operation"]["ports"]:
            return True
    return False
