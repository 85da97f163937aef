"""Bundles by the delta gate's rules: what each would take away from the cell that it goes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.delta.gate import REMEDY, wiped
from ops.delta.gate import Change as BundleChange
from ops.guard.comparison import Comparison
from ops.guard.report import Reason


def reasons(compared: Comparison, now: date, used: list[tuple[str, str]]) -> Iterator[Reason]:
    """What the delta gate refuses; ids of exceptions that let something pass are added to `used` with the path."""
    fleet = compared.head.fleet
    if fleet is None:
        return
    unsigned = fleet.model_copy(update={"exceptions": {}})
    for home in dict.fromkeys(change.home for change in compared.changes if change.in_cluster):
        cell, _, channel = home.partition("/")
        place = (cell, channel)
        if place not in compared.base.bundles or place not in compared.head.bundles or cell in compared.leaving:
            continue
        bundle = BundleChange(cell, channel, compared.base.bundles[place], compared.head.bundles[place])
        left = wiped(bundle, fleet, now)
        for one in left:
            for resource in one.resources:
                yield Reason("wipe", f"{home}/{resource}", f"{one.why} ({one.action})", REMEDY)
        if fleet.exceptions:
            for one in wiped(bundle, unsigned, now):
                for resource in one.resources if one not in left else ():
                    for key, exemption in fleet.exceptions.items():
                        if (
                            exemption.action == one.action
                            and resource in exemption.resources
                            and cell in exemption.cells
                        ):
                            used.append((key, f"{home}/{resource}"))
