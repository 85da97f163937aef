"""An alarm on what AWS counts by itself, in as few words as it has facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

Metric = cloudwatch.CfnAlarm.MetricProperty


def metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
    """One metric of one thing."""
    return Metric(
        namespace=namespace,
        metric_name=name,
        dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=k, value=v) for k, v in dimensions.items()],
    )


def alarm(
    scope: Construct,
    id: str,
    *,
    name: str,
    about: str,
    topic: str,
    metrics: Sequence[Metric],
    statistic: str,
    threshold: float,
    expression: str | None = None,
    seconds: int = 60,
    periods: int = 5,
    below: bool = False,
    silence: str = "notBreaching",
) -> None:
    """An alarm on one metric, or on an expression of several (m0, m1, ...; ten at most).

    Args:
        topic: ARN of where it goes, and where its end goes.
        seconds: length of a period.
        periods: how many in a row breach.
        below: breaches below the threshold instead of at or above it.
        silence: what missing data counts as.
    """
    ids = [f"m{place}" for place in range(len(metrics))]
    queries = [
        cloudwatch.CfnAlarm.MetricDataQueryProperty(
            id=id_,
            metric_stat=cloudwatch.CfnAlarm.MetricStatProperty(metric=one, period=seconds, stat=statistic),
            return_data=expression is None,
        )
        for id_, one in zip(ids, metrics, strict=True)
    ]
    if expression is not None:
        query = cloudwatch.CfnAlarm.MetricDataQueryProperty(id="result", expression=expression, return_data=True)
        queries.insert(0, query)
    cloudwatch.CfnAlarm(
        scope,
        id,
        alarm_name=name,
        alarm_description=about,
        metrics=queries,
        evaluation_periods=periods,
        threshold=threshold,
        comparison_operator="LessThanThreshold" if below else "GreaterThanOrEqualToThreshold",
        treat_missing_data=silence,
        alarm_actions=[topic],
        ok_actions=[topic],
    )
