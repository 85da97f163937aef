"""From the proxies' counters to the metrics of `fleet.signals`: each request once, in the fleet's words.

Every request is counted by the proxy that sends it and by the one that answers it. Kept are the answering side for
services, and the sending side at the ingress gateway, which is what viewers got.
"""

from __future__ import annotations

from fleet import names, signals
from fleet.cell import Cell
from k8s.documents import Body
from k8s.vocabulary import ARGOCD

ISTIOD_SAYS = "citadel_server_cert_chain_expiry_seconds"
"""Istiod's own gauge of the time that is left of the authority it signs with."""
SECRETS_SAY = "externalsecret_status_condition"
"""External Secrets' own gauge: 1 for the condition that a secret is in."""
KEPT = f"{SECRETS_SAY};{ARGOCD};registry-.*;Ready;False"
"""What is kept of it, by the labels `KEPT_LABELS` one after the other: whether Argo CD's tokens fail to be renewed."""
KEPT_LABELS = ("__name__", "namespace", "name", "condition", "status")
ZONE_LABEL = "topology.k8s.aws/zone-id"
"""Of nodes, by EKS: the ID of the zone, the same building in every account."""

# Scraped metrics come with the pod's uid, pushed ones over a connection from the pod's address.
POD_ASSOCIATION = [
    {"sources": [{"from": "resource_attribute", "name": "k8s.pod.uid"}]},
    {"sources": [{"from": "resource_attribute", "name": "k8s.pod.ip"}]},
    {"sources": [{"from": "connection"}]},
]

# On the node: a counter's growth is known only to who saw it last, and the next batch may go to another gateway.
GROWTH: Body = {
    "include": {"match_type": "regexp", "metrics": ["^istio_requests_total$$", "^istio_request_duration.*"]}
}

# `$$` is a dollar sign to the collector, which takes a single one for the start of a variable.
_DOOR = 'attributes["source_workload"] == "ingress"'


def processors(cell: Cell) -> dict[str, Body]:
    """The gateway's processors, in the order they run."""
    found: dict[str, Body] = {
        "filter/once": {
            "error_mode": "ignore",
            "metrics": {"datapoint": [f'attributes["reporter"] == "source" and not ({_DOOR})']},
        }
    }
    if not cell.region.meshed:
        named = f'set(attributes["{signals.SERVICE}"], attributes["destination_service_name"]) where {_DOOR}'
        found["transform/service"] = {
            "error_mode": "ignore",
            "metric_statements": [{"context": "datapoint", "statements": [named]}],
        }
    authority = [_renamed(ISTIOD_SAYS, signals.AUTHORITY)] if cell.region.meshed else []
    found["metricstransform"] = {
        "transforms": [
            # A request without an answer has the code 0.
            _renamed("istio_requests_total", signals.FAILURES, insert=True, codes="^(0|5..)$$"),
            _renamed("istio_requests_total", signals.REQUESTS),
            _renamed("istio_request_duration_milliseconds", signals.LATENCY),
            _renamed(SECRETS_SAY, signals.TOKEN),
            *authority,
        ]
    }
    return found


def _renamed(metric: str, name: str, *, insert: bool = False, codes: str | None = None) -> Body:
    labels: Body = {"experimental_match_labels": {"response_code": codes}} if codes else {}
    return {
        "include": f"^{metric}$$",
        "match_type": "regexp",
        **labels,
        "action": "insert" if insert else "update",
        "new_name": name,
    }


def exporter(cell: Cell) -> Body:
    """CloudWatch's embedded metrics: the sets of dimensions that are paid for, and no others."""
    service = "destination" if cell.region.meshed else "source"
    return {
        "region": cell.region.name,
        "namespace": names.cell_metrics(cell.fleet),
        "log_group_name": names.cell_log_group(cell),
        "log_stream_name": "metrics",
        "dimension_rollup_option": "NoDimensionRollup",
        "resource_to_telemetry_conversion": {"enabled": True},
        "metric_declarations": [
            _declared(signals.AT_THE_DOOR, "source"),
            _declared(signals.AT_A_SERVICE, service),
            _of_the_cell(signals.TOKEN),
            *((_of_the_cell(signals.AUTHORITY),) if cell.region.meshed else ()),
        ],
    }


def _of_the_cell(metric: str) -> Body:
    return {
        "dimensions": [list(one) for one in signals.OF_A_CELL],
        "metric_name_selectors": [f"^{metric}$$"],
    }


def _declared(dimensions: tuple[tuple[str, ...], ...], reporter: str) -> Body:
    return {
        "dimensions": [list(one) for one in dimensions],
        "metric_name_selectors": [f"^{name}$$" for name in signals.METRICS],
        "label_matchers": [{"label_names": ["reporter"], "regex": f"^{reporter}$$"}],
    }
