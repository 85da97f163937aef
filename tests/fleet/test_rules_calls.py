"""Everyone called exists, is there, and is as reliable as its callers need."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "calls: [egressor]", "calls: [egresor]"),
        ],
        [
            (
                SERVICES,
                "calls: [egresor]",
                "services.quote-retrieval.calls[0]: egresor is no service of this fleet; did you mean egressor?",
            ),
        ],
        id="the callee does not exist",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "calls: [egressor]", "calls: [quote-retrieval]"),
        ],
        [
            (
                SERVICES,
                "calls: [quote-retrie",
                "services.quote-retrieval.calls[0]: quote-retrieval calls itself; leave it out",
            ),
        ],
        id="a service calls itself",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "calls: [egressor]", "calls: [egressor, egressor]"),
        ],
        [
            (
                SERVICES,
                "calls: [egressor, eg",
                "services.quote-retrieval.calls[1]: egressor stands twice; name it once",
            ),
        ],
        id="a call stands twice",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "{service: slipstream, degrades: true}", "slipstream"),
        ],
        [
            (
                SERVICES,
                "calls: [itinerary-co",
                "services.flights-pricing.calls[3]: slipstream is tier 1, and flights-pricing of tier 0 stops with it; make it tier 0, or write {service: slipstream, degrades: true} if flights-pricing answers without it",
            ),
        ],
        id="the journey stops with a lower tier",
    ),
    pytest.param(
        "growth",
        [
            (SERVICES, "  egressor:\n", "  egressor:\n    regions: [us-east-1]\n"),
            (
                PLACEMENTS,
                "us-west-2:\n  sessions: [a, b, c]\n  flights-pricing: [a, b, c]\n  quote-retrieval: [a, b, c]\n  egressor: [a, b, c]\n",
                "us-west-2:\n  sessions: [a, b, c]\n  flights-pricing: [a, b, c]\n  quote-retrieval: [a, b, c]\n",
            ),
        ],
        [
            (
                SERVICES,
                "calls: [egressor]",
                "services.quote-retrieval.calls[0]: egressor does not run in us-west-2, where quote-retrieval does, and no call leaves its region; run it there, or mark the call `degrades: true`",
            ),
        ],
        id="the callee is in another region",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "      z: {slot: 7}", "      y: {slot: 6}\n      z: {slot: 7}"),
            (PLACEMENTS, "flights-pricing: [z]", "flights-pricing: [y]"),
        ],
        [
            (
                PLACEMENTS,
                "sessions: [z]",
                "placements.us-east-1.sessions: sessions calls flights-pricing, which is not in z, and mesh: none keeps calls in their cell; place it there too, or use mesh: sidecar",
            ),
        ],
        id="the callee is in another cell, and no mesh leads there",
    ),
    pytest.param(
        "hypergrowth",
        [
            (
                SERVICES,
                "    egress: partners",
                "    egress: partners\n    calls: [{service: sessions, degrades: true}]",
            ),
        ],
        [
            (
                SERVICES,
                "calls: [flights-pric",
                "services.sessions.calls: sessions -> flights-pricing -> quote-retrieval -> egressor -> sessions is a circle, each waits for itself; make one of the calls a queue or an event",
            ),
        ],
        id="calls come back",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
