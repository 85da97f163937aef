"""Alarms on a database cluster."""

from __future__ import annotations

from constructs import Construct

from fleet import dsql, geography, names
from fleet.database import Generation
from hypercell.alarm import Metric, alarm, metric

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


class DatabaseAlarms(Construct):
    """What is wrong with a cluster while it answers: conflicts, timeouts, slow commits, and a full disk.

    Silence is no fault here: an idle cluster counts nothing.
    """

    def __init__(self, scope: Construct, id: str, *, generation: Generation, region: str, identifier: str) -> None:
        super().__init__(scope, id)
        fleet, code = generation.database.fleet, geography.code(region)
        named = f"{generation.database.name}-g{generation.number}"
        topic = names.data_alarm_topic_arn(fleet, region, code)

        def of(name: str) -> Metric:
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
