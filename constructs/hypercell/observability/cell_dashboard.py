"""What people look at when a cell is unwell.

Every name is computed. What AWS mints, a load balancer's id, is found by searching for the part of its name that is
ours.
"""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import names, signals
from fleet.cell import Cell
from hypercell.observability import widgets
from hypercell.observability.measures import failing, latency, ours
from hypercell.observability.widgets import Metric, Widget, chart, metric, search


class CellDashboard(Construct):
    """One cell: its door, its zones, its control plane, its nodes, its services."""

    def __init__(self, scope: Construct, id: str, *, cell: Cell) -> None:
        super().__init__(scope, id)
        cloudwatch.CfnDashboard(
            self,
            "Resource",
            dashboard_name=names.dashboard(cell.fleet, cell.region.code, cell.key),
            dashboard_body=widgets.body(
                [widgets.heading(f"# {cell.name} in {cell.region.name}")],
                _door(cell),
                _balancer(cell),
                _control_plane(cell),
                _inside(cell),
            ),
        )


def _door(cell: Cell) -> list[Widget]:
    region, own = cell.region, {signals.CELL: cell.name}
    by_zone = [
        line
        for place, zone in enumerate(region.zones)
        for line in failing(region, {**own, signals.ZONE: zone}, str(place), zone)
    ]
    return [
        chart("Requests a minute", [ours(region, signals.REQUESTS, own, label="requests")], region=region.name),
        chart("Failing, by zone", by_zone, region=region.name, unit="%"),
        chart("Time to the last byte", latency(region, own), region=region.name, unit="ms"),
    ]


def _balancer(cell: Cell) -> list[Widget]:
    """The ingress load balancer, found by its name; its metrics carry an id behind it."""
    region, name = cell.region.name, names.load_balancer(cell, "ingress")
    by_zone = "AWS/NetworkELB,AvailabilityZone,LoadBalancer"
    targets = "AWS/NetworkELB,AvailabilityZone,LoadBalancer,TargetGroup"
    return [
        chart("New flows, by zone", [search(by_zone, f'MetricName="NewFlowCount_TCP" {name}', "Sum")], region=region),
        chart(
            "Flows the gateway reset",
            [search(by_zone, f'MetricName="TCP_Target_Reset_Count" {name}', "Sum")],
            region=region,
        ),
        chart(
            "Healthy gateways, by zone",
            [search(targets, f'MetricName="HealthyHostCount" {name}', "Minimum")],
            region=region,
        ),
    ]


def _control_plane(cell: Cell) -> list[Widget]:
    region, own = cell.region.name, {"ClusterName": names.cluster(cell)}

    def eks(name: str, label: str) -> Metric:
        return metric("AWS/EKS", name, own, label=label)

    slow = [eks(f"apiserver_request_duration_seconds_{verb}_P99", verb) for verb in ("GET", "POST")]
    failed = [eks("apiserver_request_total_5XX", "failed"), eks("apiserver_request_total_429", "throttled")]
    pending = [eks("scheduler_pending_pods_UNSCHEDULABLE", "without a node"), eks("scheduler_pending_pods", "all")]
    return [
        chart("API server, 99th percentile", slow, region=region, statistic="Average", unit="s"),
        chart("API server, failed and throttled", failed, region=region),
        chart("Pods waiting", pending, region=region, statistic="Maximum"),
    ]


def _inside(cell: Cell) -> list[Widget]:
    region, space = cell.region.name, names.cell_metrics(cell.fleet)
    schema = f'"{space}","{signals.CELL}","{signals.SERVICE}"'
    row = [
        chart(
            "Failures, by service",
            [search(schema, f'MetricName="{signals.FAILURES}" "{cell.name}"', "Sum")],
            region=region,
        ),
        widgets.lines_of(
            "Errors in the logs",
            names.cell_log_group(cell),
            "filter @message like /(?i)(error|exception|panic)/ | stats count(*) as lines by fleet.service"
            " | sort lines desc | limit 20",
            region=region,
        ),
    ]
    if cell.capacity == "karpenter":
        queue = {"QueueName": names.interruption_queue(cell)}
        warnings = [
            metric("AWS/SQS", "NumberOfMessagesSent", queue, label="warnings"),
            metric("AWS/SQS", "ApproximateAgeOfOldestMessage", queue, label="oldest, s", stat="Maximum"),
        ]
        row.append(chart("Nodes about to be taken back", warnings, region=region))
    return row
