"""Accounts, teams, regions and zones are what AWS and the file itself know them as."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "day-one",
        [
            (FLEET, '  data: "222222222222"\n', ""),
        ],
        [
            (FLEET, "accounts:", "accounts: data is missing; it is the account of the databases, and ids may repeat"),
        ],
        id="an account every fleet needs is missing",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, '  use1: "333333333331"\n', '  use1: "333333333331"\n  spare: "444444444444"\n'),
        ],
        [
            (
                FLEET,
                'spare: "444444444444',
                "accounts.spare: spare is the account of no region; remove it or name it in a region",
            ),
        ],
        id="an account is of no region",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "account: usw2", "account: usw9"),
        ],
        [
            (
                FLEET,
                'usw2: "333333333332"',
                "accounts.usw2: usw2 is the account of no region; remove it or name it in a region",
            ),
            (FLEET, "account: usw9", "regions.us-west-2.account: usw9 is no account of this fleet; did you mean usw2?"),
        ],
        id="a region is in no known account",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  flights: {oncall", "  fligths: {oncall"),
        ],
        [
            (SERVICES, "team: flights", "team: flights is no team of fleet.yaml; did you mean fligths?"),
        ],
        id="nobody owns the services",
    ),
    pytest.param(
        "day-one",
        [
            (
                FLEET,
                "teams:\n  platform: {oncall: platform@skyline.example, budget: 900}\n  flights: {oncall: flights@skyline.example, budget: 300}\n",
                "teams: {}\n",
            ),
        ],
        [
            (FLEET, "teams: {}", "teams: is empty; somebody is paged and somebody pays"),
            (SERVICES, "team: flights", "team: flights is no team of fleet.yaml; there is none yet, add it"),
        ],
        id="there are no teams",
    ),
    pytest.param(
        "day-one",
        [
            (
                FLEET,
                "databases:\n  bookings-us:\n    engine: dsql\n    network: public                             # closed by the cluster's policy; an endpoint costs 22 USD a month\n    generations:\n      1: {regions: [us-east-1]}\n",
                "",
            ),
            (
                FLEET,
                "regions:\n  us-east-1:\n    slot: 1\n    account: use1\n    zones: [use1-az1, use1-az2, use1-az4]\n    market: us\n    weight: 100\n    egress: {path: managed, monthly: 500GB}\n    access: {path: ssm}\n    endpoints: gateway                          # interface endpoints cost about 480 USD a month\n    mesh: none                                  # one cell has nobody to mesh with\n    cells:\n      z: {slot: 7}                              # the last slot: it is retired, and Karpenter cells start at a\n",
                "regions: {}\n",
            ),
            (SERVICES, "    database: bookings\n", ""),
            (FLEET, '  use1: "333333333331"\n', ""),
            (PLACEMENTS, "us-east-1:\n  sessions: [z]\n  flights-pricing: [z]\n", "{}\n"),
        ],
        [
            (FLEET, "regions: {}", "regions: is empty; a fleet has at least one region"),
        ],
        id="there is no region",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  us-east-1:\n", "  us-east-9:\n"),
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [us-east-9]}"),
            (PLACEMENTS, "us-east-1", "us-east-9"),
        ],
        [
            (
                FLEET,
                "us-east-9:",
                "regions.us-east-9: us-east-9 is no AWS region this version knows; did you mean us-east-2?",
            ),
            (
                FLEET,
                "1: {regions: [us-eas",
                "databases.bookings-us.generations.1.regions[0]: us-east-9 has no Aurora DSQL; did you mean us-east-2?",
            ),
        ],
        id="AWS has no such region",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "use1-az1, use1-az2, use1-az4", "use1-az1, use1-az2, use1-az3"),
        ],
        [
            (
                FLEET,
                "zones: [use1-az1, us",
                "regions.us-east-1.zones[2]: use1-az3 cannot host EKS; use one of use1-az1, use1-az2, use1-az4, use1-az5, use1-az6",
            ),
        ],
        id="a zone cannot host EKS",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "usw2-az1, usw2-az2, usw2-az3", "usw2-az1, usw2-az2, use1-az4"),
        ],
        [
            (
                FLEET,
                "zones: [usw2-az1, us",
                "regions.us-west-2.zones[2]: use1-az4 is no zone ID of us-west-2; use one of usw2-az1, usw2-az2, usw2-az3, usw2-az4",
            ),
        ],
        id="a zone is another region's",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "usw2-az1, usw2-az2, usw2-az3", "usw2-az1, usw2-az2, usw2-az2"),
        ],
        [
            (
                FLEET,
                "zones: [usw2-az1, us",
                "regions.us-west-2.zones[2]: usw2-az2 stands twice; each zone has one place",
            ),
        ],
        id="a zone stands twice",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "usw2-az1, usw2-az2, usw2-az3", "usw2-az1, usw2-az2"),
        ],
        [
            (
                FLEET,
                "zones: [usw2-az1, us",
                "regions.us-west-2.zones: 2 zones are listed; list three or four of usw2-az1, usw2-az2, usw2-az3, usw2-az4",
            ),
        ],
        id="a region has two zones",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  us-east-1:\n", "  us-west-1:\n"),
            (FLEET, "use1-az1, use1-az2, use1-az4", "usw1-az1, usw1-az3"),
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [us-east-2]}"),
            (PLACEMENTS, "us-east-1", "us-west-1"),
            (SERVICES, "    database: bookings\n", ""),
        ],
        [
            (
                FLEET,
                "zones: [usw1-az1, us",
                "regions.us-west-1.zones: us-west-1 has 2 zones that can host EKS, and a cell needs three; use another region",
            ),
            (
                FLEET,
                "1: {regions: [us-eas",
                "databases.bookings-us.generations.1.regions[0]: us-east-2 is not in market us (us-west-1); a database lives where its market is",
            ),
        ],
        id="AWS itself has two zones there",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  us-east-1:\n", "  ap-east-1:\n"),
            (FLEET, "use1-az1, use1-az2, use1-az4", "ape1-az1, ape1-az2, ape1-az3"),
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [ap-east-1]}"),
            (PLACEMENTS, "us-east-1", "ap-east-1"),
        ],
        [
            (
                FLEET,
                "ap-east-1:",
                "warning: regions.ap-east-1: ap-east-1 is off until an account asks for it; enable it in use1 before deploying",
            ),
        ],
        id="a region must be asked for",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  us-east-1:\n", "  eu-south-2:\n"),
            (FLEET, "use1-az1, use1-az2, use1-az4", "eus2-az1, eus2-az2, eus2-az3"),
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [eu-south-2]}"),
            (PLACEMENTS, "us-east-1", "eu-south-2"),
        ],
        [
            (
                FLEET,
                "eu-south-2:",
                "warning: regions.eu-south-2: eu-south-2 is off until an account asks for it; enable it in use1 before deploying",
            ),
            (
                FLEET,
                "eu-south-2:",
                "regions.eu-south-2: the id of CloudFront's prefix list in eu-south-2 is not known, and cells admit viewers by it; use another region, or add what DescribeManagedPrefixLists answers there to fleet/prefixlists.py",
            ),
        ],
        id="nobody published what cells admit viewers by",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "control_region: us-east-2", "control_region: us-west-2"),
        ],
        [
            (
                FLEET,
                "control_region: us-w",
                "edge.control_region: us-west-2 serves users, and weights must be movable while it is down; use another, e.g. us-east-2",
            ),
        ],
        id="weights are deployed from a region that serves",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "control_region: us-east-2", "control_region: us-east-7"),
        ],
        [
            (
                FLEET,
                "control_region: us-e",
                "edge.control_region: us-east-7 is no AWS region this version knows; did you mean us-east-2?",
            ),
        ],
        id="weights are deployed from nowhere",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "access: {path: ssm}", "access: {path: cidrs}"),
        ],
        [
            (
                FLEET,
                "access: {path: cidrs",
                "regions.us-east-1.access.cidrs: is empty; list the networks operators come from, or use path: ssm",
            ),
        ],
        id="operators come from no network",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
