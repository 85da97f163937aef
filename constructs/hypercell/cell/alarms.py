"""What says that a cell is unwell: alarms on what AWS counts by itself, rolled up to the one that roll-outs bake on.

There is no alarm on Spot interruptions here: their events are the account's, not a cell's. What is a cell's own is
whether its Karpenter still reads them. A managed node group has no metrics under a name known beforehand; when the
cell's controllers have no node, pods stay pending and warnings stay unread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import authority, names, signals
from fleet.cell import Cell
from hypercell.alarm import alarm, metric

API_SECONDS = 1.0
"""The 99th percentile of single-object reads and writes: Kubernetes' own objective (SIG Scalability)."""
API_ERRORS = 0.01
"""Part of API requests that may fail."""
PENDING_PODS = 20
"""Pods that find no node. Karpenter brings one within two minutes; more of them for longer is a shortage."""
PENDING_MINUTES = 10
RESETS = 0.05
"""Part of new flows that the gateway resets."""
FLOWS_AT_LEAST = 1000
"""New flows a minute below which their resets say nothing."""
UNREAD_SECONDS = 120
"""Age of the oldest warning. Spot gives two minutes: what is older was missed."""

_NLB = "AWS/NetworkELB"


class CellAlarms(Construct):
    """Alarms of a cell, and their composite `names.cell_alarm`.

    Missing data breaches only where silence is the fault: a gateway that is not there is counted by nobody.
    """

    def __init__(self, scope: Construct, id: str, *, cell: Cell) -> None:
        super().__init__(scope, id)
        self._cell = cell
        self._signals = Construct(self, "Signals")
        self._names: list[str] = []

    def watch_door(self, purpose: str, *, load_balancer: str, target_group: str, zone_names: Mapping[str, str]) -> None:
        """Alarm on a zone without a healthy gateway, and on gateways that fail their check.

        Args:
            purpose: `web` or `mesh`.
            load_balancer, target_group: full names, as in the metrics' dimensions.
            zone_names: zone ID to the account's own name, which is what the metrics carry.
        """
        whole = {"LoadBalancer": load_balancer, "TargetGroup": target_group}
        for zone, name in zone_names.items():
            self._on(
                f"{purpose}-in-{zone}",
                f"no healthy gateway in {zone}",
                _NLB,
                "HealthyHostCount",
                {**whole, "AvailabilityZone": name},
                statistic="Minimum",
                minutes=3,
                threshold=1,
                below=True,
                silence="breaching",
            )
        self._on(
            f"{purpose}-unhealthy",
            "gateways fail their health check",
            _NLB,
            "UnHealthyHostCount",
            whole,
            statistic="Maximum",
            minutes=5,
            threshold=1,
        )

    def watch_resets(self, *, load_balancer: str) -> None:
        """Alarm when the gateway resets a good part of the flows it gets."""
        dimensions = {"LoadBalancer": load_balancer}
        self._on_ratio(
            "resets",
            "the gateway resets new flows",
            _metric(_NLB, "TCP_Target_Reset_Count", dimensions),
            _metric(_NLB, "NewFlowCount", dimensions),
            most=RESETS,
            at_least=FLOWS_AT_LEAST,
        )

    def watch_control_plane(self) -> None:
        """Alarm on a slow or failing API server, and on pods that find no node. EKS counts these free of charge."""
        dimensions = {"ClusterName": names.cluster(self._cell)}
        for verb in ("GET", "POST"):
            self._on(
                f"api-{verb.lower()}",
                f"API server is slow to answer {verb}",
                "AWS/EKS",
                f"apiserver_request_duration_seconds_{verb}_P99",
                dimensions,
                statistic="Average",
                minutes=5,
                threshold=API_SECONDS,
            )
        self._on_ratio(
            "api-errors",
            "API server fails",
            _metric("AWS/EKS", "apiserver_request_total_5XX", dimensions),
            _metric("AWS/EKS", "apiserver_request_total", dimensions),
            most=API_ERRORS,
            at_least=1,
        )
        self._on(
            "pending-pods",
            "pods find no node",
            "AWS/EKS",
            "scheduler_pending_pods_UNSCHEDULABLE",
            dimensions,
            statistic="Maximum",
            minutes=PENDING_MINUTES,
            threshold=PENDING_PODS,
        )

    def watch_warnings(self, *, queue_name: str, rules: Sequence[str]) -> None:
        """Alarm when Karpenter does not read its warnings, and when they do not reach it."""
        self._on(
            "warnings-unread",
            "Karpenter does not read its interruption queue",
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": queue_name},
            statistic="Maximum",
            minutes=3,
            threshold=UNREAD_SECONDS,
        )
        failed = [_metric("AWS/Events", "FailedInvocations", {"RuleName": rule}) for rule in rules]
        letters = [f"m{place}" for place in range(len(failed))]
        self._alarm(
            "warnings-lost",
            "warnings do not reach Karpenter's queue",
            minutes=1,
            threshold=1,
            metrics=[
                _expression(f"SUM([{', '.join(letters)}])"),
                *(_input(id, metric) for id, metric in zip(letters, failed, strict=True)),
            ],
        )

    def watch_authority(self) -> None:
        """Alarm before the mesh's authority ends, and when nobody has said for a day when it does.

        Not part of the composite: nothing is unwell yet, and roll-outs need not stop.
        """
        alarm(
            self,
            "Authority",
            name=names.cell_signal(self._cell, "authority"),
            about=f"{self._cell.name}: the mesh's authority ends within {authority.ALARM_DAYS} days, or istiod does "
            f"not say when: hypercell cell ca",
            topic=names.alarm_topic_arn(self._cell.region),
            metrics=[
                metric(names.cell_metrics(self._cell.fleet), signals.AUTHORITY, {signals.CELL: self._cell.name}),
            ],
            statistic="Minimum",
            threshold=authority.ALARM_DAYS * 86_400,
            seconds=3600,
            periods=24,
            below=True,
            silence="breaching",
        )

    def watch_registry_token(self) -> None:
        """Alarm while there is time: without a token Argo CD syncs nothing, and what runs goes on running.

        Not part of the composite: viewers notice nothing of it.
        """
        alarm(
            self,
            "RegistryToken",
            name=names.cell_signal(self._cell, "registry-token"),
            about=f"{self._cell.name}: Argo CD's token of the registry is not renewed, or nobody says so; syncs stop "
            "within hours: kubectl --namespace argocd describe externalsecret registry-bundles",
            topic=names.alarm_topic_arn(self._cell.region),
            metrics=[metric(names.cell_metrics(self._cell.fleet), signals.TOKEN, {signals.CELL: self._cell.name})],
            statistic="Maximum",
            threshold=1,
            seconds=3600,
            periods=signals.TOKEN_HOURS,
            silence="breaching",
        )

    def roll_up(self) -> None:
        """The composite: any of the alarms."""
        composite = cloudwatch.CfnCompositeAlarm(
            self,
            "Cell",
            alarm_name=names.cell_alarm(self._cell),
            alarm_description=f"{self._cell.name} is unwell: roll-outs stop, and operators look",
            alarm_rule=" OR ".join(f'ALARM("{part}")' for part in self._names),
            alarm_actions=[names.alarm_topic_arn(self._cell.region)],
            ok_actions=[names.alarm_topic_arn(self._cell.region)],
        )
        # Its rule names the alarms, and CloudWatch wants them to exist.
        composite.node.add_dependency(self._signals)

    def _on(
        self,
        signal: str,
        about: str,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        *,
        statistic: str,
        minutes: int,
        threshold: float,
        below: bool = False,
        silence: str = "notBreaching",
    ) -> None:
        self._names.append(names.cell_signal(self._cell, signal))
        cloudwatch.CfnAlarm(
            self._signals,
            names.pascal(signal),
            alarm_name=self._names[-1],
            alarm_description=f"{self._cell.name}: {about}",
            namespace=namespace,
            metric_name=metric,
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=k, value=v) for k, v in dimensions.items()],
            statistic=statistic,
            period=60,
            evaluation_periods=minutes,
            threshold=threshold,
            comparison_operator="LessThanThreshold" if below else "GreaterThanOrEqualToThreshold",
            treat_missing_data=silence,
        )

    def _on_ratio(
        self,
        signal: str,
        about: str,
        part: cloudwatch.CfnAlarm.MetricProperty,
        whole: cloudwatch.CfnAlarm.MetricProperty,
        *,
        most: float,
        at_least: int,
    ) -> None:
        self._alarm(
            signal,
            about,
            minutes=5,
            threshold=most,
            metrics=[
                _expression(f"IF(whole >= {at_least}, part / whole, 0)"),
                _input("part", part),
                _input("whole", whole),
            ],
        )

    def _alarm(
        self,
        signal: str,
        about: str,
        *,
        minutes: int,
        threshold: float,
        metrics: Sequence[cloudwatch.CfnAlarm.MetricDataQueryProperty],
    ) -> None:
        self._names.append(names.cell_signal(self._cell, signal))
        cloudwatch.CfnAlarm(
            self._signals,
            names.pascal(signal),
            alarm_name=self._names[-1],
            alarm_description=f"{self._cell.name}: {about}",
            metrics=list(metrics),
            evaluation_periods=minutes,
            threshold=threshold,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
        )


def _metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> cloudwatch.CfnAlarm.MetricProperty:
    return cloudwatch.CfnAlarm.MetricProperty(
        namespace=namespace,
        metric_name=name,
        dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=k, value=v) for k, v in dimensions.items()],
    )


def _input(id: str, metric: cloudwatch.CfnAlarm.MetricProperty) -> cloudwatch.CfnAlarm.MetricDataQueryProperty:
    stat = cloudwatch.CfnAlarm.MetricStatProperty(metric=metric, period=60, stat="Sum")
    return cloudwatch.CfnAlarm.MetricDataQueryProperty(id=id, metric_stat=stat, return_data=False)


def _expression(expression: str) -> cloudwatch.CfnAlarm.MetricDataQueryProperty:
    return cloudwatch.CfnAlarm.MetricDataQueryProperty(id="result", expression=expression, return_data=True)
