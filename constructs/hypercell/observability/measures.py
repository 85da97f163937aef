"""The cells' own metrics (`fleet.signals`) as lines of a chart."""

from __future__ import annotations

from fleet import names, signals
from fleet.region import Region
from hypercell.observability.widgets import Metric, metric, ratio


def ours(region: Region, name: str, dimensions: dict[str, str], **options: object) -> Metric:
    return metric(names.cell_metrics(region.fleet), name, dimensions, **options)


def failing(region: Region, dimensions: dict[str, str], key: str, label: str) -> list[Metric]:
    failures, requests = (ours(region, name, dimensions) for name in (signals.FAILURES, signals.REQUESTS))
    return ratio(failures, requests, key, label)


def latency(region: Region, dimensions: dict[str, str]) -> list[Metric]:
    return [
        ours(region, signals.LATENCY, dimensions, stat=statistic, label=statistic.lower())
        for statistic in ("Average", "Maximum")
    ]
