"""What the cells tell CloudWatch, and what is promised about it: the contract of collectors, alarms and dashboards.

Collectors write these metrics to `names.cell_metrics` in the sets of dimensions below and no others: each set is a
metric of its own, and each metric is paid for.
"""

from __future__ import annotations

REQUESTS = "requests"
"""Requests answered. Statistic: sum."""
FAILURES = "failures"
"""Those of them answered with a 5xx, or not at all. Statistic: sum; absent where nothing failed."""
LATENCY = "latency"
"""Time to the last byte, in milliseconds. Statistics: average and maximum; the exporter keeps no percentiles."""
METRICS = (REQUESTS, FAILURES, LATENCY)
AUTHORITY = "authority_seconds"
"""Until the cell's authority of the mesh ends, as its istiods say. Statistic: minimum. A meshed cell's, by `CELL`; it
never ends after its root."""

TOKEN = "registry_token_failing"
"""1 while External Secrets could not renew Argo CD's token of the registry at its last try, 0 else. Statistic: maximum.
By `CELL`."""
TOKEN_HOURS = 2
"""How long it may fail before somebody hears of it. A token is renewed at an age of 4 hours and ends with 12: six are left."""

CELL = "fleet.cell"
"""`use1-a`."""
ZONE = "fleet.zone"
"""Zone ID, `use1-az1`, from the label `topology.k8s.aws/zone-id` of the node. Names of zones differ by account."""
SERVICE = "fleet.service"
"""Name in the fleet's files."""

AT_THE_DOOR: tuple[tuple[str, ...], ...] = ((CELL,), (ZONE,), (CELL, ZONE))
"""Sets of dimensions of what ingress gateways count: what viewers got, whoever answered."""
AT_A_SERVICE: tuple[tuple[str, ...], ...] = ((SERVICE,), (CELL, SERVICE))
"""Sets of dimensions of what a service's own proxies count; without a mesh, the gateway on its behalf."""
OF_A_CELL: tuple[tuple[str, ...], ...] = ((CELL,),)
"""Sets of dimensions of what a cell's own controllers say."""

OBJECTIVES: dict[int, float] = {0: 0.9995, 1: 0.999, 2: 0.995, 3: 0.99}
"""Tier of a service to the part of its requests, over 30 days, that do not fail. Judgement; a team may ask for more."""


def burn(tier: int, rate: float) -> float:
    """Part of requests failing at which a tier's error budget burns `rate` times as fast as it may.

    14.4 spends 2 % of a month's budget in an hour, 6 spends 5 % in six (Site Reliability Workbook, chapter 5).
    """
    return round((1 - OBJECTIVES[tier]) * rate, 6)
