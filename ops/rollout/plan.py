"""What a roll-out would do: decided from an assembly and from what stands, before anything is touched. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fleet import names, phases
from fleet.database import Generation
from fleet.model import Fleet
from fleet.phases import StackPlan
from fleet.waves import Unplaced, Wave, waves

Bundle = tuple[str, str]
"""Cell and channel."""

QUIET = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)
"""States from which CloudFormation updates a stack."""
UNBORN = (None, "REVIEW_IN_PROGRESS")
"""There is no stack, or only the place of one, for a change set that was never executed."""


@dataclass(frozen=True)
class Found:
    """One stack as it stands."""

    status: str | None
    """CloudFormation's word; None: it does not stand."""
    same: bool = False
    """Whether template and tags are the assembly's."""

    @property
    def absent(self) -> bool:
        return self.status in UNBORN


@dataclass(frozen=True)
class Seen:
    """What stands of an assembly, and what it wants."""

    stacks: Mapping[str, Found]
    bundles: Mapping[Bundle, tuple[str | None, str]]
    """To the digest that the channel names (None: nothing), and the one it shall name."""


class Stage(StrEnum):
    """How far somebody lets a roll-out go before asking again."""

    FIRST_CELL = "first-cell"
    FIRST_REGION = "first-region"
    FLEET = "fleet"


@dataclass(frozen=True)
class Alarm:
    """One that a wave bakes on."""

    account: str
    region: str
    name: str


@dataclass(frozen=True)
class Leg:
    """One wave of the plan."""

    wave: Wave
    stage: Stage
    levels: tuple[tuple[str, ...], ...]
    """Its stacks, in groups that are deployed side by side, one group after the other."""
    watched: tuple[Alarm, ...]
    """What must stay quiet afterwards: alarms of cells and regions that it reaches and that stand by then."""


@dataclass(frozen=True)
class Plan:
    """The whole roll-out of an assembly, from what stands."""

    legs: tuple[Leg, ...]
    new: frozenset[str]
    """Stacks that stand nowhere yet."""
    same: int
    """Stacks and channels that are as the assembly wants them already."""
    against: tuple[str, ...] = ()
    """What speaks against it; with any, nothing is done."""

    @property
    def stacks(self) -> tuple[str, ...]:
        return tuple(stack for leg in self.legs for stack in leg.wave.stacks)

    @property
    def bundles(self) -> tuple[Bundle, ...]:
        return tuple(bundle for leg in self.legs for bundle in leg.wave.bundles)


@dataclass(frozen=True)
class Allowed:
    """What a plan that somebody approved holds, as far as they let it go."""

    stacks: frozenset[str]
    bundles: frozenset[Bundle]
    planned_stacks: frozenset[str]
    planned_bundles: frozenset[Bundle]


def decide(
    fleet: Fleet,
    seen: Seen,
    templates: Mapping[str, Mapping[str, Any]],
    *,
    service: str | None = None,
    allowed: Allowed | None = None,
) -> Plan:
    """The plan.

    Args:
        templates: of the assembly, by stack.
        service: only this service's bundles, and no stack.
        allowed: no more than an approved plan holds. What differs beside it was not there when it was made.
    """
    stacks = {name for name, found in seen.stacks.items() if found.absent or not found.same}
    bundles = {bundle for bundle, (stands, wanted) in seen.bundles.items() if stands != wanted}
    same = len(seen.stacks) - len(stacks) + len(seen.bundles) - len(bundles)
    if service is not None:
        channel = names.service_channel(fleet.services[service])
        stacks, bundles = set(), {bundle for bundle in bundles if bundle[1] == channel}
    against: list[str] = []
    if allowed is not None:
        against += _unplanned(stacks - allowed.planned_stacks, bundles - allowed.planned_bundles)
        stacks, bundles = stacks & allowed.stacks, bundles & allowed.bundles
    new = frozenset(name for name in stacks if seen.stacks[name].absent)
    plans = {plan.name: plan for plan in phases.every_stack(fleet)}
    against += _unready({name: seen.stacks[name] for name in sorted(stacks)})
    against += _unpaired(plans, templates, new)
    try:
        travel = waves(fleet, stacks, bundles, new=new)
    except Unplaced as error:
        return Plan((), new, same, (*against, str(error)))
    return Plan(tuple(_legs(fleet, plans, travel, seen)), new, same, tuple(against))


