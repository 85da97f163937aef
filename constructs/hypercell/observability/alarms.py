"""When somebody is woken: zones that stand out, cells lost together, a region that fails, promises about to break."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from fleet import names, signals
from fleet.region import Region
from fleet.service import Service

STANDS_OUT = 0.02
"""How much more of its requests than its siblings a zone fails before it is called grey: two percentage points."""
FAILING = 0.01
"""Part of a region's requests that fail before somebody is woken."""
AT_LEAST = 100
"""Requests a minute below which a ratio says nothing."""
MINUTES = 5

FAST, FAST_SECONDS, CONFIRM_SECONDS = 14.4, 3600, 300
"""A month's error budget gone in two days, over an hour, and still so in the last five minutes."""
SLOW, SLOW_SECONDS = 6.0, 21_600
"""Gone in five days, over six hours: a ticket, not a pager."""

_Query = cloudwatch.CfnAlarm.MetricDataQueryProperty


def region_alarms(region: Region) -> list[str]:
    """Names of the alarms about a region as such."""
    zones = [names.region_alarm(region, zone) for zone in region.zones]
    return [names.region_alarm(region, "unwell"), _cells_lost(region), _door(region), *zones]


def alarm_arn(region: Region, name: str) -> str:
    return f"arn:aws:cloudwatch:{region.name}:{region.account_id}:alarm:{name}"


def _cells_lost(region: Region) -> str:
    return names.region_alarm(region, "cells-lost")


def _door(region: Region) -> str:
    return names.region_alarm(region, "failing")


class RegionAlarms(Construct):
    """Alarms about zones and the region, rolled up to one.

    Args:
        topic_arn: of the region's operators. Cells wake them by themselves; the region adds what no cell can see.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, topic_arn: str) -> None:
        super().__init__(scope, id)
        self._region = region
        zones = [
            _alarm(
                self,
                names.pascal(zone),
                name=names.region_alarm(region, zone),
                about=f"{zone} fails more than its siblings: shift it away (zonal shift), then look",
                topic_arn=topic_arn,
                threshold=STANDS_OUT,
                minutes=MINUTES,
                queries=self._apart(zone),
            )
            for zone in region.zones
        ]
        door = _alarm(
            self,
            "Failing",
            name=_door(region),
            about=f"more than {FAILING:.0%} of requests to {region.name} fail: lower its weight",
            topic_arn=topic_arn,
            threshold=FAILING,
            minutes=MINUTES,
            queries=self._failing(),
        )
        lost = cloudwatch.CfnCompositeAlarm(
            self,
            "CellsLost",
            alarm_name=_cells_lost(region),
            alarm_description=f"{region.name} has lost more cells than the fleet says it may: lower its weight",
            alarm_rule=too_many(region),
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
        whole = cloudwatch.CfnCompositeAlarm(
            self,
            "Unwell",
            alarm_name=names.region_alarm(region, "unwell"),
            alarm_description=f"{region.name} is unwell: roll-outs do not go on to the next region",
            alarm_rule=_any(
                [_cells_lost(region), _door(region), *(names.region_alarm(region, z) for z in region.zones)]
            ),
        )
        # A composite alarm is refused while one of its parts is not there.
        for part in (lost, door, *zones):
            whole.add_resource_dependency(part)

    def _apart(self, zone: str) -> list[_Query]:
        """What a zone fails more than all its siblings together, while it has enough requests to say so."""
        siblings = [other for other in self._region.zones if other != zone]
        own = {"f": signals.FAILURES, "r": signals.REQUESTS}
        measured = [_measured(f"{key}own", name, self._region, {signals.ZONE: zone}) for key, name in own.items()]
        for place, sibling in enumerate(siblings):
            measured += [
                _measured(f"{key}{place}", name, self._region, {signals.ZONE: sibling}) for key, name in own.items()
            ]
        failures = " + ".join(f"FILL(f{place}, 0)" for place in range(len(siblings)))
        requests = " + ".join(f"FILL(r{place}, 0)" for place in range(len(siblings)))
        enough = f"FILL(rown, 0) >= {AT_LEAST} AND ({requests}) >= {AT_LEAST}"
        apart = f"IF({enough}, FILL(fown, 0) / rown - ({failures}) / ({requests}), 0)"
        return [_result(apart, f"{zone} beyond its siblings"), *measured]

    def _failing(self) -> list[_Query]:
        """What the region fails, summed over its zones: every request enters by one of them."""
        measured: list[_Query] = []
        for place, zone in enumerate(self._region.zones):
            measured.append(_measured(f"f{place}", signals.FAILURES, self._region, {signals.ZONE: zone}))
            measured.append(_measured(f"r{place}", signals.REQUESTS, self._region, {signals.ZONE: zone}))
        places = range(len(self._region.zones))
        failures = " + ".join(f"FILL(f{place}, 0)" for place in places)
        requests = " + ".join(f"FILL(r{place}, 0)" for place in places)
        return [
            _result(f"IF(({requests}) >= {AT_LEAST}, ({failures}) / ({requests}), 0)", "part failing"),
            *measured,
        ]


class ServiceAlarms(Construct):
    """Whether a service keeps its tier's objective in this region (multi-window burn rates).

    Tiers 0 and 1 wake somebody when the budget burns fast: over an hour, and still now. Every tier hears of a slow
    burn.

    Args:
        topic_arn: of the team that owns the service.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, service: Service, topic_arn: str) -> None:
        super().__init__(scope, id)

        def burning(key: str, signal: str, rate: float, seconds: int, about: str, topic: str | None) -> str:
            name = names.service_alarm(service, region, signal)
            self._parts.append(
                _alarm(
                    self,
                    key,
                    name=name,
                    about=about,
                    topic_arn=topic,
                    threshold=signals.burn(service.tier, rate),
                    minutes=1,
                    queries=_share(region, service, seconds),
                )
            )
            return name

        self._parts: list[cloudwatch.CfnAlarm] = []
        promised = f"{100 * signals.OBJECTIVES[service.tier]:g} %"
        slowly = f"{service.name} will miss {promised} of this month within days"
        burning("Slow", "burns-slowly", SLOW, SLOW_SECONDS, slowly, topic_arn)
        if service.tier > 1:
            return
        hour = burning("Hour", "hour", FAST, FAST_SECONDS, f"{service.name}: errors of the last hour", None)
        now = burning("Now", "now", FAST, CONFIRM_SECONDS, f"{service.name}: errors of the last minutes", None)
        fast = cloudwatch.CfnCompositeAlarm(
            self,
            "Fast",
            alarm_name=names.service_alarm(service, region, "burns-fast"),
            alarm_description=f"{service.name} spends a month's errors ({promised}) in two days",
            alarm_rule=f'ALARM("{hour}") AND ALARM("{now}")',
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
        )
        for part in self._parts[1:]:
            fast.add_resource_dependency(part)


