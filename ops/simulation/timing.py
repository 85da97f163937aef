"""Seconds that no object of the fleet states: each with its source, and whether anybody has seen it.

What objects state (intervals and thresholds of checks, behaviour of autoscalers, outlier detection) is read from them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Assumption:
    """A number of the model that stands in no template and no manifest."""

    name: str
    value: float
    unit: str
    source: str
    verified: bool = False
    """Whether the source is documentation or a measurement; else it is judgement that only a live account can settle."""


AGGREGATION = Assumption(
    "aggregation", 10, "s", "Route 53's checkers hear of each other, and a calculated check of its children: judgement"
)
ALIAS_TTL = Assumption("alias TTL", 60, "s", "Route 53 guide: an alias to a load balancer has its TTL, 60 s", True)
CACHES_EXPIRE = Assumption(
    "re-resolution", 1, "TTL", "CloudFront asks again when an answer is as old as its TTL, at evenly spread moments"
)
TARGET_HEALTH = Assumption(
    "target health", 60, "s", "a record that evaluates its target hears of a load balancer without healthy targets"
)
METRICS = Assumption("metrics", 15, "s", "metrics-server: --metric-resolution, its default", True)
SYNC = Assumption("autoscaler", 15, "s", "kube-controller-manager: --horizontal-pod-autoscaler-sync-period", True)
BATCH = Assumption("Karpenter's batch", 10, "s", "Karpenter: batchMaxDuration, its default", True)
NODE = Assumption("node", 60, "s", "from the request for an instance to a node that is ready: judgement")
POD = Assumption("pod", 30, "s", "from a place on a node to a ready pod, the image's pull included: judgement")
NOTICE = Assumption("Spot notice", 120, "s", "EC2 guide: a Spot instance is told two minutes before", True)
HORIZON = Assumption("horizon", 3600, "s", "errors are counted for the first hour after a loss: a choice", True)
NEIGHBOURS = Assumption(
    "neighbours", 1, "", "Kubernetes: requests are weights; a pod without a limit uses what others leave idle", True
)
RESPREAD = Assumption(
    "spread", 1, "", "pods of a lost zone start in the others: its nodes are tainted or gone, and are not counted"
)

ALL = (
    AGGREGATION,
    ALIAS_TTL,
    CACHES_EXPIRE,
    TARGET_HEALTH,
    METRICS,
    SYNC,
    BATCH,
    NODE,
    POD,
    NOTICE,
    HORIZON,
    NEIGHBOURS,
    RESPREAD,
)

RAMP = 4
"""Pieces that the time is cut into in which caches of names expire."""
