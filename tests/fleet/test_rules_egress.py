"""The way out: instances that pay, addresses of one pool, partners that are partners."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

# One zone of three has no c8gn.
IN_PARIS = [
    (FLEET, "  us-east-1:\n", "  eu-west-3:\n"),
    (FLEET, "use1-az1, use1-az2, use1-az4", "euw3-az1, euw3-az2, euw3-az3"),
    (FLEET, "1: {regions: [us-east-1]}", "1: {regions: [eu-west-3]}"),
    (PLACEMENTS, "us-east-1", "eu-west-3"),
    (FLEET, "databases:\n", "quotas: {elastic_ips: 12}\n\ndatabases:\n"),
]

CASES = [
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "size: large", "size: 4xlarge"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress.size: 4xlarge carries no more to the internet than large (5 Gbps); use large",
            ),
        ],
        id="an instance costs more and carries no more",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "size: large", "size: 48xlarge"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress.size: 48xlarge carries no more to the internet than 24xlarge (150 Gbps); use 24xlarge",
            ),
        ],
        id="an instance has a second card that no interface uses",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "peak: 4Gbps", "peak: 6Gbps"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress.peak: 6 Gbps is more than the c8gn.large of use1-az1 sustains to the internet (5 Gbps); use 8xlarge",
            ),
        ],
        id="the peak is more than the instance sustains",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "peak: 4Gbps", "peak: 400Gbps"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress.peak: 400 Gbps is more than the c8gn.large of use1-az1 sustains to the internet (5 Gbps); spread the traffic over more regions",
            ),
        ],
        id="the peak is more than any instance sustains",
    ),
    pytest.param(
        "day-one",
        [
            *IN_PARIS,
            (FLEET, "path: managed", "path: instances, size: large, peak: 4Gbps"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.eu-west-3.egress.peak: 4 Gbps is more than the c6gn.large of euw3-az3 sustains to the internet (3 Gbps); use xlarge",
            ),
        ],
        id="the peak is more than the older instance of one zone sustains",
    ),
    pytest.param(
        "day-one",
        [
            *IN_PARIS,
            (FLEET, "path: managed", "path: instances, size: 24xlarge, peak: 4Gbps"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.eu-west-3.egress.size: 24xlarge does not exist in euw3-az3, where the NAT instance is a c6gn.16xlarge at most; use 16xlarge or less",
            ),
        ],
        id="the older instance of one zone has no such size",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, ", byoip_pool: ipv4pool-ec2-0b1c2d3e4f5a60719", ""),
        ],
        [
            (
                FLEET,
                "egress: {path: instances, size: large, peak: 4Gbps, monthly: 250TB}",
                "regions.us-west-2.egress: has no byoip_pool, and other regions have; partners who allow our range refuse Amazon's, so name one",
            ),
        ],
        id="one region has no pool of its own",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "ipv4pool-ec2-0b1c2d3e4f5a60719", "ipv4pool-ec2-0a1b2c3d4e5f60718"),
        ],
        [
            (
                FLEET,
                "egress: {path: instances, size: large, peak: 4Gbps, monthly: 250TB, byoip_pool: ipv4pool-ec2-0a1b2c3d4e5f60718}\n    access: {path: ssm}\n    cells:\n      a: {slot: 0}\n      b: {slot: 1}",
                "regions.us-west-2.egress.byoip_pool: ipv4pool-ec2-0a1b2c3d4e5f60718 is the pool of us-east-1; a pool belongs to one region, bring a range of its own",
            ),
        ],
        id="two regions share a pool",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "access: {path: ssm}", "access: {path: ssm, cidrs: [10.0.0.0/8]}"),
        ],
        [
            (
                FLEET,
                "access: {path: ssm, ",
                "regions.us-east-1.access.cidrs: is not read with path: ssm; remove it, or use path: cidrs",
            ),
        ],
        id="networks are listed and not read",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "access: {path: ssm}", "access: {path: cidrs, cidrs: [203.0.113.1/24]}"),
        ],
        [
            (
                FLEET,
                "access: {path: cidrs",
                "regions.us-east-1.access.cidrs[0]: 203.0.113.1/24 is no IPv4 network (203.0.113.1/24 has host bits set); write it like 203.0.113.0/24",
            ),
        ],
        id="a network has host bits",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "access: {path: ssm}", "access: {path: cidrs, cidrs: [0.0.0.0/0]}"),
        ],
        [
            (
                FLEET,
                "access: {path: cidrs",
                "regions.us-east-1.access.cidrs[0]: 0.0.0.0/0 is most of the internet; list the networks operators come from",
            ),
        ],
        id="a network is everybody",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, '"*.partner-two.example"', '"*.example"'),
        ],
        [
            (FLEET, "hosts: [api.partner-", "partners.hosts[1]: '*.example' is not a host name like api.example.com"),
        ],
        id="a partner is a whole top level domain",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, '"*.partner-two.example"', '"*.partner-two.example", api.partner-two.example'),
        ],
        [
            (
                FLEET,
                "hosts: [api.partner-",
                "partners.hosts[2]: api.partner-two.example is already covered by *.partner-two.example; remove one of them",
            ),
        ],
        id="a partner is covered by another",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, '"*.partner-two.example"', "api.partner-one.example"),
        ],
        [
            (FLEET, "hosts: [api.partner-", "partners.hosts[1]: api.partner-one.example stands twice; name it once"),
        ],
        id="a partner stands twice",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
