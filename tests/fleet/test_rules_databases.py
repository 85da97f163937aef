"""One region or a pair with its witness, generations in order, and services where the data is."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "day-one",
        [
            (FLEET, "bookings-us:", "bookings-eu:"),
            (SERVICES, "    database: bookings\n", ""),
        ],
        [
            (
                FLEET,
                "bookings-eu:",
                "databases.bookings-eu: bookings-eu ends with no market of this fleet (us); name it <name>-<market>",
            ),
        ],
        id="a database is of no market",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                FLEET,
                "regions: [eu-west-1, eu-central-1], witness: eu-west-2",
                "regions: [eu-west-1, eu-north-1], witness: eu-west-2",
            ),
            (SERVICES, "    database: bookings\n", ""),
        ],
        [
            (
                FLEET,
                "1: {regions: [eu-wes",
                "databases.bookings-eu.generations.1.regions[1]: eu-north-1 is not in market eu (eu-west-1, eu-central-1); a database lives where its market is",
            ),
        ],
        id="a database lives outside its market",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "  us-east-1:\n", "  eu-south-1:\n"),
            (FLEET, "use1-az1, use1-az2, use1-az4", "eus1-az1, eus1-az2, eus1-az3"),
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [eu-south-1]}"),
            (PLACEMENTS, "us-east-1", "eu-south-1"),
        ],
        [
            (
                FLEET,
                "eu-south-1:",
                "warning: regions.eu-south-1: eu-south-1 is off until an account asks for it; enable it in use1 before deploying",
            ),
            (
                FLEET,
                "1: {regions: [eu-sou",
                "databases.bookings-us.generations.1.regions[0]: eu-south-1 has no Aurora DSQL; did you mean eu-south-2?",
            ),
        ],
        id="a region has no DSQL",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "regions: [us-east-1, us-west-2]", "regions: [us-east-1, us-west-2, us-east-1]"),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.regions: 3 regions are listed; list one, or exactly two peers",
            ),
        ],
        id="three regions share a database",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [us-east-1], witness: us-east-2, peering: linked}"),
        ],
        [
            (
                FLEET,
                "1: {regions: [us-eas",
                "databases.bookings-us.generations.1.peering: linked needs two peers, and this generation has one region; remove it",
            ),
            (
                FLEET,
                "1: {regions: [us-eas",
                "databases.bookings-us.generations.1.witness: us-east-2 witnesses nothing: a single region has no peer; remove it, or start a generation of two peers",
            ),
        ],
        id="a single region has a witness and is linked",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "regions: [us-east-1, us-west-2]", "regions: [us-east-1, us-east-1]"),
            (SERVICES, "    database: bookings\n", ""),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.regions[1]: us-east-1 is its own peer; use another region of us-east-1, us-east-2, us-west-2, ca-central-1, ca-west-1",
            ),
        ],
        id="a region is its own peer",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "regions: [us-east-1, us-west-2]", "regions: [us-east-1, eu-west-1]"),
            (SERVICES, "    database: bookings\n", ""),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.regions[1]: eu-west-1 is not in market us (us-east-1, us-west-2); a database lives where its market is",
            ),
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.regions[1]: eu-west-1 is not in the region set of us-east-1; use another of us-east-1, us-east-2, us-west-2, ca-central-1, ca-west-1",
            ),
        ],
        id="peers are of two region sets",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "witness: us-east-2, ", ""),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.witness: the witness of two peers is missing; use a third region of the same set (us-east-2, ca-central-1, ca-west-1)",
            ),
        ],
        id="two peers have no witness",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "witness: us-east-2, ", "witness: us-east-1, "),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.witness: us-east-1 is a peer of this database; the witness is a third region of the same set (us-east-2, ca-central-1, ca-west-1)",
            ),
        ],
        id="the witness is a peer",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "witness: us-east-2, ", "witness: eu-west-2, "),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.witness: eu-west-2 is not in the region set of the peers; use one of us-east-2, ca-central-1, ca-west-1",
            ),
        ],
        id="the witness is of another region set",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "state: retiring", "state: restoring"),
        ],
        [
            (
                FLEET,
                "2: {regions: [us-eas",
                "databases.bookings-us.generations.2.state: active, while generation 1 is restoring; generations only grow: the older retires, the newer is restored and takes over",
            ),
        ],
        id="the older generation comes after the newer",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [us-east-1], state: restoring}"),
        ],
        [
            (
                FLEET,
                "generations:",
                "databases.bookings-us.generations: none is active (1 is restoring); one generation serves at any time",
            ),
        ],
        id="no generation serves",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "generations:\n      1: {regions: [us-east-1]}", "generations: {}"),
        ],
        [
            (
                FLEET,
                "generations: {}",
                "databases.bookings-us.generations: is empty; a database has at least generation 1",
            ),
        ],
        id="there is no generation",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "database: bookings", "database: booking"),
        ],
        [
            (
                SERVICES,
                "database: booking",
                "services.flights-pricing.database: booking is the database of no market; did you mean bookings?",
            ),
        ],
        id="a service's database is nowhere",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                FLEET,
                "  bookings-eu:\n    engine: dsql\n    generations:\n      1: {regions: [eu-west-1, eu-central-1], witness: eu-west-2, peering: linked}\n",
                "",
            ),
        ],
        [
            (
                SERVICES,
                "database: bookings",
                "services.flights-pricing.database: bookings-eu does not exist, and flights-pricing runs in eu-west-1, eu-central-1; add it to `databases`, or name other `regions`",
            ),
        ],
        id="a service runs in a market without its database",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                FLEET,
                "2: {regions: [us-east-1, us-west-2], witness: us-east-2, peering: linked}",
                "2: {regions: [us-east-1]}",
            ),
        ],
        [
            (
                SERVICES,
                "database: bookings",
                "services.flights-pricing.database: bookings-us has no cluster in us-west-2, where flights-pricing runs; give the service `regions` of us-east-1",
            ),
        ],
        id="a service runs in a region without its database",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
