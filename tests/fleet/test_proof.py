"""The proof against brute force: every loss is played through on what manifests say, with a division at a time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations
from math import ceil
from typing import Any

from hypothesis import HealthCheck, given, settings

from fleet import addressing
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.proof import prove
from fleet.region import Region
from fleet.service import Service
from k8s import chart_istio
from k8s.autoscaling import autoscaling
from k8s.compute import compute
from tests.fleet.fleets import Tree, fleet_of, trees

Broken = set[tuple[str, str, str, str]]
"""Region, what, what is lost, and who is short of it."""

SERVES = ("proving", "active")
NODE = (16_000, 64 << 30)
"""Processors in thousandths, and bytes; memory-optimised nodes have twice as many bytes."""
DAEMONS, GATEWAY_RPS, EASTWEST_RPS = 8, 2_500, 10_000


def subsets(of: list[str], most: int) -> Iterator[tuple[str, ...]]:
    return chain.from_iterable(combinations(of, size) for size in range(min(most, len(of)) + 1))


def title(cells: int) -> str:
    return {0: "nothing", 1: "a cell"}.get(cells, f"{cells} cells")


def scaler(service: Service, cell: Cell) -> tuple[int, int]:
    (document,) = autoscaling(service, cell)
    return document["spec"]["minReplicas"], document["spec"]["maxReplicas"]


def placed(region: Region) -> dict[str, list[str]]:
    return {name: list(keys) for name, keys in region.fleet.placements.get(region.name, {}).items()}


def losses(region: Region, most: int, out: list[str]) -> Iterator[set[str]]:
    """Everything that is gone at once: what is out already, and so many more that together they are no more."""
    further = [key for key, cell in region.cells.items() if cell.state in SERVES]
    for more in subsets(further, max(0, most - len(out))):
        yield {*out, *more}


def traffic_from(lost: Region, region: Region, service: Service) -> Fraction:
    own = Fraction(service.demand.peak(region.name))
    takers = [r for r in service.in_regions if r.market == lost.market and r.name != lost.name]
    if lost.name not in [r.name for r in service.in_regions] or lost.market != region.market:
        return own
    return own + Fraction(service.demand.peak(lost.name) * region.weight, sum(r.weight for r in takers))


def brute(fleet: Fleet) -> Broken:
    return set(chain.from_iterable(_region(fleet, region) for region in fleet.regions.values()))


def _region(fleet: Fleet, region: Region) -> Iterator[tuple[str, str, str, str]]:
    survive, hosting = fleet.policies.survive, placed(region)
    anywhere = {key for keys in hosting.values() for key in keys}
    out = [key for key, cell in region.cells.items() if key in anywhere and cell.state not in SERVES]
    others = [r for r in fleet.regions.values() if r.market == region.market and r.name != region.name]
    shifts = others if survive.regions else []
    for what, most in (("running pods", min(1, survive.cells)), ("limits of pods", survive.cells)):
        for gone in losses(region, most, out):
            for name, keys in hosting.items():
                service = fleet.services[name]
                left = [region.cells[key] for key in keys if key not in gone]
                bounds = [scaler(service, cell)[what != "running pods"] for cell in left]
                if sum(bounds) * service.demand.per_pod < service.demand.peak(region.name):
                    yield region.name, what, title(most), f"{region.name} {name}"
    for gone in losses(region, survive.cells, out):
        for key, cell in region.cells.items():
            if cell.state in SERVES and key not in gone:
                rates = {
                    n: Fraction(fleet.services[n].demand.peak(region.name), len([k for k in ks if k not in gone]))
                    for n, ks in hosting.items()
                    if key in ks
                }
                if overfull(cell, rates):
                    yield region.name, "node pools", title(survive.cells), f"{region.name}/{key}"
    for other in shifts:
        for name, keys in hosting.items():
            service = fleet.services[name]
            bounds = [scaler(service, region.cells[key])[1] for key in keys if key not in out]
            if sum(bounds) * service.demand.per_pod < traffic_from(other, region, service):
                yield region.name, "limits of pods", "a region", f"{region.name} {name}"
        for key, cell in region.cells.items():
            if cell.state in SERVES:
                rates = {
                    n: traffic_from(other, region, fleet.services[n]) / len([k for k in ks if k not in out])
                    for n, ks in hosting.items()
                    if key in ks
                }
                if overfull(cell, rates):
                    yield region.name, "node pools", "a region", f"{region.name}/{key}"
    for name in hosting if survive.regions else ():
        if not any(fleet.services[name].runs_in(other) for other in others):
            yield region.name, "other regions", "a region", f"{region.name} {name}"
    yield from _doors(fleet, region, anywhere, shifts)
    yield from _between(fleet, region, out, shifts)
    for key, cell in region.cells.items():
        if cell.state != "planned":
            yield from _nodes(cell, f"{region.name}/{key}")


def pools(cell: Cell) -> dict[str, int]:
    return {d["metadata"]["name"]: int(d["spec"]["limits"]["nodes"]) for d in compute(cell) if d["kind"] == "NodePool"}


def overfull(cell: Cell, rates: dict[str, Fraction]) -> bool:
    """Whether the pods that such rates want do not fit on the cell's nodes."""
    wanted: dict[str, list[int]] = {"general": [0, 0, 0], "memory": [0, 0, 0]}
    nodes = pools(cell)
    for name, rate in rates.items():
        service = cell.fleet.services[name]
        pods = max(scaler(service, cell)[0], ceil(rate / service.demand.per_pod))
        hungry = service.demand.memory * 1000 >= (6 << 30) * service.demand.cpu and "spot-memory" in nodes
        proxy = (100, 128 << 20) if cell.region.mesh == "sidecar" else (0, 0)
        for place, each in enumerate((1, service.demand.cpu + proxy[0], service.demand.memory + proxy[1])):
            wanted["memory" if hungry else "general"][place] += pods * each
    general = nodes["spot"] + nodes["ondemand-burst"] if "spot" in nodes else nodes["general"]
    if "general" in nodes and cell.capacity == "auto-mode":
        general -= 3
    for room, count, memory in (("general", general, NODE[1]), ("memory", nodes.get("spot-memory", 0), 2 * NODE[1])):
        usable = max(0, count) * 0.9
        most = max(0, count) * (cell.pods_per_node - DAEMONS), int(usable * NODE[0]), int(usable * memory)
        if any(want > have for want, have in zip(wanted[room], most, strict=True)):
            return True
    return False


