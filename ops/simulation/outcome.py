"""What came of a loss: moments in which nothing changes, and their sums over the first hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from ops.simulation.scenario import Scenario
from ops.simulation.state import Flow, Place, Served

NEAR = 1e-6
"""Requests per second that are none: what floating numbers are off by."""


@dataclass(frozen=True)
class Moment:
    """A piece of time in which nothing changes. Seconds since the loss; requests per second of the whole fleet."""

    begins: float
    ends: float
    what: str
    flow: Flow
    tiers: Mapping[int, Flow]

    @classmethod
    def of(cls, begins: float, ends: float, what: str, tiers: Mapping[int, Flow]) -> Moment:
        whole = Flow()
        for flow in tiers.values():
            whole.add(flow)
        return cls(begins, ends, what, whole, tiers)

    @property
    def seconds(self) -> float:
        return self.ends - self.begins


@dataclass(frozen=True)
class Outcome:
    """What came of a loss."""

    scenario: Scenario
    moments: tuple[Moment, ...]
    capacity: float
    """Of what is asked for at the end, what limits of who is left may carry, of the service that has the least: 1.2 is a
    fifth to spare."""
    tightest: str
    """That service, and where."""
    places: tuple[Place, ...]
    """Who is asked for more than the scaling target at the end, the worst first."""
    short: tuple[str, ...]
    """Whose limits do not carry what is asked for at the end: sentences."""

    @property
    def moved(self) -> float:
        """Seconds until nothing comes to who is lost any more; infinite where it never ends."""
        late = [moment for moment in self.moments if moment.flow.void > NEAR]
        return late[-1].ends if late and late[-1] is not self.moments[-1] else float("inf") if late else 0.0

    @property
    def failed(self) -> float:
        """Requests that failed in the hour."""
        return sum(moment.flow.failed * moment.seconds for moment in self.moments)

    @property
    def error_minutes(self) -> float:
        """The same in minutes of all the fleet's requests."""
        return _minutes(self.failed, self.moments[0].flow.asked)

    def error_minutes_of(self, tier: int) -> float:
        """Of one tier's requests alone."""
        failed = sum(moment.tiers[tier].failed * moment.seconds for moment in self.moments if tier in moment.tiers)
        return _minutes(failed, self.moments[0].tiers[tier].asked if tier in self.moments[0].tiers else 0.0)

    @property
    def overload(self) -> float:
        """Requests per second that fail at the end, for as long as it lasts."""
        return self.moments[-1].flow.failed

    @property
    def carried(self) -> bool:
        """Whether it ends with full service, and with every limit at or above what is asked for."""
        return self.overload <= NEAR and not self.short


def _minutes(failed: float, asked: float) -> float:
    return failed / asked / 60 if asked else 0.0


def beside(scenario: Scenario, one: Outcome, other: Outcome, whole: Mapping[int, Flow]) -> Outcome:
    """Two losses in two regions, neither of which sends the other anybody: what fails is what fails in each.

    Args:
        whole: what is asked for and served with nothing lost.
    """
    cuts = sorted({moment.begins for out in (one, other) for moment in out.moments} | {one.moments[-1].ends})
    moments: list[Moment] = []
    for begins, ends in pairwise(cuts):
        at = [next(m for m in out.moments if m.begins <= begins < m.ends) for out in (one, other)]
        tiers = {tier: Flow(flow.asked, flow.served, flow.shed, flow.void) for tier, flow in whole.items()}
        for moment in at:
            for tier, flow in moment.tiers.items():
                tiers[tier].add(flow)
                tiers[tier].add(whole[tier], -1.0)
        what = at[0].what if at[0].what == at[1].what else f"{at[0].what} | {at[1].what}"
        append(moments, Moment.of(begins, ends, what, tiers))
    least = min(one, other, key=lambda out: out.capacity)
    places = sorted({*one.places, *other.places}, key=lambda place: -place.shed)
    short = tuple(dict.fromkeys((*one.short, *other.short)))
    return Outcome(scenario, tuple(moments), least.capacity, least.tightest, tuple(places), short)


def total(served: Iterable[Served]) -> dict[int, Flow]:
    tiers: dict[int, Flow] = {}
    for one in served:
        for tier, flow in one.tiers.items():
            tiers.setdefault(tier, Flow()).add(flow)
    return tiers


def append(moments: list[Moment], moment: Moment) -> None:
    """Two moments that are the same are one."""
    if moments and moments[-1].what == moment.what and _same(moments[-1].tiers, moment.tiers):
        moments[-1] = replace(moments[-1], ends=moment.ends)
    else:
        moments.append(moment)


def _same(one: Mapping[int, Flow], other: Mapping[int, Flow]) -> bool:
    return one.keys() == other.keys() and all(
        abs(one[tier].served - other[tier].served) < NEAR and abs(one[tier].void - other[tier].void) < NEAR
        for tier in one
    )
