"""The proof against brute force: every loss is played through on what manifests say, with a division at a time."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations
from math import ceil

import pytest
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

Trial = tuple[tuple[str, str, str], str, float, Fraction]
"""Region, what and what is lost; who is hit; what it offers then, and what it needs."""

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


def brute(fleet: Fleet) -> Iterator[Trial]:
    """Every loss, played through one by one."""
    return chain.from_iterable(_region(fleet, region) for region in fleet.regions.values())


def _region(fleet: Fleet, region: Region) -> Iterator[Trial]:
    survive, hosting = fleet.policies.survive, placed(region)
    anywhere = {key for keys in hosting.values() for key in keys}
    out = [key for key, cell in region.cells.items() if key in anywhere and cell.state not in SERVES]
    others = [r for r in fleet.regions.values() if r.market == region.market and r.name != region.name]
    shifts = others if survive.regions else []
    peaks = {name: Fraction(fleet.services[name].demand.peak(region.name)) for name in hosting}
    for what, place, most in (("running pods", 0, min(1, survive.cells)), ("limits of pods", 1, survive.cells)):
        for gone in losses(region, most, out):
            for name in hosting:
                yield (region.name, what, title(most)), *_carried(region, name, gone, place), peaks[name]
    for gone in losses(region, survive.cells, out):
        yield from _on_nodes(region, title(survive.cells), gone, peaks)
    for other in shifts:
        shifted = {name: traffic_from(other, region, fleet.services[name]) for name in hosting}
        for name in hosting:
            yield (region.name, "limits of pods", "a region"), *_carried(region, name, set(out), 1), shifted[name]
        yield from _on_nodes(region, "a region", set(out), shifted)
    for name in hosting if survive.regions else ():
        left = sum(fleet.services[name].runs_in(other) for other in others)
        yield (region.name, "other regions", "a region"), f"{region.name} {name}", left, Fraction(1)
    yield from _doors(fleet, region, anywhere, shifts)
    yield from _between(fleet, region, out, shifts)
    for key, cell in region.cells.items():
        if cell.state != "planned":
            yield from _nodes(cell, f"{region.name}/{key}")


def _carried(region: Region, name: str, gone: set[str], place: int) -> tuple[str, float]:
    """What the autoscaler's bounds of the cells that are left carry together."""
    service = region.fleet.services[name]
    left = [region.cells[key] for key in placed(region)[name] if key not in gone]
    pods = sum(scaler(service, cell)[place] for cell in left)
    return f"{region.name} {name}", pods * service.demand.per_pod


def _on_nodes(region: Region, lost: str, gone: set[str], rates: dict[str, Fraction]) -> Iterator[Trial]:
    """Each cell that is left, with its even part of such rates."""
    hosting = placed(region)
    for key, cell in region.cells.items():
        if cell.state in SERVES and key not in gone:
            own = {n: rates[n] / len([k for k in keys if k not in gone]) for n, keys in hosting.items() if key in keys}
            for have, want in filled(cell, own):
                yield (region.name, "node pools", lost), f"{region.name}/{key}", have, Fraction(want)


def pools(cell: Cell) -> dict[str, int]:
    return {d["metadata"]["name"]: int(d["spec"]["limits"]["nodes"]) for d in compute(cell) if d["kind"] == "NodePool"}


def filled(cell: Cell, rates: dict[str, Fraction]) -> Iterator[tuple[int, int]]:
    """What the cell's nodes hold, and what the pods want that such rates make: pods, processors, memory."""
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
        yield from zip(most, wanted[room], strict=True)


