"""What simulations print: the worst of each kind of loss, one loss moment by moment, and all of it as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ops.console import print_table
from ops.simulation.outcome import Outcome
from ops.simulation.scenario import Kind
from ops.simulation.timing import ALL

_WORST = 3
"""Losses of a kind that the table shows."""
_NAMED = 5
"""Services that a detail shows."""


def table(outcomes: Sequence[Outcome]) -> None:
    """The worst losses of each kind, and what of the promised ones is not carried."""
    rows = []
    for kind in Kind:
        of_kind = sorted((one for one in outcomes if one.scenario.kind is kind), key=_cost, reverse=True)
        rows += [_row(one) for one in of_kind[:_WORST]]
        if len(of_kind) > _WORST:
            rows.append((f"  and {len(of_kind) - _WORST} milder", *[""] * 5))
    columns = ("loss", "error-min", "until moved", "limits", "lasting", "promised")
    print_table("Worst first", columns, rows, right=columns[1:5])
    print(
        "error-min: requests that fail in the first hour, in minutes of all the fleet's\n"
        "until moved: for how long requests still come to what is lost\n"
        "limits: what they carry of the tightest service, by what is asked for at the end\n"
        "lasting: requests/s that still fail at the end of the hour\n"
        "--scenario NAME shows a loss moment by moment"
    )


def _cost(one: Outcome) -> tuple[bool, float, float]:
    return not one.carried and one.scenario.promised, one.error_minutes, -one.capacity


def _row(one: Outcome) -> tuple[str, ...]:
    promised = ("carried" if one.carried else "NOT CARRIED") if one.scenario.promised else "no"
    return (
        one.scenario.name,
        f"{one.error_minutes:.3f}",
        _seconds(one.moved),
        f"{one.capacity:.2f}x",
        f"{one.overload:,.0f}",
        promised,
    )


def _seconds(value: float) -> str:
    return "never" if value == float("inf") else f"{value:,.0f} s"


def detail(one: Outcome) -> None:
    """One loss, moment by moment."""
    rows = [
        (
            f"{moment.begins:,.0f}",
            moment.what,
            *(f"{part:,.0f}" for part in (moment.flow.served, moment.flow.shed, moment.flow.void)),
        )
        for moment in one.moments
    ]
    columns = ("from s", "what", "served/s", "shed/s", "to nobody/s")
    asked = one.moments[0].flow.asked
    print_table(f"{one.scenario.name}: {asked:,.0f} requests/s", columns, rows, right=("from s", *columns[2:]))
    tiers = sorted(one.moments[0].tiers)
    by_tier = ", ".join(f"tier {tier} {one.error_minutes_of(tier):.3f}" for tier in tiers)
    print(f"error-minutes: {one.error_minutes:.3f} of all requests; of each tier's own: {by_tier}")
    print(f"until nothing comes to what is lost: {_seconds(one.moved)}")
    print(f"at the end: {one.overload:,.0f} requests/s fail; limits carry {one.capacity:.2f}x of {one.tightest}")
    for said in one.short[:_NAMED]:
        print(f"short: {said}")
    if len(one.short) > _NAMED:
        print(f"       and {len(one.short) - _NAMED} more")


def document(origin: str, fleet: str, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """All of it, as JSON has it. Rates in requests per second."""
    return {
        "format": 1,
        "fleet": fleet,
        "origin": origin,
        "scenarios": [_plain(one) for one in outcomes],
        "assumptions": [
            {"name": a.name, "value": a.value, "unit": a.unit, "source": a.source, "verified": a.verified} for a in ALL
        ],
    }


def _plain(one: Outcome) -> dict[str, Any]:
    return {
        "name": one.scenario.name,
        "kind": one.scenario.kind,
        "cells": sorted(one.scenario.cells),
        "promised": one.scenario.promised,
        "carried": one.carried,
        "error_minutes": round(one.error_minutes, 6),
        "error_minutes_by_tier": {
            str(tier): round(one.error_minutes_of(tier), 6) for tier in sorted(one.moments[0].tiers)
        },
        "seconds_until_moved": None if one.moved == float("inf") else one.moved,
        "limits": round(one.capacity, 6),
        "tightest": one.tightest,
        "lasting": round(one.overload, 6),
        "short": list(one.short),
        "moments": [
            {
                "begins": moment.begins,
                "ends": moment.ends,
                "what": moment.what,
                **{name: round(value, 6) for name, value in vars(moment.flow).items()},
            }
            for moment in one.moments
        ],
    }
