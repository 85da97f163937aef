"""Charts of a release are known and exact, and those in use have what their cells and services need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fleet.model import Fleet
from fleet.rules import charts
from k8s.addons import CHARTS

FLEET, SERVICES, MIRROR = "fleet.yaml", "services/flights.yaml", "mirror.yaml"
BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
mirrored = (BLUEPRINTS / "day-one" / MIRROR).read_text("utf-8")

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "      keda: 2.20.2\n      vertical-pod-autoscaler: 0.11.0\n", ""),
        ],
        [
            (
                SERVICES,
                "recommend: true",
                "services.itinerary-construction.recommend: the chart vertical-pod-autoscaler does it, and release "
                "'2026-11' has none; add it to its `charts`, or remove this",
            ),
            (
                SERVICES,
                "scale: {queue: events}",
                "services.slipstream.scale.queue: the chart keda does it, and release '2026-11' has none; add it to its "
                "`charts`, or remove this",
            ),
        ],
        id="a release in use has not the charts that services ask for",
    ),
    pytest.param(
        "day-one",
        [(FLEET, "      istiod: 1.30.3", "      istoid: 1.30.3")],
        [
            (
                FLEET,
                "    charts:",
                "warning: releases.2026-11.charts: cells that run '2026-11' need istiod, which it does not name; add them",
            ),
            (
                FLEET,
                "istoid:",
                "releases.2026-11.charts.istoid: istoid is no chart that cells install; did you mean istiod?",
            ),
            (
                FLEET,
                "istoid:",
                "releases.2026-11.charts.istoid: mirror.yaml has no digest of istoid 1.30.3; copy it to the mirror, then "
                "`hypercell mirror --record`",
            ),
        ],
        id="nobody knows the chart",
    ),
    *(
        pytest.param(
            "day-one",
            [(FLEET, f"      {key}: {exact}", f"      {key}: {floating!r}"), (MIRROR, mirrored, "charts: {}\n")],
            [
                (
                    FLEET,
                    f"{key}:",
                    f"releases.2026-11.{field}.{key}: {floating!r} is not one version; write it whole, like 1.30.3, so "
                    "that a diff sees it change",
                )
            ],
            id=f"{key} is {floating}",
        )
        for field, key, exact, floating in (
            ("charts", "keda", "2.20.2", "~2.20"),
            ("charts", "keda", "2.20.2", "2.x"),
            ("charts", "keda", "2.20.2", "latest"),
            ("addons", "vpc-cni", "v1.22.4-eksbuild.1", "v1.22"),
        )
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)


def test_a_release_in_use_without_what_its_cells_install_is_warned_of(fleet_of: Callable[[str], Fleet]) -> None:
    """What a cell installs is said in two rooms; here they are held against each other."""
    fleet = fleet_of("growth")
    needed = {chart.chart for cell in fleet.cells for wanted, chart in CHARTS.values() if wanted(cell)} - charts.ASKED
    release = fleet.releases[fleet.release].model_copy(update={"charts": {"keda": "2.20.2"}})
    changed = fleet.model_copy(update={"releases": {fleet.release: release}})
    (found,) = [one for one in charts.check(changed) if one.warning]
    assert (
        found.message
        == f"cells that run {fleet.release!r} need {', '.join(sorted(needed))}, which it does not name; add them"
    )
