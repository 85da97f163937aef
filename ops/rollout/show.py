"""A plan for people and for programs, and back again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ops.console import print_json, print_table
from ops.promotion.image import Unusable
from ops.rollout.plan import Allowed, Leg, Plan, Stage

FORMAT = 1


def table(plan: Plan, title: str) -> None:
    """Print the waves, a line each."""
    rows = [
        (
            str(leg.wave.number),
            leg.stage,
            leg.wave.title,
            _some(leg.wave.stacks),
            _some([channel for _, channel in leg.wave.bundles]),
            _watched(leg),
        )
        for leg in plan.legs
    ]
    if rows:
        print_table(title, ("wave", "stage", "what", "stacks", "bundles", "bakes on"), rows, right=("wave",))
    said = f"{len(plan.stacks)} stacks ({len(plan.new)} of them new) and {len(plan.bundles)} bundles in "
    said += f"{len(plan.legs)} waves; {plan.same} are as they shall be"
    print(said if plan.legs else f"nothing to do: all {plan.same} stacks and bundles are as they shall be")
    for reason in plan.against:
        print(f"against it: {reason}")


def _some(names: Any) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _watched(leg: Leg) -> str:
    return f"{len(leg.watched)} alarms" if len(leg.watched) > 1 else (leg.watched[0].name if leg.watched else "nothing")


def document(plan: Plan, *, fleet: str, assembly: str, base: str) -> dict[str, Any]:
    """The plan as JSON has it."""
    return {
        "format": FORMAT,
        "fleet": fleet,
        "assembly": assembly,
        "base": base,
        "waves": [_wave(leg, plan) for leg in plan.legs],
        "stages": [stage for stage in Stage if any(leg.stage is stage for leg in plan.legs)],
        "same": plan.same,
        "against": plan.against,
    }


def _wave(leg: Leg, plan: Plan) -> dict[str, Any]:
    wave = leg.wave
    return {
        "number": wave.number,
        "title": wave.title,
        "stage": leg.stage,
        "part": wave.part,
        "region": wave.region,
        "stacks": wave.stacks,
        "new": [stack for stack in wave.stacks if stack in plan.new],
        "bundles": [{"cell": cell, "channel": channel} for cell, channel in wave.bundles],
        "cells": wave.cells,
        "alarms": [alarm.name for alarm in leg.watched],
    }


def as_json(plan: Plan, *, fleet: str, assembly: str, base: str) -> None:
    print_json(document(plan, fleet=fleet, assembly=assembly, base=base))


def approved(file: Path, through: Stage, *, assembly: str) -> Allowed:
    """What a plan in a file holds, and how much of it may be done.

    Raises:
        Unusable: it is no plan, or one of another assembly.
    """
    try:
        said = json.loads(file.read_text("utf-8"))
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']}")
        of, waves = said["assembly"], list(_waves(said["waves"]))
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{file} is no plan of `hypercell rollout plan --json` ({error}); make it again") from None
    if of != assembly:
        raise Unusable(f"{file} is a plan for {of}, and the assembly is {assembly}; plan again")
    order = list(Stage)
    let = [(stacks, bundles) for stage, stacks, bundles in waves if order.index(stage) <= order.index(through)]
    return Allowed(
        stacks=frozenset(stack for stacks, _ in let for stack in stacks),
        bundles=frozenset(bundle for _, bundles in let for bundle in bundles),
        planned_stacks=frozenset(stack for _, stacks, _ in waves for stack in stacks),
        planned_bundles=frozenset(bundle for _, _, bundles in waves for bundle in bundles),
    )


def _waves(said: Any) -> Iterator[tuple[Stage, list[str], list[tuple[str, str]]]]:
    for wave in said:
        bundles = [(one["cell"], one["channel"]) for one in wave["bundles"]]
        yield Stage(wave["stage"]), list(wave["stacks"]), bundles
