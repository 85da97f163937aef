"""How many pods run: by the processor of the service's own container, or by the depth of its queue. Never both.

What one of them should ask for is the team's to say. Where it wants to know, the cell recommends.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from fleet.service import Service
from fleet.sizing import max_pods, min_pods
from k8s.documents import Body, Document
from k8s.vocabulary import BEFORE_ITS_KIND, meta, obj, owned, sync

CONTAINER = "app"
"""The service's own container; its proxy does not count."""


def autoscaling(service: Service, cell: Cell) -> list[Document]:
    """The autoscaler of a service, the only owner of its number of pods."""
    return _by_queue(service, cell) if service.scale.queue else [_by_use(service, cell)]


_BEHAVIOUR: Body = {
    # Up at once and by as much again: a lost cell's share arrives within seconds. Down slowly: it may come back.
    "scaleUp": {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [
            {"type": "Percent", "value": 100, "periodSeconds": 15},
            {"type": "Pods", "value": 10, "periodSeconds": 15},
        ],
    },
    "scaleDown": {
        "stabilizationWindowSeconds": 600,
        "selectPolicy": "Min",
        "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}],
    },
}


def recommendation(service: Service) -> list[Document]:
    """What VPA's recommender has seen, in the object's status. Off: it would work against whoever counts the pods."""
    if not service.recommend:
        return []
    spec: dict[str, object] = {
        "targetRef": _target(service),
        "updatePolicy": {"updateMode": "Off"},
        "resourcePolicy": {
            "containerPolicies": [
                {"containerName": CONTAINER, "controlledResources": ["cpu", "memory"]},
                {"containerName": "*", "mode": "Off"},
            ]
        },
    }
    metadata = meta(service.name, names.namespace(service), labels=owned(service), annotations=sync(BEFORE_ITS_KIND))
    return [obj("autoscaling.k8s.io/v1", "VerticalPodAutoscaler", metadata, spec)]


def _target(service: Service) -> Body:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "name": service.name}


def _by_use(service: Service, cell: Cell) -> Document:
    resource = {
        "container": CONTAINER,
        "name": service.scale.on,
        "target": {"type": "Utilization", "averageUtilization": service.scale.target},
    }
    return obj(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        meta(service.name, names.namespace(service), labels=owned(service)),
        {
            "scaleTargetRef": _target(service),
            "minReplicas": min_pods(service, cell.region),
            "maxReplicas": max_pods(service, cell.region),
            "metrics": [{"type": "ContainerResource", "containerResource": resource}],
            "behavior": _BEHAVIOUR,
        },
    )


def _by_queue(service: Service, cell: Cell) -> list[Document]:
    """KEDA makes an autoscaler of its own from this. It asks SQS with the operator's identity."""
    name = service.scale.queue or ""
    region = cell.region
    queue = names.queue(service, name, fifo=service.queues[name].fifo)
    least = min_pods(service, cell.region)
    trigger = {
        "type": "aws-sqs-queue",
        "metadata": {
            "queueURL": f"https://sqs.{region.name}.amazonaws.com/{region.account_id}/{queue}",
            # Messages waiting for one pod: what it works off in a second.
            "queueLength": str(service.demand.per_pod),
            "awsRegion": region.name,
        },
        "authenticationRef": {"name": service.name},
    }
    metadata = meta(service.name, names.namespace(service), labels=owned(service), annotations=sync(BEFORE_ITS_KIND))
    return [
        obj("keda.sh/v1alpha1", "TriggerAuthentication", metadata, {"podIdentity": {"provider": "aws"}}),
        obj(
            "keda.sh/v1alpha1",
            "ScaledObject",
            metadata,
            {
                "scaleTargetRef": _target(service),
                "minReplicaCount": least,
                "maxReplicaCount": max_pods(service, cell.region),
                "pollingInterval": 15,
                "cooldownPeriod": 300,
                # When SQS cannot be asked, what runs keeps running.
                "fallback": {"failureThreshold": 4, "replicas": least, "behavior": "currentReplicasIfHigher"},
                "triggers": [trigger],
                "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _BEHAVIOUR}},
            },
        ),
    ]
