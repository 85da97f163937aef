"""Dashboards as data: rows of charts, laid out left to right on CloudWatch's grid of 24 columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

Widget = dict[str, Any]
Metric = list[Any]
"""`[namespace, name, dimension, value, ..., options]`, or `[options]` for an expression."""

COLUMNS = 24
ROW_HEIGHT = 6
TITLE_HEIGHT = 1


def metric(namespace: str, name: str, dimensions: dict[str, str], **options: object) -> Metric:
    """One metric; options as in the dashboard's source, e.g. `stat`, `label`, `id`, `visible`."""
    return [namespace, name, *(part for pair in dimensions.items() for part in pair), options]


def expression(text: str, **options: object) -> Metric:
    """Metric math over the ids of the same chart, or a SEARCH, which finds what nobody can name beforehand."""
    return [{"expression": text, **options}]


def search(schema: str, filters: str, statistic: str, *, label: str = "") -> Metric:
    """Every metric of a schema (`AWS/NetworkELB,LoadBalancer`) whose tokens contain the filters, once a minute."""
    return expression(f"SEARCH('{{{schema}}} {filters}', '{statistic}', 60)", label=label)


def ratio(part: Metric, whole: Metric, key: str, label: str) -> list[Metric]:
    """`part` of `whole` in percent, as one line. Where nothing failed, nothing was written: that is 0."""
    return [
        [*part[:-1], {**part[-1], "id": f"p{key}", "visible": False, "stat": "Sum"}],
        [*whole[:-1], {**whole[-1], "id": f"w{key}", "visible": False, "stat": "Sum"}],
        expression(f"100 * FILL(p{key}, 0) / w{key}", label=label, id=f"r{key}"),
    ]


def chart(
    title: str,
    metrics: Sequence[Metric],
    *,
    region: str,
    statistic: str = "Sum",
    unit: str = "",
    lines: Iterable[tuple[str, float]] = (),
) -> Widget:
    """A chart of lines.

    Args:
        unit: of the left axis, shown beside it.
        lines: horizontal lines, label and value: what is too much.
    """
    properties: dict[str, Any] = {
        "title": title,
        "region": region,
        "view": "timeSeries",
        "period": 60,
        "stat": statistic,
        "metrics": list(metrics),
        "yAxis": {"left": {"min": 0, "label": unit, "showUnits": not unit}},
    }
    annotations = [{"label": label, "value": value} for label, value in lines]
    if annotations:
        properties["annotations"] = {"horizontal": annotations}
    return {"type": "metric", "properties": properties}


def alarms(title: str, arns: Sequence[str]) -> Widget:
    """The state of alarms."""
    return {"type": "alarm", "properties": {"title": title, "alarms": list(arns)}}


def lines_of(title: str, group: str, query: str, *, region: str) -> Widget:
    """What a query of CloudWatch Logs Insights finds in a log group."""
    properties = {"title": title, "region": region, "view": "table", "query": f"SOURCE '{group}' | {query}"}
    return {"type": "log", "properties": properties}


def heading(text: str) -> Widget:
    """A line of Markdown over the whole width."""
    return {"type": "text", "properties": {"markdown": text}}


def body(*rows: Sequence[Widget]) -> str:
    """The source of a dashboard: each row shares the width equally."""
    placed: list[Widget] = []
    y = 0
    for row in rows:
        height = TITLE_HEIGHT if all(widget["type"] == "text" for widget in row) else ROW_HEIGHT
        width = COLUMNS // len(row)
        placed += [{**w, "x": place * width, "y": y, "width": width, "height": height} for place, w in enumerate(row)]
        y += height
    return json.dumps({"start": "-PT3H", "widgets": placed}, separators=(",", ":"))