def too_many(region: Region) -> str:
    """The rule that is true when more cells are unwell at once than `policies.survive` allows."""
    cells = [names.cell_alarm(cell) for cell in region.standing_cells]
    together = min(region.fleet.policies.survive.cells + 1, len(cells))
    return " OR ".join(
        "(" + " AND ".join(f'ALARM("{name}")' for name in lost) + ")" for lost in combinations(cells, together)
    )


def _any(alarms: Iterable[str]) -> str:
    return " OR ".join(f'ALARM("{name}")' for name in alarms)


def _share(region: Region, service: Service, seconds: int) -> list[_Query]:
    own = {signals.SERVICE: service.name}
    # The least that counts grows with the window, or a quiet night's one error would be a trend.
    least = AT_LEAST * seconds // 60
    return [
        _result(f"IF(FILL(r, 0) >= {least}, FILL(f, 0) / r, 0)", f"part of {service.name} failing"),
        _measured("f", signals.FAILURES, region, own, seconds),
        _measured("r", signals.REQUESTS, region, own, seconds),
    ]


def _measured(id: str, name: str, region: Region, dimensions: dict[str, str], seconds: int = 60) -> _Query:
    return _Query(
        id=id,
        return_data=False,
        metric_stat=cloudwatch.CfnAlarm.MetricStatProperty(
            period=seconds,
            stat="Sum",
            metric=cloudwatch.CfnAlarm.MetricProperty(
                namespace=names.cell_metrics(region.fleet),
                metric_name=name,
                dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=k, value=v) for k, v in dimensions.items()],
            ),
        ),
    )


def _result(expression: str, label: str) -> _Query:
    return _Query(id="result", expression=expression, label=label, return_data=True)


def _alarm(
    scope: Construct,
    id: str,
    *,
    name: str,
    about: str,
    topic_arn: str | None,
    threshold: float,
    minutes: int,
    queries: Sequence[_Query],
) -> cloudwatch.CfnAlarm:
    """An alarm on metric math. Silence is no failure here: the cells' own alarms and Route 53 hear it."""
    actions = [topic_arn] if topic_arn else None
    return cloudwatch.CfnAlarm(
        scope,
        id,
        alarm_name=name,
        alarm_description=about,
        metrics=list(queries),
        evaluation_periods=minutes,
        threshold=threshold,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=actions,
        ok_actions=actions,
    )
