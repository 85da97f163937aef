"""Requests come in at doors and call their way down, from caller to callee, each from the cell that its caller is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.simulation.demand import Asked
from ops.simulation.state import State
from ops.simulation.world import Calls, Region

Rates = list[float]
"""Requests per second, cell by cell."""


@dataclass(frozen=True)
class Step:
    """One service of a region's demand, with everything that does not change from moment to moment."""

    asked: Asked
    callers: tuple[tuple[int, float], ...]
    """Place of a caller in the order, and how often each of its requests calls."""
    hosts: tuple[int, ...]
    strangers: tuple[int, ...]
    """Cells from which calls leave for another one."""
    calls: tuple[Calls | None, ...]
    """Cell by cell."""


def steps(region: Region, demand: Sequence[Asked]) -> list[Step]:
    """The way down, callers first."""
    place = {one.name: number for number, one in enumerate(demand)}
    totals = {one.name: one.total for one in demand}
    cells = range(len(region.cells))
    found = []
    for one in demand:
        calls = tuple(cell.calls.get(one.name) for cell in region.cells)
        hosts = tuple(c for c in cells if one.name in region.cells[c].pods)
        spread = [c for c in cells if region.meshed and calls[c] is not None and not calls[c].local]  # type: ignore[union-attr]
        callers = tuple((place[name], rps / totals[name]) for name, rps in one.callers if totals.get(name))
        strangers = tuple(c for c in cells if c not in hosts or c in spread)
        found.append(Step(one, callers, hosts, strangers, calls))
    return found


@dataclass
class Way:
    """What came of one way down, service by service in the order of the steps."""

    asked: list[Rates]
    served: list[Rates]
    shed: list[float]
    void: list[float]
    entering: Rates
    """What comes to each cell's east-west gateway."""


def way(
    region: Region,
    order: Sequence[Step],
    state: State,
    *,
    doors: Sequence[float],
    passing: Sequence[float],
    limits: Mapping[str, Sequence[float]],
) -> Way:
    """Send everything down once.

    Args:
        doors: part of what comes to each cell's ingress gateway that it takes.
        passing: the same of its east-west gateway.
        limits: what services serve at most in each cell, of those that are not free.
    """
    cells = range(len(region.cells))
    stands = [c not in state.lost for c in cells]
    into = 1 - state.astray
    reach = [into * state.doors[c] * doors[c] if stands[c] else 0.0 for c in cells]
    refused = sum(into * state.doors[c] * (1 - doors[c]) for c in cells if stands[c])
    gone = sum(state.doors[c] * (state.astray if stands[c] else 1.0) for c in cells)
    done = Way([], [], [], [], [0.0] * len(region.cells))
    for step in order:
        one = step.asked
        void, shed = one.viewers * gone, one.viewers * refused
        called = [0.0] * len(region.cells)
        for place, each in step.callers:
            void += each * done.void[place]
            shed += each * done.shed[place]
            called = [rate + each * more for rate, more in zip(called, done.served[place], strict=True)]
        came = [one.viewers * part for part in reach]
        asked = [door + inner for door, inner in zip(came, called, strict=True)]
        for c in step.strangers:
            asked[c] = 0.0
        for c in step.strangers:
            for rate, by_door in ((came[c], True), (called[c], False)):
                if rate:
                    lost, full = _leave(region, state, step, c, rate, by_door, stands, passing, asked, done.entering)
                    void, shed = void + lost, shed + full
        if one.unknown:
            void += _anywhere(one.unknown, step.hosts, stands, asked, noticed=state.noticed)
        served = asked
        if one.name in state.broken:
            void, served = void + sum(asked), [0.0] * len(region.cells)
        elif one.name in limits:
            served = [min(rate, most) for rate, most in zip(asked, limits[one.name], strict=True)]
            shed += sum(rate - most for rate, most in zip(asked, limits[one.name], strict=True) if rate > most)
        done.asked.append(asked)
        done.served.append(served)
        done.shed.append(shed)
        done.void.append(void)
    return done


def _anywhere(rps: float, hosts: Sequence[int], stands: Sequence[bool], asked: Rates, *, noticed: bool) -> float:
    """Work that nobody known brings is spread evenly; what comes to nobody."""
    left = [c for c in hosts if stands[c]]
    among = left if noticed and left else hosts
    for c in among:
        if stands[c]:
            asked[c] += rps / len(among)
    return rps * sum(not stands[c] for c in among) / len(among) if among else rps


def _leave(
    region: Region,
    state: State,
    step: Step,
    c: int,
    rate: float,
    by_door: bool,
    stands: Sequence[bool],
    passing: Sequence[float],
    asked: Rates,
    entering: Rates,
) -> tuple[float, float]:
    """Calls go from a cell to others, alike; what comes to nobody, and what gateways do not take."""
    calls = step.calls[c]
    known = region.cells[c].reaches
    others = [h for h in step.hosts if region.cells[h].name in known and (h != c or not (calls and calls.local))]
    left = [h for h in others if stands[h]]
    if not region.meshed or calls is None or not left:
        return rate, 0.0
    void = rate * unanswered(region, state, calls, len(others), len(left), by_door=by_door)
    share, full = (rate - void) / len(left), 0.0
    for h in left:
        if h == c:
            asked[h] += share
            continue
        entering[h] += share
        asked[h] += share * passing[h]
        full += share * (1 - passing[h])
    return void, full


def unanswered(region: Region, state: State, calls: Calls, hosts: int, left: int, *, by_door: bool) -> float:
    """Part of the calls to other cells that no try answers: a cell is its gateway's addresses there, one a zone.

    A try takes another address than those before it (`ops.mesh.failover` says the same, address by address).
    """
    addresses = hosts * len(region.zones)
    alive = left * len(region.zones)
    # Addresses of a lost zone, until the load balancers leave them out.
    alive -= round(state.astray * alive)
    dead = addresses - alive
    if not dead:
        return 0.0
    if state.noticed:
        left_out = min(dead, addresses * calls.left_out // 100)
        dead, addresses = dead - left_out, addresses - left_out
    lost = 1.0
    for attempt in range((calls.door_attempts if by_door else calls.attempts) + 1):
        if dead <= attempt:
            return 0.0
        lost *= (dead - attempt) / (addresses - attempt)
    return lost
