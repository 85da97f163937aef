"""Every host leads somewhere, every route has one owner, every group somebody to send to."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "names: [api.skyline.example]", "names: [api.skyline.example, www.skyline.example]"),
        ],
        [
            (
                FLEET,
                "api: {names: [api.sk",
                "edge.hosts.api.names[1]: www.skyline.example is already a name of www; a name lives on one distribution only",
            ),
        ],
        id="a name is on two distributions",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "names: [static.skyline.example]", "names: [static.cdn.skyline.example]"),
        ],
        [
            (
                FLEET,
                "static: {names: [sta",
                "edge.hosts.static.names[0]: static.cdn.skyline.example is not covered by the certificate of skyline.example and *.skyline.example; use a name one label below skyline.example",
            ),
        ],
        id="no certificate covers a name",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "names: [static.skyline.example]", "names: [origin.skyline.example]"),
        ],
        [
            (
                FLEET,
                "static: {names: [ori",
                "edge.hosts.static.names[0]: origin.skyline.example is where CloudFront itself connects to; use another name",
            ),
        ],
        id="a name is the origin's",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "names: [static.skyline.example]", "names: []"),
        ],
        [
            (FLEET, "static: {names: [], ", "edge.hosts.static.names: is empty; a host family has at least one name"),
        ],
        id="a family has no names",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "    static: {names", "    m: {names: [m.skyline.example]}\n    static: {names"),
        ],
        [
            (
                FLEET,
                "m: {names: [m.skylin",
                "edge.hosts.m: m has no route; add one to a service, e.g. routes: [m.skyline.example/], or use origin: bucket",
            ),
        ],
        id="a host leads nowhere",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "names: [www.skyline.example]", "names: [www.skyline.example], origin: bucket"),
        ],
        [
            (
                FLEET,
                "www: {names: [www.sk",
                "edge.hosts.www.names[0]: www.skyline.example is served from a bucket, and services have routes on it; use origin: cells or move the routes",
            ),
        ],
        id="a bucket's host has routes",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "routes: [api.skyline.example/flights]", "routes: [app.skyline.example/flights]"),
        ],
        [
            (
                SERVICES,
                "routes: [app.skyline",
                "services.flights-pricing.routes[0]: app.skyline.example is no name of `edge.hosts`; did you mean api.skyline.example?",
            ),
        ],
        id="a route is on no host",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "routes: [api.skyline.example/flights]", "routes: [api.skyline.example/sessions/]"),
        ],
        [
            (
                SERVICES,
                "routes: [api.skyline.example/sessions/]",
                "services.flights-pricing.routes[0]: api.skyline.example/sessions/ already leads to sessions; a route has one owner",
            ),
        ],
        id="a route has two owners",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                SERVICES,
                "routes: [api.skyline.example/flights]",
                "routes: [api.skyline.example/flights, api.skyline.example]",
            ),
        ],
        [
            (
                SERVICES,
                "routes: [api.skyline.example/f",
                "services.flights-pricing.routes[1]: 'api.skyline.example' is no route; write it as <host>/<path prefix>, e.g. www.skyline.example/flights",
            ),
        ],
        id="a route has no path",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                SERVICES,
                "routes: [api.skyline.example/flights]",
                "routes: [api.skyline.example/flights, api.skyline.example/flights]",
            ),
        ],
        [
            (
                SERVICES,
                "routes: [api.skyline.example/f",
                "services.flights-pricing.routes[1]: api.skyline.example/flights stands twice; name it once",
            ),
        ],
        id="a route stands twice",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "z: {slot: 7}", "z: {slot: 7, weight: 0}"),
        ],
        [
            (
                FLEET,
                "cells:\n      z: {slot: 7, weight: 0}                              # the last slot: it is retired, and Karpenter cells start at a",
                "regions.us-east-1.cells: us-east-1 has weight 100, and none of its cells takes traffic; give one that is active a weight above 0, or the region the weight 0",
            ),
        ],
        id="a region's cells take no traffic",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "market: us\n    weight: 100", "market: us\n    weight: 0"),
        ],
        [
            (
                FLEET,
                "weight: 0",
                "regions.us-east-1.weight: 0 is the weight of every region of market us; give one of us-east-1 more",
            ),
        ],
        id="a market's regions take no traffic",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "market: us\n", "market: use1\n"),
            (FLEET, "bookings-us", "bookings-use1"),
        ],
        [
            (
                FLEET,
                "market: use1",
                "regions.us-east-1.market: use1 is also us-east-1's name under origin.skyline.example; use another, e.g. us or eu",
            ),
        ],
        id="a market is called like a region",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "regions: 0}", "regions: 1}"),
            (
                FLEET,
                "account: usw2\n    zones: [usw2-az1, usw2-az2, usw2-az3]\n    market: us\n",
                "account: usw2\n    zones: [usw2-az1, usw2-az2, usw2-az3]\n    market: west\n",
            ),
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
                "market: us",
                "regions.us-east-1.market: us has 1 region(s), and policies.survive.regions is 1: nothing is left; add a region to the market, or survive fewer",
            ),
            (
                FLEET,
                "market: west",
                "regions.us-west-2.market: west has 1 region(s), and policies.survive.regions is 1: nothing is left; add a region to the market, or survive fewer",
            ),
        ],
        id="a market is one region that may be lost",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
