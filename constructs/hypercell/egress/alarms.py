"""Alarms of a zone's ways out that need nothing but CloudWatch."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import egress, names
from fleet.region import Region

_MINUTE = 60


@dataclass(frozen=True)
class _Watch:
    """One metric and when it is too much. `of` and `out_of` are periods of `seconds`."""

    metric: str
    about: str
    above: float
    seconds: int = _MINUTE
    statistic: str = "Sum"
    of: int = 3
    out_of: int = 3


class GatewayAlarms(Construct):
    """What tells that a zone's NAT gateway no longer carries everything."""

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, gateway_id: str) -> None:
        super().__init__(scope, id)
        gateway = cloudwatch.CfnAlarm.DimensionProperty(name="NatGatewayId", value=gateway_id)
        _alarm(
            self,
            "PortsExhausted",
            region,
            f"NAT gateway of {zone}: no source port is free for a destination (55,000 for each address)",
            out_of=3,
            of=2,
            threshold=0,
            metric=("AWS/NATGateway", "ErrorPortAllocation", gateway, "Sum", _MINUTE),
        )
        _alarm(
            self,
            "PacketsDropped",
            region,
            # AWS's own threshold for a gateway with an ongoing problem (NAT gateway metrics).
            f"NAT gateway of {zone}: more than 0.01 % of packets dropped",
            out_of=5,
            of=3,
            threshold=0.01,
            share=[
                _sum("dropped", "PacketsDropCount", gateway),
                _sum("upward", "PacketsInFromSource", gateway),
                _sum("downward", "PacketsInFromDestination", gateway),
                cloudwatch.CfnAlarm.MetricDataQueryProperty(
                    id="share",
                    label="percent of packets dropped",
                    expression="IF(upward + downward > 0, 100 * dropped / (upward + downward), 0)",
                    return_data=True,
                ),
            ],
        )


class InstanceAlarms(Construct):
    """What tells that a zone's NAT instance is at a limit, silent or gone. It counts for itself (`instance/metrics.py`)."""

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, group_name: str) -> None:
        super().__init__(scope, id)
        namespace = names.nat_metrics(region)
        here = cloudwatch.CfnAlarm.DimensionProperty(name="Zone", value=zone)
        # Ten seconds at four fifths of what the size sustains to the internet, in bytes and one direction.
        most = 0.8 * egress.sustained(zone, region.egress.size) / 8 * 10
        for watch in (
            _Watch("BytesOut", "sends more than 80 % of what its size sustains", most, seconds=10, of=6, out_of=6),
            _Watch("BytesIn", "receives more than 80 % of what its size sustains", most, seconds=10, of=6, out_of=6),
            _Watch(
                "AllowanceExceeded", "AWS drops packets: bandwidth, packet rate or connections", 0, seconds=10, of=2
            ),
            _Watch("ConnectionsUsed", "connection table more than 80 % full", 80, statistic="Maximum"),
            _Watch("InsertFailed", "no source port is free for a destination: add addresses", 0, of=2),
            _Watch("EarlyDropped", "unanswered flows are thrown out of a full connection table", 0, of=2),
        ):
            _alarm(
                self,
                watch.metric,
                region,
                f"NAT instance of {zone}: {watch.about}",
                out_of=watch.out_of,
                of=watch.of,
                threshold=watch.above,
                metric=(namespace, watch.metric, here, watch.statistic, watch.seconds),
            )
        _alarm(
            self,
            # A machine that hangs is healthy to its group; it only stops talking.
            "Silent",
            region,
            f"NAT instance of {zone}: has published nothing for ten minutes",
            out_of=10,
            of=10,
            threshold=1,
            below=True,
            metric=(namespace, "ConnectionsUsed", here, "SampleCount", _MINUTE),
        )
        group = cloudwatch.CfnAlarm.DimensionProperty(name="AutoScalingGroupName", value=group_name)
        _alarm(
            self,
            "NotInService",
            region,
            f"NAT instance of {zone}: none in service for ten minutes",
            out_of=10,
            of=10,
            threshold=1,
            below=True,
            metric=("AWS/AutoScaling", "GroupInServiceInstances", group, "Minimum", _MINUTE),
        )


_Metric = tuple[str, str, cloudwatch.CfnAlarm.DimensionProperty, str, int]
"""Namespace, name, dimension, statistic, seconds of a period."""


def _alarm(
    scope: Construct,
    id: str,
    region: Region,
    about: str,
    *,
    out_of: int,
    of: int,
    threshold: float,
    below: bool = False,
    metric: _Metric | None = None,
    share: list[cloudwatch.CfnAlarm.MetricDataQueryProperty] | None = None,
) -> None:
    """An alarm on `of` out of `out_of` periods. Silence is no news above a threshold, and the news itself below one."""
    namespace, name, dimension, statistic, seconds = metric or (None, None, None, None, None)
    topic = names.alarm_topic_arn(region)
    cloudwatch.CfnAlarm(
        scope,
        id,
        alarm_description=about,
        namespace=namespace,
        metric_name=name,
        dimensions=[dimension] if dimension else None,
        statistic=statistic,
        period=seconds,
        metrics=share,
        evaluation_periods=out_of,
        datapoints_to_alarm=of,
        threshold=threshold,
        comparison_operator="LessThanThreshold" if below else "GreaterThanThreshold",
        treat_missing_data="breaching" if below else "notBreaching",
        alarm_actions=[topic],
        ok_actions=[topic],
    )


def _sum(
    id: str, name: str, dimension: cloudwatch.CfnAlarm.DimensionProperty
) -> cloudwatch.CfnAlarm.MetricDataQueryProperty:
    metric = cloudwatch.CfnAlarm.MetricProperty(namespace="AWS/NATGateway", metric_name=name, dimensions=[dimension])
    return cloudwatch.CfnAlarm.MetricDataQueryProperty(
        id=id,
        return_data=False,
        metric_stat=cloudwatch.CfnAlarm.MetricStatProperty(metric=metric, period=_MINUTE, stat="Sum"),
    )
