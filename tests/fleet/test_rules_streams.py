"""Streams carry their peak."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "peak: 200k/s", "peak: 0/s"),
        ],
        [
            (
                FLEET,
                "prices: {tier: gold,",
                "streams.prices.peak: less than 1/s is no peak; write what the busiest second brings",
            ),
        ],
        id="the peak is nothing",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "peak: 2k/s, record: 500B", "peak: 1/s, record: 2MB"),
        ],
        [
            (
                FLEET,
                "searches: {tier: sil",
                "streams.searches.record: 2000000 B is no record Kinesis takes (1 B to 1 MiB); put larger ones into the lake and send the key",
            ),
        ],
        id="a record is too large",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "retention: 7d", "retention: 1h"),
        ],
        [
            (
                FLEET,
                "prices: {tier: gold,",
                "streams.prices.retention: 3600 s is no retention Kinesis has; use 24h to 365d",
            ),
        ],
        id="the retention is too short",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "tier: silver, peak: 20k/s", "tier: silver, peak: 300k/s"),
        ],
        [
            (
                FLEET,
                "searches: {tier: sil",
                "streams.searches.tier: silver is on demand, up to 200 MB and 200,000 records per second, and the peak is 150 MB and 300,000; use gold",
            ),
        ],
        id="on demand does not carry the peak",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "  debug: {tier", "  audit: {tier: silver, peak: 10/s, record: 100B}\n  debug: {tier"),
        ],
        [
            (
                FLEET,
                "audit: {tier: silver",
                "warning: streams.audit: audit is written by no service; add it to the `emits` of one, or remove it",
            ),
        ],
        id="nobody writes to it",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "emits: [prices]", "emits: [price]"),
        ],
        [
            (
                SERVICES,
                "emits: [price]",
                "services.flights-pricing.emits[0]: price is no stream of this fleet; did you mean prices?",
            ),
        ],
        id="a service writes to no stream",
    ),
    pytest.param(
        "hypergrowth",
        [
            (SERVICES, "emits: [prices]", "emits: [prices, prices]"),
        ],
        [
            (SERVICES, "emits: [prices, pric", "services.flights-pricing.emits[1]: prices stands twice; name it once"),
        ],
        id="a service names a stream twice",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
