"""What the cells tell CloudWatch, and what is promised about it: the contract of collectors and dashboards.

Collectors write these metrics to `names.cell_metrics`, once a minute, in the sets of dimensions below and no others:
each set is a metric of its own, and each metric is paid for.
"""

from __future__ import annotations

REQUESTS = "requests"
"""Requests answered by the gateway or the service's own proxy, counted. Statistic: sum."""
FAILURES = "failures"
"""Those of them answered with a 5xx, or not at all. Statistic: sum; 0 is written, so that its absence means silence."""
LATENCY = "latency"
"""Time to the last byte, in milliseconds. Statistic: percentiles."""
PENDING = "pending_pods"
"""Pods of a cell that wait for a node. Statistic: maximum."""
NODES = "nodes"
"""Ready nodes of a cell. Statistic: minimum. It is never absent while the collectors live."""
INTERRUPTIONS = "interruptions"
"""Spot interruption notices that Karpenter acted on, counted. Statistic: sum."""

CELL = "cell"
"""`use1-a`."""
ZONE = "zone"
"""Zone ID, `use1-az1`: label `topology.k8s.aws/zone-id` of the node. Zone names differ between accounts."""
SERVICE = "service"
"""Name in the fleet's files. The ingress gateway is no service: it has the sets without this dimension."""

DIMENSIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    REQUESTS: ((CELL,), (ZONE,), (CELL, ZONE), (SERVICE,), (CELL, SERVICE)),
    FAILURES: ((CELL,), (ZONE,), (CELL, ZONE), (SERVICE,), (CELL, SERVICE)),
    LATENCY: ((CELL,), (ZONE,), (CELL, ZONE), (SERVICE,), (CELL, SERVICE)),
    PENDING: ((CELL,),),
    NODES: ((CELL,), (CELL, ZONE)),
    INTERRUPTIONS: ((CELL,),),
}
"""Metric to the sets of dimensions it is written in. Sets without `service` are the ingress gateway's."""

OBJECTIVES: dict[int, float] = {0: 0.9995, 1: 0.999, 2: 0.995, 3: 0.99}
"""Tier of a service to the part of its requests, over 30 days, that do not fail. Judgement; a team may ask for more."""


def burn(tier: int, rate: float) -> float:
    """Part of requests failing at which a tier's error budget burns `rate` times as fast as it may.

    14.4 spends 2 % of a month's budget in an hour, 6 spends 5 % in six (Site Reliability Workbook, chapter 5).
    """
    return round((1 - OBJECTIVES[tier]) * rate, 6)
