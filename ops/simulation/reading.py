"""A world from a snapshot: only what templates and manifests say, and from the fleet's files what nobody can emit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from fleet import capacity, losses
from fleet.model import Fleet
from ops.delta.objects import Object, at, quantity
from ops.guard.snapshot import Snapshot, Stack
from ops.promotion.image import Unusable
from ops.simulation import records
from ops.simulation.mesh import calls, eastwest
from ops.simulation.pools import rooms
from ops.simulation.world import Cell, Gate, Pods, Region, World

_PROXY_CPU, _PROXY_MEMORY = "sidecar.istio.io/proxyCPU", "sidecar.istio.io/proxyMemory"


def world(snapshot: Snapshot) -> World:
    """What can be played of a snapshot.

    Raises:
        Unusable: something that is needed is lacking, or says what nobody has learnt to play.
    """
    fleet = snapshot.fleet
    if fleet is None:
        raise Unusable(
            f"{snapshot.origin}: its fleet's files are not known, and peaks stand nowhere else; name them with "
            f"--blueprint, or store an assembly with `hypercell synth --out FOLDER`"
        )
    by_cell = {key: one for key, one in snapshot.record.stacks.items() if one.kind == "cell"}
    stacks = {one.cell: snapshot.stacks[name] for name, one in by_cell.items() if name in snapshot.stacks}
    regions = {}
    for name, region in fleet.regions.items():
        cells = tuple(
            _cell(_Objects(cell.name, snapshot), fleet, name, cell.key, stacks.get(cell.name))
            for cell in losses.serving(region)
        )
        regions[name] = Region(
            name, region.code, region.market, region.zones, region.meshed, cells, len(losses.out(region))
        )
    return World(snapshot.origin, fleet, records.read(fleet, snapshot.stacks.values()), regions)


class _Objects:
    """A cell's objects by kind."""

    def __init__(self, cell: str, snapshot: Snapshot) -> None:
        self.cell = cell
        bundles = {channel: files for (name, channel), files in snapshot.bundles.items() if name == cell}
        if "platform" not in bundles:
            raise Unusable(f"{snapshot.origin}: no manifests of {cell}; synthesize the whole fleet")
        self._kinds: dict[str, list[Object]] = {}
        for one in chain.from_iterable(objects for files in bundles.values() for objects in files.values()):
            self._kinds.setdefault(str(one.get("kind")), []).append(one)

    def of(self, *kinds: str) -> Iterable[Object]:
        return chain.from_iterable(self._kinds.get(kind, ()) for kind in kinds)

    def by_space(self, *kinds: str) -> dict[tuple[str, str], Object]:
        """(namespace, name) of what an object is about to the object."""
        found = {}
        for one in self.of(*kinds):
            name = at(one, "spec", "scaleTargetRef", "name") or at(one, "metadata", "name")
            found[str(at(one, "metadata", "namespace")), str(name)] = one
        return found


def _cell(objects: _Objects, fleet: Fleet, region: str, key: str, stack: Stack | None) -> Cell:
    cell = fleet.regions[region].cells[key]
    if stack is None:
        raise Unusable(f"no template of {cell.name}; synthesize the whole fleet")
    scalers = objects.by_space("HorizontalPodAutoscaler", "ScaledObject")
    quotas = objects.by_space("ResourceQuota")
    ranks = {str(at(one, "metadata", "name")): int(one.get("value", 0)) for one in objects.of("PriorityClass")}
    shared, burst, own, spot = rooms(list(objects.of("NodePool", "EC2NodeClass")), cell)
    pods = {}
    for (space, name), deployment in objects.by_space("Deployment").items():
        if name in fleet.services:
            scaler = scalers.get((space, name))
            if scaler is None:
                raise Unusable(f"{cell.name}: Deployment {space}/{name} has no autoscaler: it cannot be played")
            pods[name] = _pods(fleet, deployment, scaler, quotas.get((space, "service")), ranks, own)
    applications = {str(at(one, "metadata", "name")): one for one in objects.of("Application")}
    ingress = _gate(applications.get("ingress"), cell.name, capacity.GATEWAY_RPS)
    if ingress is None:
        raise Unusable(f"{cell.name}: its manifests install no ingress gateway; synthesize the whole fleet")
    gate = _gate(applications.get("eastwest"), cell.name, capacity.EASTWEST_RPS)
    return Cell(
        name=cell.name,
        key=key,
        pods=pods,
        calls=calls(objects.of("DestinationRule"), objects.of("VirtualService")),
        shared=shared,
        burst=burst,
        own=own,
        spot=spot,
        ingress=ingress,
        eastwest=gate,
        reaches=eastwest(applications.get("istiod")),
        balancer=_balancer(stack),
    )


