"""A cell is bounded: its addresses, its control plane and its Spot pools hold what it may grow to."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "c: {slot: 2}", "c: {slot: 2, max_nodes: 170, control_plane: tier-xl}"),
        ],
        [
            (
                FLEET,
                "c: {slot: 2, max_nod",
                "regions.us-east-1.cells.c.max_nodes: 170 nodes of 80 pods take 97 addresses each, and with one zone shifted away 2 subnets of /19 hold 168 of them; use at most 168 nodes, or fewer pods a node",
            ),
        ],
        id="a cell's own size outgrows its subnets",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "max_nodes: 150, max_pods_per_node: 80", "max_nodes: 130, max_pods_per_node: 110"),
        ],
        [
            (
                FLEET,
                "cell_defaults: {capa",
                "cell_defaults.max_nodes: 130 nodes of 110 pods take 129 addresses each, and with one zone shifted away 2 subnets of /19 hold 126 of them; use at most 126 nodes, or fewer pods a node",
            ),
        ],
        id="the default size outgrows the subnets",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "c: {slot: 2}", "c: {slot: 2, max_nodes: 350, max_pods_per_node: 24}"),
        ],
        [
            (
                FLEET,
                "c: {slot: 2, max_nod",
                "regions.us-east-1.cells.c.max_nodes: 350 nodes of 24 pods take 49 addresses each, and with one zone shifted away 2 subnets of /19 hold 334 of them; use at most 334 nodes, or fewer pods a node",
            ),
            (
                FLEET,
                "c: {slot: 2, max_nod",
                "regions.us-east-1.cells.c.max_nodes: standard carries 300 nodes and 15000 pods, and 350 nodes of 24 pods are 8400; use tier-xl or a smaller cell",
            ),
        ],
        id="a cell's own size outgrows its control plane",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "max_nodes: 150, max_pods_per_node: 80", "max_nodes: 310, max_pods_per_node: 16"),
        ],
        [
            (
                FLEET,
                "cell_defaults: {capa",
                "cell_defaults.control_plane: standard carries 300 nodes and 15000 pods, and 310 nodes of 16 pods are 4960; use tier-xl or a smaller cell",
            ),
        ],
        id="the default size outgrows the control plane",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "types: 250", "types: 450"),
        ],
        [
            (
                FLEET,
                "spot: {share: 0.95, ",
                "policies.spot.types: 450 Spot instance types are asked for in each region, and eu-central-1 offers 433 in its zones; ask for at most 433, or use another region",
            ),
        ],
        id="no region offers as many Spot types",
    ),
    pytest.param(
        "growth",
        [
            (
                FLEET,
                "slot: 2\n    account: usw2\n    zones: [usw2-az1, usw2-az2, usw2-az3]",
                "slot: 2\n    account: usw2\n    zones: [euw2-az1, euw2-az2, euw2-az4]",
            ),
            (FLEET, "  us-west-2:\n", "  eu-west-2:\n"),
            (PLACEMENTS, "us-west-2", "eu-west-2"),
            (FLEET, "share: 0.8", "share: 0.7"),
            (
                FLEET,
                "2: {regions: [us-east-1, us-west-2], witness: us-east-2, peering: linked}",
                "2: {regions: [us-east-1]}",
            ),
            (SERVICES, "    database: bookings\n", ""),
        ],
        [
            (
                FLEET,
                "zones: [euw2-az1, eu",
                "regions.eu-west-2.zones[2]: euw2-az4 offers 95 Spot instance types, and a zone needs 200; use another zone",
            ),
        ],
        id="a zone offers few Spot types",
    ),
    pytest.param(
        "growth",
        [
            (SERVICES, "  sessions:\n", "  sessions:\n    architectures: [arm64]\n"),
        ],
        [
            (
                SERVICES,
                "architectures: [arm64]",
                "warning: services.sessions.architectures: arm64 alone reaches 160 Spot instance types in us-east-1, and policies.spot.types asks for 250; build its image for both",
            ),
            (
                SERVICES,
                "architectures: [arm64]",
                "warning: services.sessions.architectures: arm64 alone reaches 160 Spot instance types in us-west-2, and policies.spot.types asks for 250; build its image for both",
            ),
        ],
        id="an image is built for one architecture",
    ),
]


def test_a_fleet_that_runs_no_spot_is_not_asked_for_types(said):
    edits = [(FLEET, "share: 0.8, types: 250", "share: 0, types: 5000")]
    assert not [line for line in said("growth", edits) if "policies.spot" in line]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
