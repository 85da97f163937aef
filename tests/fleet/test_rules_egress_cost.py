"""An instance that cannot pay, or cannot carry what is declared, is refused with the figures."""

from __future__ import annotations

import pytest

from fleet import prices
from fleet.prices import PRICES

FLEET = "fleet.yaml"
EGRESS = "egress: {path: insta"
DECLARED = "size: large, peak: 4Gbps, monthly: 250TB"
MANAGED = "path: managed, monthly: 500GB"
ADDRESSES = (FLEET, "databases:\n", "quotas: {elastic_ips: 12}\n\ndatabases:\n")


def refused(says):
    return [(FLEET, EGRESS, says)]


CASES = [
    pytest.param(
        "hypergrowth",
        [(FLEET, DECLARED, "size: 8xlarge, peak: 4Gbps, monthly: 20TB")],
        # 3 x (730 x 1.896 + 10.87), 3 x 20,000 GB x 0.045 less one byte in a hundred.
        refused(
            "regions.us-east-1.egress.size: 8xlarge costs 4,185 USD a month in 3 zones (instances, their addresses, "
            "the controller) and saves 2,673 USD of bytes through gateways (3 x 20 TB); use large, which carries the "
            "peak of 4 Gbps, or path: managed"
        ),
        id="a smaller size carries the peak and pays",
    ),
    pytest.param(
        "hypergrowth",
        [(FLEET, DECLARED, "size: 8xlarge, peak: 8Gbps, monthly: 20TB")],
        refused(
            "regions.us-east-1.egress.size: 8xlarge costs 4,185 USD a month in 3 zones (instances, their addresses, "
            "the controller) and saves 2,673 USD of bytes through gateways (3 x 20 TB); use path: managed, no smaller "
            "size that carries the peak of 8 Gbps pays"
        ),
        id="no smaller size carries the peak",
    ),
    pytest.param(
        "hypergrowth",
        [(FLEET, DECLARED, "size: 24xlarge, monthly: 40TB")],
        refused(
            "regions.us-east-1.egress.size: 24xlarge costs 12,489 USD a month in 3 zones (instances, their addresses, "
            "the controller) and saves 5,346 USD of bytes through gateways (3 x 40 TB); use 8xlarge, the largest that "
            "pays, or path: managed"
        ),
        id="no peak is declared",
    ),
    pytest.param(
        "day-one",
        [(FLEET, MANAGED, "path: instances, size: medium, monthly: 500GB"), ADDRESSES],
        # Amazon's addresses: 3 x (730 x (0.0593 + 0.005) + 10.87).
        refused(
            "regions.us-east-1.egress.size: medium costs 173 USD a month in 3 zones (instances, their addresses, the "
            "controller) and saves 67 USD of bytes through gateways (3 x 500 GB); use path: managed, no smaller size "
            "pays either"
        ),
        id="nothing pays for so little traffic",
    ),
    pytest.param(
        "hypergrowth",
        [(FLEET, DECLARED, "size: large, peak: 4Gbps, monthly: 5PB")],
        # 5e15 bytes in 730 hours are 15.2 Gbps, half of them in each direction.
        refused(
            "regions.us-east-1.egress.monthly: 5 PB a month is 7.61 Gbps in one direction all month long, more than "
            "the peak of 4 Gbps; raise peak, or correct monthly"
        ),
        id="the mean is more than the peak",
    ),
    pytest.param(
        "hypergrowth",
        [(FLEET, DECLARED, "size: large, monthly: 5PB")],
        refused(
            "regions.us-east-1.egress.monthly: 5 PB a month is 7.61 Gbps in one direction all month long, more than "
            "the c8gn.large of use1-az1 sustains to the internet (5 Gbps); use 8xlarge or more"
        ),
        id="the mean is more than the instance carries",
    ),
    pytest.param(
        "hypergrowth",
        [(FLEET, DECLARED, "size: 24xlarge, monthly: 500PB")],
        refused(
            "regions.us-east-1.egress.monthly: 500 PB a month is 761 Gbps in one direction all month long, more than "
            "the c8gn.24xlarge of use1-az1 sustains to the internet (150 Gbps); spread the traffic over more regions"
        ),
        id="the mean is more than any instance carries",
    ),
    pytest.param("hypergrowth", [(FLEET, DECLARED, "size: 8xlarge, peak: 4Gbps")], [], id="no traffic is declared"),
    pytest.param("hypergrowth", [(FLEET, DECLARED, "size: 8xlarge, peak: 4Gbps, monthly: 40TB")], [], id="it pays"),
    pytest.param("day-one", [(FLEET, MANAGED, "path: managed, monthly: 2PB")], [], id="a gateway is a choice"),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_does_not_pay_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)


@pytest.mark.parametrize(("terabytes", "pays"), [("2.1", False), ("2.3", True)])
def test_the_line_is_the_break_even_of_the_zone(said, terabytes, pays):
    # 730 x 0.1185 + 10.87 = 97.4 USD, over 0.99 x 0.045 a GB: 2.19 TB.
    problems = said("hypergrowth", [(FLEET, DECLARED, f"size: large, peak: 4Gbps, monthly: {terabytes}TB")])
    assert (not problems) == pays


def without(monkeypatch, *names):
    """Nobody knows these prices, nor what is scaled from them."""
    monkeypatch.setattr(prices, "PRICES", {name: one for name, one in PRICES.items() if name not in names})


def test_a_size_without_a_price_is_not_judged(said, monkeypatch):
    without(monkeypatch, "c8gn.medium")
    assert said("day-one", [(FLEET, MANAGED, "path: instances, size: medium, monthly: 500GB"), ADDRESSES]) == []


def test_one_zone_without_a_price_leaves_the_region_unjudged(said, monkeypatch):
    without(monkeypatch, "c6gn.medium", "c6gn.large")
    in_paris = [
        (FLEET, "  us-east-1:\n", "  eu-west-3:\n"),
        (FLEET, "use1-az1, use1-az2, use1-az4", "euw3-az1, euw3-az2, euw3-az3"),
        (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [eu-west-3]}"),
        ("placements.yaml", "us-east-1", "eu-west-3"),
        (FLEET, MANAGED, "path: instances, size: large, monthly: 500GB"),
        ADDRESSES,
    ]
    assert said("day-one", in_paris) == []
