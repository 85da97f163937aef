"""Physical names fit where AWS has a limit."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "fleet: skyline", "fleet: skyline-land"),
            (FLEET, "      f: {slot: 5}", "      f: {slot: 5}\n      longer: {slot: 6}"),
        ],
        [
            (
                FLEET,
                "longer: {slot: 6}",
                "regions.us-east-1.cells.longer: skyline-land-use1-longer-eastwest is the name of a load balancer and has 33 characters of at most 32; shorten it by 1",
            ),
        ],
        id="a load balancer",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, '  use1: "', '  a-very-long-alias-of-an-account-in-use1: "'),
            (FLEET, "account: use1", "account: a-very-long-alias-of-an-account-in-use1"),
            (FLEET, "fleet: skyline", "fleet: skyline-land"),
        ],
        [
            (
                FLEET,
                "a-very-long-alias-of",
                "accounts.a-very-long-alias-of-an-account-in-use1: skyline-land-outputs-reader-a-very-long-alias-of-an-account-in-use1 is the name of a role and has 67 characters of at most 64; shorten it by 3",
            ),
        ],
        id="an account's role",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "    static: {", "    pictures-and-films-of-many-places: {"),
        ],
        [
            (
                FLEET,
                "pictures-and-films-o",
                "edge.hosts.pictures-and-films-of-many-places: skyline-pictures-and-films-of-many-places-111111111111-eu-central-1-an is the name of a bucket and has 70 characters of at most 63; shorten it by 7",
            ),
        ],
        id="a bucket",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "quotes: {shards", "quotes-of-the-last-hour: {shards"),
        ],
        [
            (
                SERVICES,
                "quotes-of-the-last-h",
                "services.flights-pricing.caches.quotes-of-the-last-hour: skyline-flights-pricing-quotes-of-the-last-hour is the name of a replication group and has 47 characters of at most 40; shorten it by 7",
            ),
        ],
        id="a cache",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                SERVICES,
                "  itinerary-construction:\n",
                "  itinerary-construction:\n    queues:\n      events-that-nobody-may-ever-lose-at-all: {fifo: true}\n",
            ),
            (FLEET, "fleet: skyline", "fleet: skyline-land"),
        ],
        [
            (
                SERVICES,
                "events-that-nobody-m",
                "services.itinerary-construction.queues.events-that-nobody-may-ever-lose-at-all: skyline-land-itinerary-construction-events-that-nobody-may-ever-lose-at-all-dead.fifo is the name of a queue and has 85 characters of at most 80; shorten it by 5",
            ),
        ],
        id="a queue",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
