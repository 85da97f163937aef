"""Releases exist, their Kubernetes is supported, and cells that mesh are near in version."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fleet.release import Release

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, 'release: "2026-11"\n\ncell', 'release: "2026-10"\n\ncell'),
        ],
        [
            (FLEET, 'release: "2026-10"', "release: '2026-10' is no release of this fleet; did you mean 2026-12?"),
        ],
        id="the fleet's release does not exist",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, 'release: "2026-12"}', 'release: "2027-12"}'),
        ],
        [
            (
                FLEET,
                "b: {slot: 1, release",
                "regions.us-east-1.cells.b.release: '2027-12' is no release of this fleet; did you mean 2026-12?",
            ),
        ],
        id="a cell's release does not exist",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "first: us-east-1/a", "first: us-east-1/z"),
        ],
        [
            (
                FLEET,
                "rollout: {first: us-",
                "rollout.first: us-east-1/z is no cell that stands; did you mean us-east-1/f?",
            ),
        ],
        id="the first cell of a roll-out does not stand",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, 'kubernetes: "1.35"', 'kubernetes: "1.31"'),
        ],
        [
            (
                FLEET,
                'kubernetes: "1.31"',
                "releases.2026-11.kubernetes: 1.31 is not in standard support of EKS; use one of 1.34, 1.35, 1.36",
            ),
        ],
        id="Kubernetes is out of support",
    ),
    pytest.param(
        "growth",
        [
            (
                FLEET,
                '  "2026-11":\n',
                '  "2026-12":\n    kubernetes: "1.36"\n    node_image: al2023@v20261119\n    addons: {}\n    charts: {}\n  "2026-11":\n',
            ),
            (FLEET, 'kubernetes: "1.35"', 'kubernetes: "1.34"'),
            (
                FLEET,
                "      a: {slot: 0}\n      b: {slot: 1}\n      c: {slot: 2}\n\n",
                '      a: {slot: 0}\n      b: {slot: 1, release: "2026-12"}\n      c: {slot: 2}\n\n',
            ),
        ],
        [
            (
                FLEET,
                'a: {slot: 0}\n      b: {slot: 1, release: "2026-12"}',
                "regions.us-west-2.cells.a.release: '2026-11' runs Kubernetes 1.34, and usw2-b runs 1.36; cells of a region stay within one minor version, so move usw2-a up first",
            ),
            (
                FLEET,
                "c: {slot: 2}\n\ndatabases:",
                "regions.us-west-2.cells.c.release: '2026-11' runs Kubernetes 1.34, and usw2-b runs 1.36; cells of a region stay within one minor version, so move usw2-c up first",
            ),
        ],
        id="a cell is two minors behind another",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)


def test_a_node_image_is_amazon_linux_because_system_nodes_are():
    Release(kubernetes="1.35", node_image="al2023@v20261105", addons={}, charts={})
    with pytest.raises(ValidationError, match="node_image"):
        Release(kubernetes="1.35", node_image="bottlerocket@v20261105", addons={}, charts={})
