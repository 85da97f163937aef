"""What a fleet must fulfil. One noun, one module; each rule yields what it found.

A rule sees a fleet whose shape is right and nothing more: any key may point nowhere, any region may be unknown. It
passes over what another rule refuses, so that all mistakes are shown at once and each of them once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date

from fleet.model import Fleet
from fleet.problem import Finding
from fleet.rules import (
    calls,
    capacity,
    cells,
    charts,
    databases,
    egress,
    exceptions,
    identity,
    limits,
    mirrored,
    naming,
    placements,
    proof,
    releases,
    routing,
    services,
    slots,
    streams,
    tombstones,
)

Rule = Callable[[Fleet], Iterator[Finding]]

_RULES: tuple[Rule, ...] = (
    identity.check,
    slots.check,
    tombstones.check,
    releases.check,
    charts.check,
    cells.check,
    egress.check,
    routing.check,
    databases.check,
    streams.check,
    services.check,
    calls.check,
    placements.check,
    naming.check,
    capacity.check,
    proof.check,
    limits.check,
    exceptions.check,
    mirrored.check,
)


def check(fleet: Fleet, today: date | None = None, passing: Collection[Rule] = ()) -> Iterator[Finding]:
    """Everything wrong with a fleet whose shape is right; `today` adds what only a calendar can know.

    Rules in `passing` are passed over: whoever asks shows what they find in another way.
    """
    found: dict[Finding, None] = {}
    for rule in (rule for rule in _RULES if rule not in passing):
        found.update(dict.fromkeys(rule(fleet)))
    if today is not None:
        found.update(dict.fromkeys(releases.ages(fleet, today)))
        found.update(dict.fromkeys(exceptions.ages(fleet, today)))
    yield from found
