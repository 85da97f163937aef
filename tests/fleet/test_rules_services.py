"""A service names what exists, and its caches survive a zone."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "day-one",
        [
            (SERVICES, "  sessions:\n", "  session:\n"),
            (PLACEMENTS, "sessions", "session"),
        ],
        [
            (
                "images/sessions.yaml",
                "repository: services",
                "images.sessions: sessions is the image of no service; remove the file, or add the service to services/",
            ),
            (
                SERVICES,
                "session:",
                "services.session: session has no image; add images/session.yaml with `repository` and `digest`",
            ),
        ],
        id="a service has no image, an image no service",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "  sessions:\n", "  sessions:\n    regions: [us-east-1, us-east-2]\n"),
        ],
        [
            (
                SERVICES,
                "regions: [us-east-1,",
                "services.sessions.regions[1]: us-east-2 is no region of this fleet; did you mean us-east-1?",
            ),
        ],
        id="a service runs in no known region",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "  sessions:\n", "  sessions:\n    regions: []\n"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [z]",
                "placements.us-east-1.sessions: sessions does not run in us-east-1; its `regions` say where",
            ),
            (
                SERVICES,
                "regions: []",
                "services.sessions.regions: is empty; name the service's regions, or leave it out for all of them",
            ),
        ],
        id="a service runs nowhere",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "in: {eu-west-1", "in: {eu-west-3"),
        ],
        [
            (
                SERVICES,
                "demand: {rps: 16000,",
                "services.sessions.demand.in.eu-west-3: eu-west-3 is no region the service runs in; its demand there is nobody's",
            ),
        ],
        id="demand is in a region the service is not",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "scale: {queue: events}", "scale: {queue: event}"),
        ],
        [
            (
                SERVICES,
                "scale: {queue: event",
                "services.slipstream.scale.queue: event is no queue of slipstream; did you mean events?",
            ),
        ],
        id="it scales by no queue",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "queues: [requests]", "queues: [request]"),
        ],
        [
            (
                SERVICES,
                "arrived: {queues: [r",
                "services.quote-retrieval.topics.arrived.queues[0]: request is no queue of quote-retrieval; did you mean requests?",
            ),
        ],
        id="a topic delivers to no queue",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "requests: {visibility", "requests: {fifo: true, visibility"),
        ],
        [
            (
                SERVICES,
                "arrived: {queues: [r",
                "services.quote-retrieval.topics.arrived.queues[0]: requests is a FIFO queue, and a standard topic cannot deliver to it; make the queue standard",
            ),
        ],
        id="a topic delivers to a FIFO queue",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "replicas: 1", "replicas: 0"),
        ],
        [
            (
                SERVICES,
                "live: {shards: 3, re",
                "services.sessions.caches.live.replicas: 0 replicas lose the cache with its zone; use at least 1",
            ),
        ],
        id="a cache has no replica",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "shards: 3, replicas: 1", "shards: 50, replicas: 1"),
        ],
        [
            (
                SERVICES,
                "live: {shards: 50, r",
                "services.sessions.caches.live.shards: 50 shards of 2 nodes are 100, and a cluster has at most 90; use at most 45 shards, or larger nodes",
            ),
        ],
        id="a cache has too many nodes",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, 'partners:\n  hosts: [api.partner-one.example, "*.partner-two.example"]\n', ""),
        ],
        [
            (
                SERVICES,
                "egress: partners",
                "services.egressor.egress: partners may be reached, and `partners.hosts` of fleet.yaml lists none; list them, or remove egress",
            ),
        ],
        id="it reaches partners that nobody listed",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "[partner-keys]", "[partner-keys, partner-keys]"),
        ],
        [
            (
                SERVICES,
                "secrets: [partner-ke",
                "services.flights-pricing.secrets[1]: partner-keys stands twice; name it once",
            ),
        ],
        id="a secret stands twice",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "    caches:\n      quotes:", "    caches:\n      live:"),
        ],
        [
            (
                SERVICES,
                "live: {shards: 3, replicas: 1, size: cache.r7g.large}\n    secrets: [partner-keys]",
                "services.flights-pricing.caches.live: live is already one of sessions's caches; names are unique in a team",
            ),
        ],
        id="two caches of a team have one name",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
