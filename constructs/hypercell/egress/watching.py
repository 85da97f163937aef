"""How egress watches: a metric, when it is too much or too little, and what that means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import names
from fleet.region import Region

MINUTE = 60

Query = cloudwatch.CfnAlarm.MetricDataQueryProperty


@dataclass(frozen=True)
class Watch:
    """One metric, and the `of` out of `out_of` periods of `seconds` in which it must be wrong."""

    metric: str
    meaning: str
    """For whoever is woken: what is wrong, and what to do."""
    threshold: float
    """Wrong above it, or with `below` under it."""
    seconds: int = MINUTE
    statistic: str = "Sum"
    of: int = 3
    out_of: int = 3
    below: bool = False
    silence: str = ""
    """What missing data counts as. Empty: no news above a threshold, and the news itself below one."""


def own(region: Region, zone: str) -> tuple[str, dict[str, str]]:
    """Namespace and dimension of what egress counts itself."""
    return names.nat_metrics(region), {"Zone": zone}


def watch(
    scope: Construct,
    id: str,
    region: Region,
    who: str,
    watched: Watch,
    namespace: str,
    dimensions: Mapping[str, str],
    *,
    name: str | None = None,
) -> None:
    """An alarm on one metric.

    Args:
        who: `NAT instance of use1-az1`; its text begins with it.
        name: only where somebody asks for it by name.
    """
    cloudwatch.CfnAlarm(
        scope,
        id,
        alarm_name=name,
        alarm_description=f"{who}: {watched.meaning}",
        namespace=namespace,
        metric_name=watched.metric,
        dimensions=_dimensions(dimensions),
        statistic=watched.statistic,
        period=watched.seconds,
        evaluation_periods=watched.out_of,
        datapoints_to_alarm=watched.of,
        threshold=watched.threshold,
        comparison_operator="LessThanThreshold" if watched.below else "GreaterThanThreshold",
        treat_missing_data=watched.silence or ("breaching" if watched.below else "notBreaching"),
        alarm_actions=[names.alarm_topic_arn(region)],
        ok_actions=[names.alarm_topic_arn(region)],
    )


def watch_share(
    scope: Construct,
    id: str,
    region: Region,
    meaning: str,
    *,
    out_of: int,
    of: int,
    threshold: float,
    queries: Sequence[Query],
) -> None:
    """An alarm above a threshold of what several metrics say together."""
    cloudwatch.CfnAlarm(
        scope,
        id,
        alarm_description=meaning,
        metrics=list(queries),
        evaluation_periods=out_of,
        datapoints_to_alarm=of,
        threshold=threshold,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[names.alarm_topic_arn(region)],
        ok_actions=[names.alarm_topic_arn(region)],
    )


def measured(id: str, namespace: str, name: str, dimensions: Mapping[str, str], seconds: int = MINUTE) -> Query:
    """The sum of a metric, for an expression."""
    metric = cloudwatch.CfnAlarm.MetricProperty(
        namespace=namespace, metric_name=name, dimensions=_dimensions(dimensions)
    )
    stat = cloudwatch.CfnAlarm.MetricStatProperty(metric=metric, period=seconds, stat="Sum")
    return Query(id=id, return_data=False, metric_stat=stat)


def result(expression: str, label: str) -> Query:
    """What the alarm looks at."""
    return Query(id="result", label=label, expression=expression, return_data=True)


def _dimensions(dimensions: Mapping[str, str]) -> list[cloudwatch.CfnAlarm.DimensionProperty]:
    return [cloudwatch.CfnAlarm.DimensionProperty(name=key, value=value) for key, value in dimensions.items()]
