"""Releases name exact versions of charts that are known, and those in use have what cells and services need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fleet import known, mirror
from fleet.known import instead, listed
from fleet.model import Fleet
from fleet.problem import Finding

_EXACT = re.compile(r"v?\d+\.\d+\.\d+([+-][0-9A-Za-z][0-9A-Za-z.+-]*)?")
KARPENTER = {"aws-load-balancer-controller", "karpenter", "karpenter-crd"}
"""What Auto Mode brings itself."""
MESH = {"istio-cni"}
ASKED = {"keda", "vertical-pod-autoscaler"}
"""Nobody needs them but services that say so."""


def check(fleet: Fleet) -> Iterator[Finding]:
    for name, release in fleet.releases.items():
        for field, versions in (("addons", release.addons), ("charts", release.charts)):
            for one, version in versions.items():
                if not _EXACT.fullmatch(version):
                    text = f"{version!r} is not one version; write it whole, like 1.30.3, so that a diff sees it change"
                    yield Finding(("releases", name, field, one), text)
        for chart in release.charts:
            if chart not in mirror.CHARTS:
                text = f"{chart} is no chart that cells install; {instead(chart, mirror.CHARTS)}"
                yield Finding(("releases", name, "charts", chart), text)
        if release.charts:
            lacking = sorted(_needed(fleet, name) - release.charts.keys())
            if lacking:
                text = f"cells that run {name!r} need {listed(lacking)}, which it does not name; add them"
                # A cell is built before it is complete, and no cell loses a chart: promotion refuses that bundle.
                yield Finding(("releases", name, "charts"), text, warning=True)
    for name in sorted({cell.release_name or fleet.release for cell in known.cells(fleet) if cell.stands}):
        yield from _asked(fleet, name)


def _needed(fleet: Fleet, release: str) -> set[str]:
    """Charts that the standing cells of a release install, whatever their services ask for."""
    found: set[str] = set()
    for cell in known.cells(fleet):
        if cell.stands and (cell.release_name or fleet.release) == release:
            found |= set(mirror.CHARTS) - KARPENTER - MESH - ASKED
            found |= KARPENTER if cell.capacity == "karpenter" else set()
            found |= MESH if cell.region.meshed else set()
    return found


def _asked(fleet: Fleet, release: str) -> Iterator[Finding]:
    lacking = ASKED - fleet.releases[release].charts.keys()
    for service in fleet.services.values():
        path = ("services", service.name)
        if service.scale.queue is not None and "keda" in lacking:
            yield Finding((*path, "scale", "queue"), _without("keda", release))
        if service.recommend and "vertical-pod-autoscaler" in lacking:
            yield Finding((*path, "recommend"), _without("vertical-pod-autoscaler", release))


def _without(chart: str, release: str) -> str:
    return f"the chart {chart} does it, and release {release!r} has none; add it to its `charts`, or remove this"