def _doors(
    fleet: Fleet, region: Region, anywhere: set[str], shifts: list[Region]
) -> Iterator[tuple[str, str, str, str]]:
    survive, cells = fleet.policies.survive, region.cells
    closed = [key for key in cells if key in anywhere and cells[key].effective_weight == 0]
    doors = [key for key in cells if cells[key].effective_weight > 0]
    routed = [s for s in fleet.services.values() if s.routes and s.runs_in(region)]
    peak = sum(s.demand.peak(region.name) for s in routed)

    def gateways(key: str) -> tuple[int, int]:
        scaling: dict[str, Any] = chart_istio.ingress(cells[key])["autoscaling"]  # type: ignore[assignment]
        return scaling["minReplicas"], scaling["maxReplicas"]

    def short(left: list[str], rps: Fraction, place: int) -> list[str]:
        weights = sum(cells[key].effective_weight for key in left)
        shares = {key: rps * cells[key].effective_weight / weights for key in left}
        return [key for key, share in shares.items() if gateways(key)[place] * GATEWAY_RPS < share]

    for what, most, place in (("running gateways", min(1, survive.cells), 0), ("limits of gateways", survive.cells, 1)):
        for more in subsets(doors, max(0, most - len(closed))):
            for key in short([door for door in doors if door not in more], Fraction(peak), place):
                yield region.name, what, title(most), f"{region.name}/{key}"
    for other in shifts:
        rps = sum((traffic_from(other, region, s) for s in routed), Fraction(0))
        for key in short(doors, rps, 1):
            yield region.name, "limits of gateways", "a region", f"{region.name}/{key}"


