"""Who serves what at one moment: pods run as far as nodes hold them, and serve as far as they have processors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, log

from ops.simulation.calling import Rates, Step, Way, way
from ops.simulation.nodes import fitting
from ops.simulation.state import EASTWEST, INGRESS, Flow, Place, Running, Served, State
from ops.simulation.world import Gate, Pods, Region

_NEAR = 1e-9
"""Of a pod: what floating numbers are off by is none."""


def serve(region: Region, order: Sequence[Step], state: State, before: Running | None = None) -> Served:
    """Play one moment.

    Args:
        before: what ran when nothing was lost; None: this is that moment.
    """
    cells = range(len(region.cells))
    viewers = sum(step.asked.viewers for step in order)
    coming = [viewers * (1 - state.astray) * state.doors[c] if c not in state.lost else 0.0 for c in cells]
    ingress = [_gate_pods(cell.ingress, INGRESS, c, coming[c], state, before) for c, cell in enumerate(region.cells)]
    doors = [_taken(cell.ingress, ingress[c], coming[c]) for c, cell in enumerate(region.cells)]
    # First as if nobody behind the doors was ever full: that says what is wanted. Then with what there is.
    wished = way(region, order, state, doors=doors, passing=[1.0] * len(doors), limits={})
    asked = {step.asked.name: rates for step, rates in zip(order, wished.asked, strict=True)}
    services = _pods(region, state, asked, before)
    eastwest = [
        _gate_pods(cell.eastwest, EASTWEST, c, wished.entering[c], state, before) for c, cell in enumerate(region.cells)
    ]
    passing = [_taken(cell.eastwest, eastwest[c], wished.entering[c]) for c, cell in enumerate(region.cells)]
    limits = _limits(region, services, asked)
    done = wished
    if limits or any(part < 1 for part in passing):
        done = way(region, order, state, doors=doors, passing=passing, limits=limits)
    running = Running(services, {INGRESS: ingress, EASTWEST: eastwest})
    return _told(region, order, state, done, asked, running, {INGRESS: coming, EASTWEST: wished.entering}, before)


def _wanted(rate: float, carries: float, least: int, most: float) -> float:
    return min(max(ceil(rate / carries - _NEAR), least), most)


def _gate_pods(gate: Gate | None, kind: str, c: int, rate: float, state: State, before: Running | None) -> float:
    if gate is None or c in state.lost:
        return 0.0
    if before is not None and not state.grown:
        return before.gates[kind][c] * state.zones
    return _wanted(rate, gate.carries, gate.least, gate.most * (state.zones if state.kept else 1.0))


def _taken(gate: Gate | None, pods: float, rate: float) -> float:
    """Part of what comes to a gateway that it takes."""
    return 1.0 if gate is None or not rate else min(1.0, pods * gate.full / rate)


def _pods(region: Region, state: State, asked: Mapping[str, Rates], before: Running | None) -> dict[str, list[float]]:
    """What runs in each cell: what is left of before, or what is wanted now; as far as nodes hold it."""
    found: dict[str, list[float]] = {}
    for c, cell in enumerate(region.cells):
        stands = 0.0 if c in state.lost else state.zones
        wanted: dict[str, float] = {}
        for name, pods in cell.pods.items():
            if not stands:
                wanted[name] = 0.0
            elif before is None or state.grown:
                most = pods.most * (stands if state.kept else 1.0)
                wanted[name] = _wanted(asked[name][c] if name in asked else 0.0, pods.carries, pods.least, most)
            else:
                wanted[name] = before.services[name][c] * stands
        stood = {name: before.services[name][c] for name in cell.pods} if before is not None else None
        scarce = state.no_more or state.spot < 1
        held = fitting(cell, wanted, stood if scarce else None, spot=state.spot, pool=state.pool) if stands else wanted
        for name, count in held.items():
            found.setdefault(name, [0.0] * len(region.cells))[c] = count
    return found


def _limits(
    region: Region, running: Mapping[str, Sequence[float]], asked: Mapping[str, Rates]
) -> dict[str, list[float]]:
    """Requests per second that services serve at most, of those that are asked for more than they can.

    A pod without a limit of processors takes what its neighbours leave idle: a cell sheds where all its pods together
    want more processors than they have requested, and those shed that want more than their own.
    """
    most: dict[str, list[float]] = {}
    for c, cell in enumerate(region.cells):
        idle = excess = 0.0
        beyond: list[tuple[Pods, str, float, float]] = []
        for name, pods in cell.pods.items():
            if name not in asked:
                continue
            own, needed = running[name][c] * pods.cpu, asked[name][c] / pods.full * pods.cpu
            if needed <= own + _NEAR:
                idle += own - needed
                continue
            beyond.append((pods, name, own, needed))
            # Where no pod runs, or none may take more, there is nobody to use what is idle.
            excess += needed - own if own and not pods.capped else 0.0
        part = min(1.0, idle / excess) if excess else 0.0
        for pods, name, own, needed in beyond:
            has = own + (part * (needed - own) if own and not pods.capped else 0.0)
            if has < needed - _NEAR:
                limits = most.setdefault(name, [float("inf")] * len(region.cells))
                limits[c] = has / pods.cpu * pods.full
    return most


def _told(
    region: Region,
    order: Sequence[Step],
    state: State,
    done: Way,
    asked: Mapping[str, Rates],
    running: Running,
    coming: Mapping[str, Sequence[float]],
    before: Running | None,
) -> Served:
    """The sums, and the places that are worth a look."""
    tiers: dict[int, Flow] = {}
    places: list[Place] = []
    short: list[tuple[str, float, float]] = []
    homeless: list[tuple[str, float]] = []
    growth = 0.0
    for number, step in enumerate(order):
        one = step.asked
        served, rates = done.served[number], asked[one.name]
        flow = Flow(one.total, sum(served), done.shed[number], done.void[number])
        tiers.setdefault(one.tier, Flow()).add(flow)
        hosts = [c for c in step.hosts if c not in state.lost]
        if not hosts:
            if one.total > _NEAR:
                homeless.append((one.name, one.total))
            continue
        possible = 0.0
        for c in hosts:
            pods, count, rate = region.cells[c].pods[one.name], running.services[one.name][c], rates[c]
            carries = count * pods.carries
            possible += _possible(pods, state, rate, count) * pods.carries
            if rate > carries + 1e-6:
                places.append(Place(region.cells[c].name, one.name, rate, carries, max(0.0, rate - served[c]), count))
            if before is not None:
                growth = max(growth, _growth(pods, count, before.services[one.name][c] * state.zones))
        if sum(rates) > possible * (1 + _NEAR) + 1e-6:
            short.append((one.name, sum(rates), possible))
    for c, cell in enumerate(region.cells):
        for kind, gate in ((INGRESS, cell.ingress), (EASTWEST, cell.eastwest)):
            rate, count = coming[kind][c], running.gates[kind][c]
            if gate is not None and rate > count * gate.carries + 1e-6:
                shed = max(0.0, rate - count * gate.full)
                places.append(Place(cell.name, kind, rate, count * gate.carries, shed, count))
                if state.grown:
                    short.append((f"{kind} of {cell.name}", rate, count * gate.carries))
    named = {step.asked.name: rates for step, rates in zip(order, done.served, strict=True)}
    return Served(tiers, places, short, homeless, running, asked, named, coming, growth)


def _possible(pods: Pods, state: State, rate: float, count: float) -> float:
    """Pods that may run: the autoscaler's limit, or fewer where nodes do not hold what is wanted."""
    most = pods.most * (state.zones if state.kept else 1.0)
    return count if count + _NEAR < _wanted(rate, pods.carries, pods.least, most) else most


def _growth(pods: Pods, count: float, ran: float) -> float:
    """Seconds that the autoscaler takes from what ran to what is wanted."""
    if count <= ran + _NEAR or ran <= 0:
        return 0.0
    return pods.period * ceil(log(count / ran) / log(1 + pods.growth) - _NEAR)
