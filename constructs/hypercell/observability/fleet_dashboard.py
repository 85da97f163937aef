"""What people look at first: the whole fleet as viewers and Route 53 see it. In us-east-1, where both write."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import names
from fleet.model import Fleet
from hypercell.observability import widgets
from hypercell.observability.widgets import Metric, Widget, chart, metric, search

_HERE = "us-east-1"


class FleetDashboard(Construct):
    """Regions in and out of DNS, host families, firewalls.

    Args:
        checks: region's code to the id of its calculated health check.
        distributions: key of a host family to the id of its distribution.
    """

    def __init__(
        self, scope: Construct, id: str, *, fleet: Fleet, checks: Mapping[str, str], distributions: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        rows = [
            [widgets.heading(f"# {fleet.name}, as viewers see it")],
            _regions(checks),
            _hosts(distributions),
            _origins(distributions),
        ]
        if any(host.firewall != "none" for host in fleet.edge.hosts.values()):
            rows.append(_firewalls(fleet))
        cloudwatch.CfnDashboard(
            self,
            "Resource",
            dashboard_name=names.dashboard(fleet, "edge"),
            dashboard_body=widgets.body(*rows),
        )


def _regions(checks: Mapping[str, str]) -> list[Widget]:
    def each(name: str) -> list[Metric]:
        return [metric("AWS/Route53", name, {"HealthCheckId": check}, label=code) for code, check in checks.items()]

    every = search("AWS/Route53,HealthCheckId", 'MetricName="HealthCheckPercentageHealthy"', "Average")
    return [
        chart("Regions in DNS", each("HealthCheckStatus"), region=_HERE, statistic="Minimum"),
        chart("Healthy cells that count", each("ChildHealthCheckHealthyCount"), region=_HERE, statistic="Minimum"),
        chart("Checkers that reach a cell", [every], region=_HERE, unit="%"),
    ]


def _of(distributions: Mapping[str, str], name: str) -> list[Metric]:
    return [
        metric("AWS/CloudFront", name, {"DistributionId": minted, "Region": "Global"}, label=key)
        for key, minted in distributions.items()
    ]


def _hosts(distributions: Mapping[str, str]) -> list[Widget]:
    return [
        chart("Requests a minute", _of(distributions, "Requests"), region=_HERE),
        chart("Failing (5xx)", _of(distributions, "5xxErrorRate"), region=_HERE, statistic="Average", unit="%"),
        chart("Refused (4xx)", _of(distributions, "4xxErrorRate"), region=_HERE, statistic="Average", unit="%"),
    ]


def _origins(distributions: Mapping[str, str]) -> list[Widget]:
    slow = [[*line[:-1], {**line[-1], "stat": "p99"}] for line in _of(distributions, "OriginLatency")]
    return [
        chart("Answered by the cache", _of(distributions, "CacheHitRate"), region=_HERE, statistic="Average", unit="%"),
        chart("Origin, 99th percentile", slow, region=_HERE, unit="ms"),
        chart("Bytes to viewers", _of(distributions, "BytesDownloaded"), region=_HERE),
    ]


def _firewalls(fleet: Fleet) -> list[Widget]:
    def by_rule(name: str) -> list[Metric]:
        return [search("AWS/WAFV2,Rule,WebACL", f'MetricName="{name}" {fleet.name}', "Sum")]

    return [
        chart("Refused, by rule", by_rule("BlockedRequests"), region=_HERE),
        chart("Counted, by rule", by_rule("CountedRequests"), region=_HERE),
    ]
