"""What releases name is recorded by digest, once anything is."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import known, mirror
from fleet.known import instead
from fleet.model import Fleet
from fleet.problem import Finding


def check(fleet: Fleet) -> Iterator[Finding]:
    """Nothing while nothing is recorded: a fleet is deployed before its mirror can be filled."""
    for chart, versions in fleet.mirror.charts.items():
        for version, pinned in versions.items():
            for image in pinned.images:
                runs = mirror.IMAGES.get(chart, {})
                if image not in runs:
                    text = f"{image} is no image of {chart}; {instead(image, runs)}"
                    yield Finding(("mirror", "charts", chart, version, "images", image), text)
    if not fleet.mirror.charts:
        return
    used = {cell.release_name or fleet.release for cell in known.cells(fleet) if cell.stands}
    for name, release in fleet.releases.items():
        for chart, version in release.charts.items():
            lacking = _lacking(fleet, chart, version)
            if lacking:
                text = (
                    f"mirror.yaml has no digest of {lacking}; copy it to the mirror, then `hypercell mirror --record`"
                )
                # A release is written, deployed and mirrored before a cell takes it.
                yield Finding(("releases", name, "charts", chart), text, warning=name not in used)


def _lacking(fleet: Fleet, chart: str, version: str) -> str:
    pinned = fleet.mirror.pinned(chart, version)
    if pinned is None:
        return f"{chart} {version}"
    return ", ".join(sorted(mirror.IMAGES.get(chart, {}).keys() - pinned.images.keys()))
