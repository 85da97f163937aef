"""What releases name is recorded by digest, once anything is; and a digest is a digest."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleet import mirror
from fleet.load import load, read_folder
from fleet.model import Fleet

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
MIRROR, FLEET = "mirror.yaml", "fleet.yaml"


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_every_blueprint_has_every_chart_and_every_image_of_its_releases(name: str) -> None:
    fleet = load(BLUEPRINTS / name)
    for release in fleet.releases.values():
        for chart, version in release.charts.items():
            pinned = fleet.mirror.pinned(chart, version)
            assert pinned is not None
            assert pinned.images.keys() == mirror.IMAGES.get(chart, {}).keys()


def test_nothing_is_asked_of_a_fleet_whose_mirror_is_not_recorded_yet(said) -> None:
    tree = read_folder(BLUEPRINTS / "day-one").tree
    del tree["mirror"]
    assert Fleet.model_validate(tree).mirror.charts == {}
    assert said("day-one", [(MIRROR, (BLUEPRINTS / "day-one" / MIRROR).read_text(), "charts: {}\n")]) == []


def test_a_version_of_a_release_in_use_without_a_digest_is_an_error_at_the_release(said) -> None:
    [line] = said("day-one", [(FLEET, "      keda: 2.20.2", "      keda: 2.20.3")])
    assert line.partition(": ")[2] == (
        "releases.2026-11.charts.keda: mirror.yaml has no digest of keda 2.20.3; copy it to the mirror, then "
        "`hypercell mirror --record`"
    )
    number = int(line.partition(":")[2].partition(":")[0])
    text = (BLUEPRINTS / "day-one" / FLEET).read_text().splitlines()[number - 1]
    assert text.strip() == "keda: 2.20.2"


def test_a_release_that_no_cell_takes_yet_is_only_warned_of(said) -> None:
    """It is written and deployed, so that its repositories are there; then the mirror is filled."""
    release = (
        '  "2027-01":\n    kubernetes: "1.35"\n    node_image: al2023@v20261105\n    addons: {}\n'
        "    charts: {keda: 2.21.0}\n"
    )
    [line] = said("day-one", [(FLEET, "releases:\n", f"releases:\n{release}")])
    assert "warning" in line
    assert "mirror.yaml has no digest of keda 2.21.0" in line


def test_an_image_without_a_digest_of_its_own_is_missed(said) -> None:
    lines = (BLUEPRINTS / "day-one" / MIRROR).read_text().splitlines(keepends=True)
    [redis] = [line for line in lines if "library/redis" in line]
    [line] = said("day-one", [(MIRROR, redis, "")])
    assert "releases.2026-11.charts.argo-cd: mirror.yaml has no digest of library/redis" in line


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("library/radish", "library/radish is no image of argo-cd; did you mean library/redis?"),
        ("library/redis: 8.2.2-alpine", None),
        ("library/redis: latest@sha256:12", None),
    ],
    ids=["another image", "a tag alone", "half a digest"],
)
def test_what_is_no_image_by_digest_is_told_with_file_and_line(said, wrong: str, message: str | None) -> None:
    lines = (BLUEPRINTS / "day-one" / MIRROR).read_text().splitlines(keepends=True)
    [redis] = [line for line in lines if "library/redis" in line]
    written = f"        {wrong}\n" if ":" in wrong else redis.replace("library/redis", wrong)
    found = said("day-one", [(MIRROR, redis, written)])
    first = next(line for line in found if line.startswith(f"{MIRROR}:"))
    assert int(first.split(":")[1]) == lines.index(redis) + 1
    if message:
        assert first.endswith(f": {message}")
    else:
        assert "mirror.charts.argo-cd.10.3.0.images.library/redis: " in first
        assert "is not of the form" in first
