"""What people look at when a region, a zone or a service is unwell: cells beside cells, zones beside zones."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import names, signals
from fleet.region import Region
from fleet.service import Service
from hypercell.observability import widgets
from hypercell.observability.alarms import FAST, alarm_arn, region_alarms
from hypercell.observability.measures import failing, ours
from hypercell.observability.widgets import Metric, Widget, chart, metric, search


class RegionDashboard(Construct):
    """One region: its cells beside each other, its zones beside each other, its ways out, its data."""

    def __init__(self, scope: Construct, id: str, *, region: Region) -> None:
        super().__init__(scope, id)
        rows = [
            [widgets.heading(f"# {region.name}, market {region.market}")],
            [
                widgets.alarms("Cells", [alarm_arn(region, names.cell_alarm(c)) for c in region.standing_cells]),
                widgets.alarms("Region", [alarm_arn(region, name) for name in region_alarms(region)]),
            ],
            _cells(region),
            [
                widgets.heading(
                    "## Zones beside their siblings: one that stands out is failing, whatever its checks say"
                )
            ],
            _zones(region),
            _egress(region),
            *([_controller(region)] if region.egress.path == "instances" else []),
            _data(region),
        ]
        if region.fleet.streams:
            rows.append(_streams(region))
        cloudwatch.CfnDashboard(
            self,
            "Resource",
            dashboard_name=names.dashboard(region.fleet, region.code),
            dashboard_body=widgets.body(*rows),
        )


class ServicesDashboard(Construct):
    """The services of a region against their objectives: tiers 0 and 1 each, the others found by search."""

    def __init__(self, scope: Construct, id: str, *, region: Region, services: list[Service]) -> None:
        super().__init__(scope, id)
        charts = [_objective(region, service) for service in services if service.tier <= 1]
        rows = [charts[start : start + 3] for start in range(0, len(charts), 3)]
        found = f'"{names.cell_metrics(region.fleet)}","{signals.SERVICE}"'
        rows.append(
            [
                chart(f"{name} of every service", [search(found, f'MetricName="{name}"', "Sum")], region=region.name)
                for name in (signals.REQUESTS, signals.FAILURES)
            ]
        )
        cloudwatch.CfnDashboard(
            self,
            "Resource",
            dashboard_name=names.dashboard(region.fleet, region.code, "services"),
            dashboard_body=widgets.body(*rows),
        )


def _cells(region: Region) -> list[Widget]:
    owns = {cell: {signals.CELL: cell.name} for cell in region.standing_cells}
    shares = [line for place, (c, own) in enumerate(owns.items()) for line in failing(region, own, str(place), c.name)]
    return [
        chart(
            "Requests a minute, by cell",
            [ours(region, signals.REQUESTS, own, label=cell.name) for cell, own in owns.items()],
            region=region.name,
        ),
        chart("Failing, by cell", shares, region=region.name, unit="%"),
        chart(
            "Time to the last byte, by cell",
            [ours(region, signals.LATENCY, own, label=cell.name) for cell, own in owns.items()],
            region=region.name,
            statistic="Average",
            unit="ms",
        ),
    ]


def _zones(region: Region) -> list[Widget]:
    owns = {zone: {signals.ZONE: zone} for zone in region.zones}
    shares: list[Metric] = []
    for place, (zone, own) in enumerate(owns.items()):
        shares += failing(region, own, str(place), zone)
    apart = [
        *(_hidden(line) for line in shares),
        *(
            widgets.expression(f"r{place} - ({_mean(place, len(owns))})", label=zone, id=f"d{place}")
            for place, zone in enumerate(owns)
        ),
    ]
    latency = [ours(region, signals.LATENCY, own, label=zone) for zone, own in owns.items()]
    return [
        chart("Failing, by zone", shares, region=region.name, unit="%"),
        chart("Failing more than the siblings", apart, region=region.name, unit="percentage points"),
        chart("Time to the last byte, by zone", latency, region=region.name, statistic="Average", unit="ms"),
    ]


def _hidden(line: Metric) -> Metric:
    return [*line[:-1], {**line[-1], "visible": False}]


def _mean(place: int, zones: int) -> str:
    """The mean of the other zones' lines."""
    others = [f"r{other}" for other in range(zones) if other != place]
    return f"({' + '.join(others)}) / {len(others)}"


