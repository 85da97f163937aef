"""The pods of a service: hardened, spread over zones, told what they need by name."""

from __future__ import annotations

import json

from fleet import capacity, names
from fleet.cell import Cell
from fleet.service import Service
from fleet.sizing import BURST, SPOT_MEMORY, mixes, needs_memory
from k8s.autoscaling import CONTAINER
from k8s.compute import pool_toleration
from k8s.documents import Body, Container, Deployment, PodSpec, Spread
from k8s.vocabulary import AGENTS, CELL_LABEL, POOL_LABEL, PORT, meta, owned, pod_identity_annotations

DRAIN_SECONDS = 15
"""How long a pod keeps serving after it was told to go: load balancers and proxies need to hear of it."""
GRACE_SECONDS = 60
"""All of a pod's time to end. A Spot node has 120 s from the notice."""


def deployment(service: Service, cell: Cell) -> Deployment:
    """The service's pods. Their number is the autoscaler's."""
    selector = {"app.kubernetes.io/name": service.name}
    labels = owned(service) | {CELL_LABEL: cell.name}
    annotations = _proxy_annotations() if cell.region.meshed else {}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(service.name, names.namespace(service), labels=labels),
        "spec": {
            "revisionHistoryLimit": 3,
            "progressDeadlineSeconds": 600,
            "selector": {"matchLabels": selector},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": labels, **({"annotations": annotations} if annotations else {})},
                "spec": _pod(service, cell, selector),
            },
        },
    }


def _proxy_annotations() -> dict[str, str]:
    memory = f"{capacity.SIDECAR_MEMORY >> 20}Mi"
    return pod_identity_annotations() | {
        "sidecar.istio.io/proxyCPU": f"{capacity.SIDECAR_CPU}m",
        "sidecar.istio.io/proxyMemory": memory,
        "sidecar.istio.io/proxyMemoryLimit": f"{4 * (capacity.SIDECAR_MEMORY >> 20)}Mi",
    }


def _pod(service: Service, cell: Cell, selector: dict[str, str]) -> PodSpec:
    pod: PodSpec = {
        "serviceAccountName": names.service_account(service),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "priorityClassName": f"service-tier-{service.tier}",
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": _nodes(service, cell)}},
        "topologySpreadConstraints": [
            _spread("topology.kubernetes.io/zone", 1, selector),
            # Not one a node: small services share nodes. But never so many that a node's loss is felt.
            _spread("kubernetes.io/hostname", 4, selector),
        ],
        "containers": [_container(service, cell)],
        "volumes": [
            {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
            *({"name": f"secret-{name}", "secret": {"secretName": name}} for name in sorted(service.secrets)),
        ],
    }
    if mixes(cell) and needs_memory(service):
        return {**pod, "tolerations": [pool_toleration(SPOT_MEMORY)]}
    return pod


def _nodes(service: Service, cell: Cell) -> Body:
    """Processors the image is built for and, for a service that needs much memory, the pool that has it.

    The burst pool takes it, too: it weighs least, so that it is bought only when Spot has no such node to offer.
    """
    wanted = [{"key": "kubernetes.io/arch", "operator": "In", "values": sorted(service.architectures)}]
    if mixes(cell) and needs_memory(service):
        wanted.append({"key": POOL_LABEL, "operator": "In", "values": [SPOT_MEMORY, BURST]})
    return {"nodeSelectorTerms": [{"matchExpressions": wanted}]}


def _spread(over: str, skew: int, selector: dict[str, str]) -> Spread:
    return {
        "topologyKey": over,
        "maxSkew": skew,
        "whenUnsatisfiable": "DoNotSchedule",
        "nodeTaintsPolicy": "Honor",
        "labelSelector": {"matchLabels": selector},
        "matchLabelKeys": ["pod-template-hash"],
    }


def _container(service: Service, cell: Cell) -> Container:
    image = service.fleet.images[service.name]
    ready = {"httpGet": {"path": "/ready", "port": PORT}}
    memory = f"{service.demand.memory >> 20}Mi"
    return {
        "name": CONTAINER,
        "image": f"{names.registry(cell.region)}/{image.repository}@{image.digest}",
        "ports": [{"name": "http", "containerPort": PORT, "protocol": "TCP"}],
        "env": environment(service, cell),
        # No limit on processors: what a neighbour does not use may be used. Memory is not given back.
        "resources": {
            "requests": {"cpu": f"{service.demand.cpu}m", "memory": memory},
            "limits": {"memory": memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "startupProbe": {**ready, "periodSeconds": 2, "failureThreshold": 60},
        "readinessProbe": {**ready, "periodSeconds": 5, "timeoutSeconds": 2, "failureThreshold": 2},
        # Only that it answers at all: a liveness probe that asks more restarts every pod when a database is slow.
        "livenessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 10, "failureThreshold": 6},
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN_SECONDS}}},
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},
            *(
                {"name": f"secret-{name}", "mountPath": f"/etc/secrets/{name}", "readOnly": True}
                for name in sorted(service.secrets)
            ),
        ],
    }


def environment(service: Service, cell: Cell) -> list[Body]:
    """What the service is told: where it is, and the names of what it uses. Never an address, never a secret.

    Variables: FLEET, STAGE, AWS_REGION, MARKET, CELL, SERVICE, POD_NAME, NODE_IP; DATABASE_PARAMETER, DATABASE_ROLE
    and DATABASE_USER; CACHES, TABLES, QUEUES, TOPICS and STREAMS as JSON objects of the fleet file's key to the
    name in AWS; CALLS as a JSON object of service to URL.
    """
    region, fleet = cell.region, service.fleet
    plain = {
        "FLEET": fleet.name,
        "STAGE": fleet.stage,
        "AWS_REGION": region.name,
        "MARKET": region.market,
        "CELL": cell.name,
        "SERVICE": service.name,
        "OTEL_SERVICE_NAME": service.name,
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://agent-collector.{AGENTS}.svc.cluster.local:4317",
    }
    database = service.database_in(region)
    if database is not None:
        plain["DATABASE_PARAMETER"] = names.database_parameter(database)
        plain["DATABASE_ROLE"] = names.caller_role_arn(service, region)
        plain["DATABASE_USER"] = names.database_user(service)
    tables = {
        "CACHES": {key: names.cache(service, key) for key in service.caches},
        "TABLES": {key: names.table(service, key) for key in service.tables},
        "QUEUES": {key: names.queue(service, key, fifo=queue.fifo) for key, queue in service.queues.items()},
        "TOPICS": {key: names.topic(service, key) for key in service.topics},
        "STREAMS": {key: names.stream(fleet, key) for key in service.emits},
        "CALLS": {call.service: _url(fleet.services[call.service]) for call in service.calls},
    }
    plain |= {key: json.dumps(table, sort_keys=True) for key, table in tables.items() if table}
    return [
        *({"name": key, "value": value} for key, value in plain.items()),
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "NODE_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}},
    ]


def _url(service: Service) -> str:
    return f"http://{service.name}.{names.namespace(service)}.svc.cluster.local:{PORT}"