def _unplanned(stacks: Collection[str], bundles: Collection[Bundle]) -> Iterator[str]:
    if strange := [*sorted(stacks), *(f"{cell} {channel}" for cell, channel in sorted(bundles))]:
        yield f"{_some(strange)}: differs from the assembly and is not in the plan that was approved; plan again"


def _unready(found: Mapping[str, Found]) -> Iterator[str]:
    for name, one in found.items():
        if one.absent or one.status in QUIET:
            continue
        status = one.status or ""
        if status == "ROLLBACK_COMPLETE":
            why = "its creation failed, and nothing of it is left; delete it, and run the same command again"
        elif status.endswith("_IN_PROGRESS"):
            why = "CloudFormation is at work on it; wait until it is done, and run the same command again"
        elif status == "UPDATE_ROLLBACK_FAILED":
            why = "CloudFormation could not go back; continue its roll-back, and run the same command again"
        else:
            why = "CloudFormation does not update a stack that is so; look at its events"
        yield f"{name} is {status}: {why}"


def _unpaired(
    plans: Mapping[str, StackPlan], templates: Mapping[str, Mapping[str, Any]], new: Collection[str]
) -> Iterator[str]:
    """Two clusters that name each other cannot both be the first."""
    for name in sorted(new):
        generation = plans[name].subject if name in plans else None
        if isinstance(generation, Generation) and generation.paired and _names_a_peer(templates.get(name, {})):
            yield (
                f"{name} names a peer, and stands nowhere yet: a pair is deployed pending first, by the steps that "
                "`hypercell phases` prints, and rolled out from then on"
            )


def _names_a_peer(template: Mapping[str, Any]) -> bool:
    clusters = (one for one in template.get("Resources", {}).values() if one["Type"] == "AWS::DSQL::Cluster")
    return any(one.get("Properties", {}).get("MultiRegionProperties", {}).get("Clusters") for one in clusters)


def _legs(fleet: Fleet, plans: Mapping[str, StackPlan], travel: Sequence[Wave], seen: Seen) -> Iterator[Leg]:
    first = next((wave for wave in travel if wave.cells), None)
    ends = {wave.number for wave in travel if first is not None and wave.region == first.region}
    standing = {name for name, found in seen.stacks.items() if not found.absent}
    for wave in travel:
        standing.update(wave.stacks)
        stage = Stage.FLEET
        if first is not None and wave.number <= max(ends):
            stage = Stage.FIRST_CELL if wave.number <= first.number else Stage.FIRST_REGION
        yield Leg(wave, stage, levels([plans[name] for name in wave.stacks]), tuple(_watched(fleet, wave, standing)))


def levels(stacks: Sequence[StackPlan]) -> tuple[tuple[str, ...], ...]:
    """Groups of stacks, each after all that it must come after."""
    found: list[list[str]] = []
    place: dict[str, int] = {}
    for plan in stacks:
        place[plan.name] = max((place[name] + 1 for name in plan.after if name in place), default=0)
        if place[plan.name] == len(found):
            found.append([])
        found[place[plan.name]].append(plan.name)
    return tuple(map(tuple, found))


def _watched(fleet: Fleet, wave: Wave, standing: Collection[str]) -> Iterator[Alarm]:
    """The cells that a wave changes, or all that it reaches, and their regions."""
    for region in fleet.regions.values():
        if wave.region not in (None, region.name):
            continue
        for cell in region.standing_cells:
            stack = names.stack(fleet, region.code, cell.key, "cell")
            if stack in standing and (not wave.cells or cell.name in wave.cells):
                yield Alarm(region.account_id, region.name, names.cell_alarm(cell))
        if names.stack(fleet, region.code, "observability") in standing:
            yield Alarm(region.account_id, region.name, names.region_alarm(region, "unwell"))


def watching(
    fleet: Fleet, stacks: Collection[str], bundles: Collection[Bundle], standing: Collection[str]
) -> tuple[Alarm, ...]:
    """The alarms that tell of these stacks and channels, whatever waves they travel in."""
    travel = waves(fleet, stacks, bundles)
    return tuple(dict.fromkeys(alarm for wave in travel for alarm in _watched(fleet, wave, standing)))


def _some(named: Sequence[str]) -> str:
    more = len(named) - 3
    return ", ".join(named[:3]) + (f" and {more:,} more" if more > 0 else "")
