"""Releases exist, their Kubernetes is supported, and cells that mesh are near in version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fleet import known
from fleet.known import instead, listed
from fleet.kubernetes import DAYS_AHEAD, STANDARD_SUPPORT_ENDS, minor
from fleet.model import Fleet
from fleet.problem import Finding


def check(fleet: Fleet) -> Iterator[Finding]:
    if fleet.release not in fleet.releases:
        text = f"{fleet.release!r} is no release of this fleet; {instead(fleet.release, fleet.releases)}"
        yield Finding(("release",), text)
    for region in fleet.regions.values():
        for cell in region.cells.values():
            if cell.release_name is not None and cell.release_name not in fleet.releases:
                text = (
                    f"{cell.release_name!r} is no release of this fleet; {instead(cell.release_name, fleet.releases)}"
                )
                yield Finding(("regions", region.name, "cells", cell.key, "release"), text)
    for name, release in fleet.releases.items():
        if release.kubernetes not in STANDARD_SUPPORT_ENDS:
            text = f"{release.kubernetes} is not in standard support of EKS; use one of {listed(STANDARD_SUPPORT_ENDS)}"
            yield Finding(("releases", name, "kubernetes"), text)
    yield from _within_one_minor(fleet)
    yield from _first(fleet)


def _first(fleet: Fleet) -> Iterator[Finding]:
    """The cell a roll-out begins with stands."""
    first, path = fleet.rollout.first, ("rollout", "first")
    standing = [f"{cell.region.name}/{cell.key}" for cell in fleet.cells]
    if first is not None and first not in standing:
        yield Finding(path, f"{first} is no cell that stands; {instead(first, standing)}")


def _within_one_minor(fleet: Fleet) -> Iterator[Finding]:
    for region in known.regions(fleet):
        standing = [c for c in region.standing_cells if (c.release_name or fleet.release) in fleet.releases]
        newest = max(standing, key=lambda cell: minor(cell.release.kubernetes), default=None)
        for cell in standing:
            if newest is not None and minor(newest.release.kubernetes) - minor(cell.release.kubernetes) > 1:
                text = (
                    f"{cell.release_name or fleet.release!r} runs Kubernetes {cell.release.kubernetes}, and "
                    f"{newest.name} runs {newest.release.kubernetes}; cells of a region stay within one minor version, "
                    f"so move {cell.name} up first"
                )
                yield Finding(("regions", region.name, "cells", cell.key, "release"), text)


def ages(fleet: Fleet, today: date) -> Iterator[Finding]:
    """Releases in use whose Kubernetes leaves standard support soon, or has left it."""
    used = {cell.release_name or fleet.release for cell in known.cells(fleet) if cell.stands}
    for name, release in fleet.releases.items():
        end = STANDARD_SUPPORT_ENDS.get(release.kubernetes)
        if name not in used or end is None or today < end - timedelta(days=DAYS_AHEAD):
            continue
        later = [version for version, last in STANDARD_SUPPORT_ENDS.items() if last > end]
        remedy = f"move to {later[0]}" if later else "look for a newer version and add it to the calendar"
        path = ("releases", name, "kubernetes")
        if today > end:
            text = f"{release.kubernetes} left standard support on {end}; {remedy}, extended support costs six times as much"
            yield Finding(path, text)
        else:
            days = (end - today).days
            text = f"{release.kubernetes} leaves standard support on {end}, in {days} days; {remedy}"
            yield Finding(path, text, warning=True)
