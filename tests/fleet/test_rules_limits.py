"""AWS's limits: an error above what is granted, a warning near it."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 5"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress: 6 elastic IP addresses are needed in us-east-1, and 5 are granted; ask AWS for more and raise quotas.elastic_ips, or use fewer",
            ),
            (
                FLEET,
                "egress: {path: instances, size: large, peak: 1Gbps, monthly: 40TB, byoip_pool: ipv4pool-ec2-0b1c2d3e4f5a60719}\n    access: {path: ssm}\n    cells:\n      a: {slot: 0}\n      b: {slot: 1}\n      c: {slot: 2}\n\ndatabases:",
                "regions.us-west-2.egress: 6 elastic IP addresses are needed in us-west-2, and 5 are granted; ask AWS for more and raise quotas.elastic_ips, or use fewer",
            ),
        ],
        id="elastic IP addresses",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, lambda_executions: 128"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress: 129 concurrent Lambda executions are needed in us-east-1 of account use1, and 128 are granted; ask AWS for more and raise quotas.lambda_executions, or use fewer",
            ),
            (
                FLEET,
                "egress: {path: instances, size: large, peak: 1Gbps, monthly: 40TB, byoip_pool: ipv4pool-ec2-0b1c2d3e4f5a60719}\n    access: {path: ssm}\n    cells:\n      a: {slot: 0}\n      b: {slot: 1}\n      c: {slot: 2}\n\ndatabases:",
                "regions.us-west-2.egress: 129 concurrent Lambda executions are needed in us-west-2 of account usw2, and 128 are granted; ask AWS for more and raise quotas.lambda_executions, or use fewer",
            ),
        ],
        id="Lambda executions",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "0a1b2c3d4e5f60718}", "0a1b2c3d4e5f60718, addresses: 3}"),
            (FLEET, "elastic_ips: 12", "elastic_ips: 30"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "regions.us-east-1.egress.addresses: 3 addresses of one NAT gateway are needed in us-east-1, and 2 are granted; ask AWS for more and raise quotas.nat_gateway_addresses, or use fewer",
            ),
        ],
        id="addresses of a NAT gateway",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 7"),
        ],
        [
            (
                FLEET,
                "egress: {path: insta",
                "warning: regions.us-east-1.egress: 6 of 7 elastic IP addresses in us-east-1 are used; ask AWS for more in time",
            ),
            (
                FLEET,
                "egress: {path: instances, size: large, peak: 1Gbps, monthly: 40TB, byoip_pool: ipv4pool-ec2-0b1c2d3e4f5a60719}\n    access: {path: ssm}\n    cells:\n      a: {slot: 0}\n      b: {slot: 1}\n      c: {slot: 2}\n\ndatabases:",
                "warning: regions.us-west-2.egress: 6 of 7 elastic IP addresses in us-west-2 are used; ask AWS for more in time",
            ),
        ],
        id="elastic IP addresses, nearly",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, vpc_cidrs: 3"),
        ],
        [
            (
                FLEET,
                "cells:\n      a: {slot: 0}",
                "regions.us-east-1.cells: 4 networks of the VPC are needed in us-east-1, and 3 are granted; ask AWS for more and raise quotas.vpc_cidrs, or use fewer",
            ),
        ],
        id="networks of a VPC, and all of them is as planned",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "edge:\n", "quotas: {gateway_endpoints: 1}\nedge:\n"),
        ],
        [
            (
                FLEET,
                "us-east-1:",
                "regions.us-east-1: 2 gateway endpoints are needed in us-east-1, and 1 are granted; ask AWS for more and raise quotas.gateway_endpoints, or use fewer",
            ),
        ],
        id="gateway endpoints",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, load_balancers: 7"),
        ],
        [
            (
                FLEET,
                "cells:\n      a: {slot: 0}",
                "regions.us-east-1.cells: 8 load balancers are needed in us-east-1, and 7 are granted; ask AWS for more and raise quotas.load_balancers, or use fewer",
            ),
            (
                FLEET,
                "cells:\n      a: {slot: 0}\n      b: {slot: 1}\n      c: {slot: 2}\n\ndatabases:",
                "warning: regions.us-west-2.cells: 6 of 7 load balancers in us-west-2 are used; ask AWS for more in time",
            ),
        ],
        id="load balancers",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, clusters: 3"),
        ],
        [
            (
                FLEET,
                "cells:\n      a: {slot: 0}",
                "regions.us-east-1.cells: 4 EKS clusters are needed in us-east-1, and 3 are granted; ask AWS for more and raise quotas.clusters, or use fewer",
            ),
            (
                FLEET,
                "cells:\n      a: {slot: 0}\n      b: {slot: 1}\n      c: {slot: 2}\n\ndatabases:",
                "warning: regions.us-west-2.cells: 3 of 3 EKS clusters in us-west-2 are used; ask AWS for more in time",
            ),
        ],
        id="clusters",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "edge:\n", "quotas: {security_group_rules: 50}\nedge:\n"),
        ],
        [
            (
                FLEET,
                "us-east-1:",
                "regions.us-east-1: 55 rules of the group with CloudFront's prefix list are needed in us-east-1, and 50 are granted; ask AWS for more and raise quotas.security_group_rules, or use fewer",
            ),
        ],
        id="rules of a security group",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, health_checks: 8"),
        ],
        [
            (
                FLEET,
                "regions:\n  us-east-1:",
                "regions: 9 health checks are needed in edge, and 8 are granted; ask AWS for more and raise quotas.health_checks, or use fewer",
            ),
        ],
        id="health checks",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, multi_region_clusters: 1"),
        ],
        [
            (
                FLEET,
                "databases:",
                "warning: databases: 1 of 1 multi-region database clusters in us-east-1 are used; ask AWS for more in time",
            ),
            (
                FLEET,
                "databases:",
                "warning: databases: 1 of 1 multi-region database clusters in us-west-2 are used; ask AWS for more in time",
            ),
        ],
        id="multi-region clusters, nearly",
    ),
    pytest.param(
        "growth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, database_connections: 500"),
        ],
        [
            (
                FLEET,
                "bookings-us:",
                "databases.bookings-us: 600 connections to bookings-us are needed in us-east-1, and 500 are granted; ask AWS for more and raise quotas.database_connections, or use fewer",
            ),
            (
                FLEET,
                "bookings-us:",
                "databases.bookings-us: 600 connections to bookings-us are needed in us-west-2, and 500 are granted; ask AWS for more and raise quotas.database_connections, or use fewer",
            ),
        ],
        id="connections to a database",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "edge:\n", "quotas: {roles: 20}\nedge:\n"),
        ],
        [
            (
                FLEET,
                'use1: "333333333331"',
                "accounts.use1: 37 IAM roles are needed in account use1, and 20 are granted; ask AWS for more and raise quotas.roles, or use fewer",
            ),
        ],
        id="roles",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, "elastic_ips: 12", "elastic_ips: 12, stream_shards: 100"),
        ],
        [
            (
                FLEET,
                "streams:",
                "streams: 250 shards of gold streams are needed in eu-central-1, and 100 are granted; ask AWS for more and raise quotas.stream_shards, or use fewer",
            ),
            (
                FLEET,
                "streams:",
                "streams: 250 shards of gold streams are needed in eu-west-1, and 100 are granted; ask AWS for more and raise quotas.stream_shards, or use fewer",
            ),
            (
                FLEET,
                "streams:",
                "streams: 250 shards of gold streams are needed in us-east-1, and 100 are granted; ask AWS for more and raise quotas.stream_shards, or use fewer",
            ),
            (
                FLEET,
                "streams:",
                "streams: 250 shards of gold streams are needed in us-west-2, and 100 are granted; ask AWS for more and raise quotas.stream_shards, or use fewer",
            ),
        ],
        id="shards",
    ),
    pytest.param(
        "hypergrowth",
        [
            (FLEET, ", direct_put: 20MB", ""),
        ],
        [
            (
                FLEET,
                "debug: {tier: bronze",
                "streams.debug: 10,000,000 bytes per second into debug are needed in eu-central-1, and 5,000,000 are granted; ask AWS for more and raise quotas.direct_put, or use fewer",
            ),
            (
                FLEET,
                "debug: {tier: bronze",
                "streams.debug: 10,000,000 bytes per second into debug are needed in eu-west-1, and 5,000,000 are granted; ask AWS for more and raise quotas.direct_put, or use fewer",
            ),
            (
                FLEET,
                "debug: {tier: bronze",
                "streams.debug: 10,000,000 bytes per second into debug are needed in us-east-1, and 5,000,000 are granted; ask AWS for more and raise quotas.direct_put, or use fewer",
            ),
            (
                FLEET,
                "debug: {tier: bronze",
                "streams.debug: 10,000,000 bytes per second into debug are needed in us-west-2, and 5,000,000 are granted; ask AWS for more and raise quotas.direct_put, or use fewer",
            ),
        ],
        id="direct puts",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