def _egress(region: Region) -> list[Widget]:
    gateways = [
        chart(
            "NAT gateways, bytes out",
            [search("AWS/NATGateway,NatGatewayId", 'MetricName="BytesOutToDestination"', "Sum")],
            region=region.name,
        ),
        chart(
            "NAT gateways, no port free",
            [search("AWS/NATGateway,NatGatewayId", 'MetricName="ErrorPortAllocation"', "Sum")],
            region=region.name,
        ),
    ]
    if region.egress.path == "managed":
        return gateways
    space = names.nat_metrics(region)

    def of_instances(name: str) -> list[Metric]:
        return [metric(space, name, {"Zone": zone}, label=zone) for zone in region.zones]

    return [
        chart("NAT instances, bytes out", of_instances("BytesOut"), region=region.name),
        chart(
            "NAT instances, connections used", of_instances("ConnectionsUsed"), region=region.name, statistic="Maximum"
        ),
        *gateways,
    ]


def _controller(region: Region) -> list[Widget]:
    """What the egress controller sees and does, in its own words (`egress/runtime/report.py`)."""
    space = names.nat_metrics(region)

    def of_zones(*measured: str) -> list[Metric]:
        return [
            metric(space, name, {"Zone": zone}, label=f"{zone} {name}" if len(measured) > 1 else zone)
            for name in measured
            for zone in region.zones
        ]

    return [
        chart("Cells on the NAT gateway", of_zones("ShardsOnGateway"), region=region.name, statistic="Maximum"),
        chart("Cells that changed their way out", of_zones("Failovers", "Failbacks"), region=region.name),
        chart(
            "Probes that failed, of sixty a minute",
            of_zones("InstanceProbeFailed", "GatewayProbeFailed", "ProberUnknown"),
            region=region.name,
        ),
    ]


def _data(region: Region) -> list[Widget]:
    """What services keep in the region, found by the fleet's prefix: each service's own stack makes it."""
    prefix = region.fleet.name
    nodes = "AWS/ElastiCache,CacheClusterId,CacheNodeId"
    return [
        chart(
            "Valkey, engine",
            [search(nodes, f'MetricName="EngineCPUUtilization" {prefix}', "Maximum")],
            region=region.name,
            unit="%",
        ),
        chart(
            "Tables, throttled",
            [
                search(
                    "AWS/DynamoDB,TableName",
                    f'MetricName=("ReadThrottleEvents" OR "WriteThrottleEvents") {prefix}',
                    "Sum",
                )
            ],
            region=region.name,
        ),
        chart(
            "Messages given up",
            [search("AWS/SQS,QueueName", f'MetricName="ApproximateNumberOfMessagesVisible" {prefix} dead', "Maximum")],
            region=region.name,
        ),
    ]


def _streams(region: Region) -> list[Widget]:
    def each(name: str) -> list[Metric]:
        return [
            metric("AWS/Kinesis", name, {"StreamName": names.stream(region.fleet, stream)}, label=stream)
            for stream in region.fleet.streams
        ]

    return [
        chart("Streams, records in", each("IncomingRecords"), region=region.name),
        chart("Streams, records refused", each("WriteProvisionedThroughputExceeded"), region=region.name),
        chart(
            "Streams, oldest unread",
            each("GetRecords.IteratorAgeMilliseconds"),
            region=region.name,
            statistic="Maximum",
            unit="ms",
        ),
    ]


def _objective(region: Region, service: Service) -> Widget:
    fast = 100 * signals.burn(service.tier, FAST)
    allowed = 100 * signals.burn(service.tier, 1)
    return chart(
        f"{service.name}, tier {service.tier}: {100 * signals.OBJECTIVES[service.tier]:g} %",
        failing(region, {signals.SERVICE: service.name}, "0", "failing"),
        region=region.name,
        unit="%",
        lines=[("as planned", allowed), ("a month's errors in two days", fast)],
    )