def _pods(
    fleet: Fleet,
    deployment: Object,
    scaler: Object,
    quota: Object | None,
    ranks: Mapping[str, int],
    own: Iterable[str],
) -> Pods:
    service = fleet.services[str(at(deployment, "metadata", "name"))]
    template = at(deployment, "spec", "template") or {}
    spec = template.get("spec") or {}
    notes = at(template, "metadata", "annotations") or {}
    containers = spec.get("containers") or []
    cpu = sum(_number(at(one, "resources", "requests", "cpu")) for one in containers) + _number(notes.get(_PROXY_CPU))
    memory = sum(_number(at(one, "resources", "requests", "memory")) for one in containers)
    said = scaler["spec"]
    least, most = (
        said.get(one, said.get(other, 1))
        for one, other in (("minReplicas", "minReplicaCount"), ("maxReplicas", "maxReplicaCount"))
    )
    allowed = at(quota, "spec", "hard", "pods") if quota else None
    if allowed is not None:
        most = min(int(most), int(_number(allowed)))
    target = _target(said) or service.scale.target
    full = service.demand.per_pod * 100 / service.scale.target
    tolerated = {str(one.get("value")) for one in spec.get("tolerations") or ()}
    behaviour = said.get("behavior") or at(said, "advanced", "horizontalPodAutoscalerConfig", "behavior") or {}
    growth, period = _steps(behaviour)
    return Pods(
        least=min(int(least), int(most)),
        most=int(most),
        carries=full * target / 100,
        full=full,
        cpu=1000 * cpu,
        memory=memory + _number(notes.get(_PROXY_MEMORY)),
        rank=ranks.get(str(spec.get("priorityClassName")), 0),
        room=next((pool for pool in own if pool in tolerated), ""),
        capped=any(at(one, "resources", "limits", "cpu") is not None for one in containers),
        growth=growth,
        period=period,
    )


def _number(value: Any) -> float:
    found = None if value is None else quantity(value)
    return float(found or 0)


def _target(said: Mapping[str, Any]) -> int | None:
    """Mean utilisation that an autoscaler aims at; None where it follows something else."""
    for metric in said.get("metrics") or ():
        for kind in ("containerResource", "resource"):
            found = at(metric, kind, "target", "averageUtilization")
            if found is not None:
                return int(found)
    return None


def _steps(behaviour: Mapping[str, Any]) -> tuple[float, float]:
    """Part of its pods that an autoscaler adds at once, and seconds between two steps. Kubernetes': double each 15 s."""
    policies = at(behaviour, "scaleUp", "policies") or [{"type": "Percent", "value": 100, "periodSeconds": 15}]
    parts = [(one["value"] / 100, float(one["periodSeconds"])) for one in policies if one["type"] == "Percent"]
    return max(parts, default=(0.1, 15.0))


def _gate(application: Object | None, cell: str, rps: float) -> Gate | None:
    if application is None:
        return None
    scaling = at(application, "spec", "source", "helm", "valuesObject", "autoscaling")
    if not isinstance(scaling, Mapping) or not scaling.get("enabled"):
        raise Unusable(f"{cell}: gateway {at(application, 'metadata', 'name')} has no autoscaler: it cannot be played")
    # What a gateway pod carries is said at the usual target (`fleet.capacity`): half of its processor.
    full = rps * 100 / GATE_TARGET
    target = int(scaling.get("targetCPUUtilizationPercentage", GATE_TARGET))
    return Gate(int(scaling["minReplicas"]), int(scaling["maxReplicas"]), full * target / 100, full)


GATE_TARGET = 50
"""Percent of its processor at which a gateway pod carries what `fleet.capacity` says (half of Envoy's own figure)."""


def _balancer(stack: Stack) -> float:
    """Seconds until the cell's load balancers leave a zone without healthy targets out of their names."""
    seconds = [
        float(said.get("HealthCheckIntervalSeconds", 30)) * float(said.get("UnhealthyThresholdCount", 2))
        for one in stack.resources.values()
        if one["Type"] == "AWS::ElasticLoadBalancingV2::TargetGroup"
        for said in (one.get("Properties", {}),)
    ]
    return max(seconds, default=0.0)
