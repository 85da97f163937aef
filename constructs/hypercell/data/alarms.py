"""Alarms on what the data services count by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import dsql, geography, names
from fleet.database import Generation

CONFLICTS = 0.05
"""Part of transactions aborted because another one wrote the same rows. More of them is a hot row, not load."""
TRANSACTIONS_AT_LEAST = 600
"""Transactions in five minutes below which their conflicts say nothing."""
TIMEOUTS = 1
"""Queries in a minute that reached the maximum transaction time (5 min)."""
COMMIT_MILLISECONDS = 250
"""Median time to commit. A pair commits with one round trip between its regions: about 70 ms from coast to coast."""
STORAGE_BYTES = int(dsql.STORAGE_BYTES * 0.8)
"""Four fifths of what a cluster holds before its quota is raised."""

_DSQL = "AWS/AuroraDSQL"


def metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> cloudwatch.CfnAlarm.MetricProperty:
    """One metric of one thing."""
    return cloudwatch.CfnAlarm.MetricProperty(
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
    metrics: Sequence[cloudwatch.CfnAlarm.MetricProperty],
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


class DatabaseAlarms(Construct):
    """What is wrong with a cluster while it answers: conflicts, timeouts, slow commits, and a full disk.

    Silence is no fault here: an idle cluster counts nothing.
    """

    def __init__(self, scope: Construct, id: str, *, generation: Generation, region: str, identifier: str) -> None:
        super().__init__(scope, id)
        fleet, code = generation.database.fleet, geography.code(region)
        named = f"{generation.database.name}-g{generation.number}"
        topic = names.data_alarm_topic_arn(fleet, region, code)

        def of(name: str) -> cloudwatch.CfnAlarm.MetricProperty:
            return metric(_DSQL, name, {"ClusterId": identifier})

        def called(signal: str) -> str:
            return names.data_alarm(fleet, code, named, signal)

        alarm(
            self, "Conflicts", name=called("conflicts"), topic=topic,
            about=f"{named}: transactions abort each other; look for a row that all of them write",
            metrics=[of("OccConflicts"), of("TotalTransactions")],
            expression=f"IF(m1 >= {TRANSACTIONS_AT_LEAST}, m0 / m1, 0)",
            statistic="Sum", seconds=300, periods=3, threshold=CONFLICTS,
        )  # fmt: skip
        alarm(
            self, "Timeouts", name=called("timeouts"), topic=topic,
            about=f"{named}: queries reach the maximum transaction time",
            metrics=[of("QueryTimeouts")], statistic="Sum", periods=3, threshold=TIMEOUTS,
        )  # fmt: skip
        alarm(
            self, "Commits", name=called("commits"), topic=topic,
            about=f"{named}: commits are slow; between peers this is the network between their regions",
            metrics=[of("CommitLatency")], statistic="Average", periods=10, threshold=COMMIT_MILLISECONDS,
        )  # fmt: skip
        alarm(
            self, "Storage", name=called("storage"), topic=topic,
            about=f"{named}: four fifths of the storage quota are used; have it raised",
            metrics=[of("ClusterStorageSize")], statistic="Maximum", seconds=3600, periods=1, threshold=STORAGE_BYTES,
        )  # fmt: skip