def _doors(fleet: Fleet, region: Region, anywhere: set[str], shifts: list[Region]) -> Iterator[Trial]:
    survive, cells = fleet.policies.survive, region.cells
    closed = [key for key in cells if key in anywhere and cells[key].effective_weight == 0]
    doors = [key for key in cells if cells[key].effective_weight > 0]
    routed = [s for s in fleet.services.values() if s.routes and s.runs_in(region)]
    peak = Fraction(sum(s.demand.peak(region.name) for s in routed))

    def entering(left: list[str], rps: Fraction, bound: str) -> Iterator[tuple[str, float, Fraction]]:
        weights = sum(cells[key].effective_weight for key in left)
        for key in left:
            pods: int = chart_istio.ingress(cells[key])["autoscaling"][bound]  # type: ignore[index]
            yield f"{region.name}/{key}", pods * GATEWAY_RPS, rps * cells[key].effective_weight / weights

    for what, most, bound in (
        ("running gateways", min(1, survive.cells), "minReplicas"),
        ("limits of gateways", survive.cells, "maxReplicas"),
    ):
        for more in subsets(doors, max(0, most - len(closed))):
            for trial in entering([door for door in doors if door not in more], peak, bound):
                yield (region.name, what, title(most)), *trial
    for other in shifts:
        rps = sum((traffic_from(other, region, s) for s in routed), Fraction(0))
        for trial in entering(doors, rps, "maxReplicas"):
            yield (region.name, "limits of gateways", "a region"), *trial


def _between(fleet: Fleet, region: Region, out: list[str], shifts: list[Region]) -> Iterator[Trial]:
    if region.mesh != "sidecar":
        return
    survive, what = fleet.policies.survive, "east-west gateways"
    peaks = {s.name: Fraction(s.demand.peak(region.name)) for s in fleet.services.values() if s.runs_in(region)}

    def arrived(gone: set[str], asked: dict[str, Fraction], bound: str) -> Iterator[tuple[str, float, Fraction]]:
        found = arriving(region, gone, peaks, asked)
        for key in region.cells.keys() - gone:
            pods: int = chart_istio.eastwest(region.cells[key])["autoscaling"][bound]  # type: ignore[index]
            yield f"{region.name}/{key}", pods * EASTWEST_RPS, found.get(key, Fraction(0))

    for most, kind, bound in (
        (min(1, survive.cells), "running", "minReplicas"),
        (survive.cells, "limits of", "maxReplicas"),
    ):
        for gone in losses(region, most, out):
            for trial in arrived(gone, peaks, bound):
                yield (region.name, f"{kind} {what}", title(most)), *trial
    for other in shifts:
        shifted = {name: traffic_from(other, region, fleet.services[name]) for name in peaks}
        for trial in arrived(set(out), shifted, "maxReplicas"):
            yield (region.name, f"limits of {what}", "a region"), *trial


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


def _nodes(cell: Cell, where: str) -> Iterator[Trial]:
    region, nodes = cell.region, sum(pools(cell).values()) + (3 if cell.capacity == "karpenter" else 0)
    yield (region.name, "bound of nodes", "nothing"), where, cell.nodes, Fraction(nodes)
    each = ceil(cell.pods_per_node / 16) * 16 + 16 + 1
    for zone in region.zones if cell.fleet.policies.survive.zones else ():
        left = [addressing.node_subnet(cell, other) for other in region.zones if other != zone]
        fits = sum((subnet.num_addresses - 5) // each for subnet in left)
        yield (region.name, "addresses", "a zone"), where, fits, Fraction(nodes)


# The burst pool and the gateways' pool are made for nothing else than what is claimed of them: no second way.
ALONE = ("burst pool", "gateway pool")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(trees())
def test_the_proof_finds_what_playing_every_loss_through_finds(tree: Tree):
    fleet = fleet_of(tree)
    short: dict[tuple[str, str, str], set[str]] = {}
    tightest: dict[tuple[str, str, str], float] = {}
    for claim, where, offered, needed in brute(fleet):
        short.setdefault(claim, set()).update([where] if offered < needed else [])
        ratio = float(offered / needed) if needed else float("inf")
        tightest[claim] = min(tightest.get(claim, ratio), ratio)
    claims = {(c.region, c.what, c.lost): c for c in prove(fleet).claims if c.what not in ALONE}
    assert {key: {margin.where for margin in claim.broken} for key, claim in claims.items()} == short
    assert {key: claim.tightest.ratio for key, claim in claims.items() if claim.tightest} == pytest.approx(tightest)
