"""What is wrong at the edge: failing distributions, regions that left DNS."""

from __future__ import annotations

from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import names
from fleet.edge import Host
from fleet.model import Fleet
from fleet.region import Region

FAILING_PERCENT = 1.0
"""Part of a distribution's requests answered with 5xx."""
MINUTES = 5


class EdgeAlarms(Construct):
    """Alarms in us-east-1, where CloudFront and Route 53 write their metrics, whatever region they are about."""

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, topic_arn: str) -> None:
        super().__init__(scope, id)
        self._fleet = fleet
        self._topic_arn = topic_arn

    def watch_host(self, host: Host, distribution_id: str) -> None:
        """Alarm when a host family fails its viewers; write the metrics that tell whose fault it is."""
        cloudfront.CfnMonitoringSubscription(
            self,
            f"{names.pascal(host.key)}Metrics",
            distribution_id=distribution_id,
            monitoring_subscription=cloudfront.CfnMonitoringSubscription.MonitoringSubscriptionProperty(
                realtime_metrics_subscription_config=(
                    cloudfront.CfnMonitoringSubscription.RealtimeMetricsSubscriptionConfigProperty(
                        realtime_metrics_subscription_status="Enabled"
                    )
                )
            ),
        )
        self._alarm(
            f"{names.pascal(host.key)}Failing",
            names.edge_alarm(self._fleet, host.key, "failing"),
            f"more than {FAILING_PERCENT:g} % of requests to {host.names[0]} fail",
            namespace="AWS/CloudFront",
            metric="5xxErrorRate",
            dimensions={"DistributionId": distribution_id, "Region": "Global"},
            statistic="Average",
            threshold=FAILING_PERCENT,
            comparison="GreaterThanThreshold",
            # Nobody asked, nobody failed.
            missing="notBreaching",
            minutes=MINUTES,
        )

    def watch_region(self, region: Region, check_id: str) -> None:
        """Alarm when a region has left its market. The check itself does not wait for this."""
        self._alarm(
            f"{names.pascal(region.code)}Out",
            names.edge_alarm(self._fleet, region.code, "out"),
            f"{region.name} is out of {region.market}: too few of its cells are healthy",
            namespace="AWS/Route53",
            metric="HealthCheckStatus",
            dimensions={"HealthCheckId": check_id},
            statistic="Minimum",
            threshold=1,
            comparison="LessThanThreshold",
            missing="breaching",
            minutes=1,
        )

    def _alarm(
        self,
        id: str,
        name: str,
        about: str,
        *,
        namespace: str,
        metric: str,
        dimensions: dict[str, str],
        statistic: str,
        threshold: float,
        comparison: str,
        missing: str,
        minutes: int,
    ) -> None:
        cloudwatch.CfnAlarm(
            self,
            id,
            alarm_name=name,
            alarm_description=about,
            namespace=namespace,
            metric_name=metric,
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=k, value=v) for k, v in dimensions.items()],
            statistic=statistic,
            period=60,
            evaluation_periods=minutes,
            threshold=threshold,
            comparison_operator=comparison,
            treat_missing_data=missing,
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
        )
