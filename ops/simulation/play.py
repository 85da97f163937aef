"""A loss, played from its first second to the end of its first hour: who asks whom, who serves, and what fails.

Time is cut where something changes: answers of Route 53, caches that expire, proxies that leave out what is dead,
autoscalers and nodes that have followed. Between two cuts nothing changes, so an hour is a handful of moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ops.simulation.calling import Step, steps
from ops.simulation.demand import Demand, Parts
from ops.simulation.outcome import NEAR, Moment, Outcome, append, beside, total
from ops.simulation.records import Lost, Shares
from ops.simulation.scenario import Kind, Scenario
from ops.simulation.serving import serve
from ops.simulation.state import Flow, Running, Served, State
from ops.simulation.timing import BATCH, HORIZON, METRICS, NODE, NOTICE, POD, RAMP, SYNC
from ops.simulation.world import Region, World

Answers = Mapping[str, Shares]
"""Region to the cells that its viewers are sent to."""


@dataclass
class Player:
    """Plays losses of one world; what several of them share is played once."""

    world: World
    _demand: Demand = field(init=False)
    _order: dict[tuple[str, Parts], Sequence[Step]] = field(default_factory=dict)
    _served: dict[tuple[str, Parts, State], Served] = field(default_factory=dict)
    _before: dict[str, Served] = field(default_factory=dict)
    _steady: dict[str, Shares] = field(init=False)
    _least: dict[tuple[str, Lost, int], tuple[float, str]] = field(default_factory=dict)
    _singles: dict[str, Outcome] = field(default_factory=dict)
    _known: dict[frozenset[str], list[tuple[float, Answers]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._demand = Demand(self.world.fleet)
        self._steady = dict(self.world.records.answers(frozenset(), 0.0))
        for name, region in self.world.regions.items():
            if region.cells:
                parts = self._parts(name, self._steady)
                state = State(self._doors(region, self._steady, parts), grown=True)
                self._before[name] = serve(region, self._steps(region, parts), state)

    def play(self, scenario: Scenario) -> Outcome:
        """One loss, from its first second to its end."""
        if scenario.kind is Kind.PAIR and scenario.region is None:
            one, other = (self._alone(cell) for cell in sorted(scenario.cells))
            if self._keeps(one.scenario) and self._keeps(other.scenario):
                return beside(scenario, one, other, self._whole())
        return self.as_a_whole(scenario)

    def _alone(self, cell: str) -> Outcome:
        if cell not in self._singles:
            home = next(
                region.name for region in self.world.regions.values() if any(c.name == cell for c in region.cells)
            )
            self._singles[cell] = self.as_a_whole(Scenario(Kind.CELL, f"cell:{cell}", frozenset({cell}), home))
        return self._singles[cell]

    def _keeps(self, scenario: Scenario) -> bool:
        """Whether viewers stay in their regions. Then what happens in two regions has nothing to do with each other."""
        changes = [answers for _, answers in self._changes(scenario)]
        return all(
            self._parts(name, answers) == self._parts(name, self._steady)
            for answers in changes
            for name in self.world.regions
        )

    def _whole(self) -> Mapping[int, Flow]:
        """What is asked for and served with nothing lost."""
        return total(self._before.values())

    def as_a_whole(self, scenario: Scenario) -> Outcome:
        """The same, never put together from the losses of two regions."""
        cuts = list(self._cuts(scenario))
        moments: list[Moment] = []
        last: dict[str, Served] = {}
        for begins, ends in pairwise(cuts):
            middle = (begins + ends) / 2
            last = self.served(scenario, at=middle)
            append(moments, Moment.of(begins, ends, self._what(scenario, middle), total(last.values())))
        capacity, tightest = self._tightest(scenario, last)
        places = sorted((one for served in last.values() for one in served.places), key=lambda one: -one.shed)
        return Outcome(scenario, tuple(moments), capacity, tightest, tuple(places), tuple(self._short(scenario, last)))

    def _cuts(self, scenario: Scenario) -> Iterator[float]:
        """Where time is cut, sorted."""
        ttl = self.world.records.ttl
        found = {0.0, HORIZON.value, *(moment for moment, _ in self._changes(scenario))}
        for began in [moment for moment, _ in self._changes(scenario) if moment > 0]:
            found |= {began + ttl * piece / RAMP for piece in range(1, RAMP + 1)}
        if scenario.kind is Kind.ZONE:
            leaves = self._balancer(scenario)
            found |= {leaves + ttl * piece / RAMP for piece in range(RAMP + 1)}
        if scenario.kind is Kind.DROUGHT:
            found.add(NOTICE.value)
        else:
            found.add(self._noticed(scenario))
        found.add(self._grown(scenario))
        yield from sorted(moment for moment in found if moment <= HORIZON.value)

    def _changes(self, scenario: Scenario) -> list[tuple[float, Answers]]:
        """Moments at which Route 53 answers otherwise than before, with what it answers from then on."""
        if scenario.cells not in self._known:
            found: list[tuple[float, Answers]] = []
            for moment in self.world.records.moments(scenario.cells):
                answers = self.world.records.answers(scenario.cells, moment)
                if not found or answers != found[-1][1]:
                    found.append((moment, answers))
            self._known[scenario.cells] = found
        return self._known[scenario.cells]

    def _answers(self, scenario: Scenario, at: float) -> Answers:
        """What viewers go by: answers as old as up to a TTL, evenly spread."""
        ttl = self.world.records.ttl
        eras = [(float("-inf"), self._steady), *self._changes(scenario)]
        mixed: dict[str, dict[str, float]] = {name: {} for name in self._steady}
        for (begins, answers), (ends, _) in zip(eras, [*eras[1:], (float("inf"), eras[-1][1])], strict=True):
            part = max(0.0, min(ends, at) - max(begins, at - ttl)) / ttl
            if part:
                for name, shares in answers.items():
                    for cell, share in shares.items():
                        mixed[name][cell] = mixed[name].get(cell, 0.0) + part * share
        return mixed

    def served(self, scenario: Scenario, *, at: float) -> dict[str, Served]:
        """Region to what comes of it, so many seconds after a loss; without those that nobody is sent to."""
        answers = self._answers(scenario, at)
        found = {}
        for name, region in self.world.regions.items():
            parts = self._parts(name, answers)
            if not region.cells or not parts:
                continue
            state = self._state(scenario, region, self._doors(region, answers, parts), at)
            found[name] = self._serve(region, parts, state)
        return found

    def _serve(self, region: Region, parts: Parts, state: State) -> Served:
        key = (region.name, parts, state)
        if key not in self._served:
            before: Running = self._before[region.name].running
            self._served[key] = serve(region, self._steps(region, parts), state, before)
        return self._served[key]

    def _state(self, scenario: Scenario, region: Region, doors: tuple[float, ...], at: float) -> State:
        lost = frozenset(c for c, cell in enumerate(region.cells) if cell.name in scenario.cells)
        here = scenario.region == region.name
        touched = bool(lost) or (here and scenario.kind in (Kind.ZONE, Kind.DROUGHT, Kind.DATABASE))
        grown = at >= self._grown(scenario)
        if not touched:
            return State(doors, grown=grown or doors == self._steady_doors(region))
        if scenario.kind is Kind.ZONE:
            zones = len(region.zones)
            ttl, leaves = self.world.records.ttl, self._balancer(scenario)
            stale = min(1.0, max(0.0, 1 - (at - leaves) / ttl))
            noticed = at >= self._noticed(scenario)
            return State(doors, zones=1 - 1 / zones, astray=stale / zones, noticed=noticed, grown=grown)
        if scenario.kind is Kind.DROUGHT:
            return State(doors, spot=scenario.spot if at >= NOTICE.value else 1.0, grown=True)
        if scenario.kind is Kind.DATABASE:
            # Pods and gateways are well: no check fails, and nothing moves by itself.
            return State(doors, grown=grown, broken=scenario.broken)
        # What stands goes on; what is to come on top, when autoscalers have followed, finds on-demand nodes alone.
        dry = grown and scenario.kind is Kind.DRY
        return State(doors, lost=lost, noticed=at >= self._noticed(scenario), grown=grown, no_more=dry)

    def _steady_doors(self, region: Region) -> tuple[float, ...]:
        return self._doors(region, self._steady, self._parts(region.name, self._steady))

    def _parts(self, name: str, answers: Answers) -> Parts:
        """Regions whose viewers come to a region's cells, with the part of them that does."""
        own = {cell.name for cell in self.world.regions[name].cells}
        parts = {of: sum(share for cell, share in shares.items() if cell in own) for of, shares in answers.items()}
        return tuple(sorted((of, round(part, 12)) for of, part in parts.items() if part > NEAR))

    def _doors(self, region: Region, answers: Answers, parts: Parts) -> tuple[float, ...]:
        """Part of a region's viewers, wherever they are from, that comes to each of its cells."""
        came = [
            sum(answers[of].get(cell.name, 0.0) * self._demand.total(of) for of, _ in parts) for cell in region.cells
        ]
        whole = sum(came)
        return tuple(round(one / whole, 12) if whole else 0.0 for one in came)

    def _steps(self, region: Region, parts: Parts) -> Sequence[Step]:
        key = (region.name, parts)
        if key not in self._order:
            self._order[key] = steps(region, self._demand.of(parts))
        return self._order[key]

    def _noticed(self, scenario: Scenario) -> float:
        """Seconds until proxies leave out what is dead, the slowest of them."""
        regions = [region for region in self.world.regions.values() if self._touches(scenario, region)]
        return max((c.noticed for r in regions for cell in r.cells for c in cell.calls.values()), default=0.0)

    def _balancer(self, scenario: Scenario) -> float:
        return max((cell.balancer for cell in self.world.regions[scenario.region or ""].cells), default=0.0)

    def _grown(self, scenario: Scenario) -> float:
        """Seconds until autoscalers and nodes have followed the last thing that moved."""
        moves = max(moment for moment, _ in self._changes(scenario)) + self.world.records.ttl
        if scenario.kind is Kind.ZONE:
            moves = self._balancer(scenario) + self.world.records.ttl
        if scenario.kind is Kind.DROUGHT:
            moves = NOTICE.value
        return moves + sum(one.value for one in (METRICS, SYNC, BATCH, NODE, POD))

    def _touches(self, scenario: Scenario, region: Region) -> bool:
        return region.name == scenario.region or any(cell.name in scenario.cells for cell in region.cells)

    def _what(self, scenario: Scenario, at: float) -> str:
        """What has happened by then."""
        changes = [moment for moment, _ in self._changes(scenario) if moment > 0]
        ttl = self.world.records.ttl
        if scenario.kind is Kind.DROUGHT:
            return "two minutes' notice" if at < NOTICE.value else "nodes are gone"
        if scenario.kind is Kind.DATABASE:
            return "no check asks for a database"
        if at >= self._grown(scenario):
            return "pods and nodes have followed"
        leaves = self._balancer(scenario) if scenario.kind is Kind.ZONE else changes[-1] if changes else 0.0
        who = "load balancers leave the zone out" if scenario.kind is Kind.ZONE else "Route 53 answers otherwise"
        said = "caches expire" if leaves <= at < leaves + ttl else who if at >= leaves else "nobody knows yet"
        return f"{said}; proxies leave out the dead" if at >= self._noticed(scenario) else said

    def _tightest(self, scenario: Scenario, last: Mapping[str, Served]) -> tuple[float, str]:
        """What limits may carry of what is asked for, of the service that has the least; and its name."""
        found = [(float("inf"), "")]
        for name, served in last.items():
            region = self.world.regions[name]
            gone = frozenset(cell.name for cell in region.cells) & scenario.cells
            key = (name, gone, id(served))
            if key not in self._least:
                self._least[key] = min(_margins(region, gone, served), default=found[0])
            found.append(self._least[key])
        return min(found)

    def _short(self, scenario: Scenario, last: Mapping[str, Served]) -> Iterator[str]:
        yield from self._strayed(scenario)
        for region, served in last.items():
            for name, asked, carried in served.short:
                yield f"{name} in {region}: {asked:,.0f} requests/s asked for, {carried:,.0f} carried"
            for name, asked in served.homeless:
                yield f"{name} in {region}: {asked:,.0f} requests/s asked for, and no cell is left that hosts it"

    def _strayed(self, scenario: Scenario) -> Iterator[str]:
        """Viewers who end in a market that does not hold their data: answered, and not served."""
        homes = {cell.name: region.market for region in self.world.regions.values() for cell in region.cells}
        for name, shares in self._changes(scenario)[-1][1].items():
            own = self.world.regions[name].market
            strange = sorted({homes[cell] for cell, share in shares.items() if share > NEAR and cell in homes} - {own})
            if strange:
                yield f"viewers of {name} are sent to market {' and '.join(strange)}, which does not hold their data"


def _margins(region: Region, gone: Lost, served: Served) -> Iterator[tuple[float, str]]:
    """Of each service that is asked for: what limits of who is left may carry of it, and its name."""
    for service, rates in served.asked.items():
        asked = sum(rates)
        if asked > NEAR:
            hosts = [cell for cell in region.cells if cell.name not in gone and service in cell.pods]
            may = sum(cell.pods[service].most * cell.pods[service].carries for cell in hosts)
            yield may / asked, f"{service} in {region.name}"