def _between(fleet: Fleet, region: Region, out: list[str], shifts: list[Region]) -> Iterator[tuple[str, str, str, str]]:
    if region.mesh != "sidecar":
        return
    survive, what = fleet.policies.survive, "east-west gateways"
    peaks = {s.name: Fraction(s.demand.peak(region.name)) for s in fleet.services.values() if s.runs_in(region)}
    for most, kind, bound in (
        (min(1, survive.cells), "running", "minReplicas"),
        (survive.cells, "limits of", "maxReplicas"),
    ):
        for gone in losses(region, most, out):
            for key, rate in arriving(region, gone, peaks, peaks).items():
                if chart_istio.eastwest(region.cells[key])["autoscaling"][bound] * EASTWEST_RPS < rate:  # type: ignore[index]
                    yield region.name, f"{kind} {what}", title(most), f"{region.name}/{key}"
    for other in shifts:
        shifted = {name: traffic_from(other, region, fleet.services[name]) for name in peaks}
        for key, rate in arriving(region, set(out), peaks, shifted).items():
            if chart_istio.eastwest(region.cells[key])["autoscaling"]["maxReplicas"] * EASTWEST_RPS < rate:  # type: ignore[index]
                yield region.name, f"limits of {what}", "a region", f"{region.name}/{key}"


def arriving(
    region: Region, gone: set[str], peaks: dict[str, Fraction], asked: dict[str, Fraction]
) -> dict[str, Fraction]:
    """What each cell that is left gets from the others: every cell's requests are sent on their way, one by one."""
    serving = {
        name: [k for k in keys if k not in gone and region.cells[k].state in SERVES]
        for name, keys in placed(region).items()
    }
    doors = {
        key: cell.effective_weight for key, cell in region.cells.items() if key not in gone and cell.effective_weight
    }
    found: dict[str, Fraction] = {}

    def send(origins: dict[str, Fraction], to: list[str]) -> None:
        for origin, rate in origins.items():
            for target in to if origin not in to else ():
                found[target] = found.get(target, Fraction(0)) + rate / len(to)

    for callee, to in serving.items():
        service = region.fleet.services[callee]
        callers = [n for n in peaks if any(call.service == callee for call in region.fleet.services[n].calls)]
        called = sum((peaks[n] for n in callers), Fraction(0))
        viewers = peaks[callee] - called if service.routes and peaks[callee] > called else Fraction(0)
        for n in callers:
            rate = asked[n] * (1 if viewers else peaks[callee] / called)
            send({key: rate / len(serving[n]) for key in serving[n]}, to)
        grown = asked[callee] / peaks[callee]
        send({key: viewers * grown * weight / sum(doors.values()) for key, weight in doors.items()}, to)
    return found


def _nodes(cell: Cell, where: str) -> Iterator[tuple[str, str, str, str]]:
    region, nodes = cell.region, sum(pools(cell).values()) + (3 if cell.capacity == "karpenter" else 0)
    if nodes > cell.nodes:
        yield region.name, "bound of nodes", "nothing", where
    each = ceil(cell.pods_per_node / 16) * 16 + 16 + 1
    for zone in region.zones if cell.fleet.policies.survive.zones else ():
        left = [addressing.node_subnet(cell, other) for other in region.zones if other != zone]
        if sum((subnet.num_addresses - 5) // each for subnet in left) < nodes:
            yield region.name, "addresses", "a zone", where


def proved(fleet: Fleet) -> Broken:
    # The burst pool and the gateways' pool are made for nothing else than what is claimed of them: no second way.
    claims = [c for c in prove(fleet).claims if c.what not in ("burst pool", "gateway pool")]
    return {(c.region, c.what, c.lost, margin.where) for c in claims for margin in c.broken}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees())
def test_the_proof_finds_what_playing_every_loss_through_finds(tree: Tree):
    fleet = fleet_of(tree)
    assert proved(fleet) == brute(fleet)
