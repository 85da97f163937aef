"""One service in one cell: everything its bundle holds, as one list of documents.

A service that a cell only calls or routes to has a bundle there too, without pods: its name, its rules, its denial.
So whether a cell hosts a service changes what the bundle holds, never who owns it.
"""

from __future__ import annotations

from fleet import capacity, names
from fleet.cell import Cell
from fleet.service import Service
from fleet.sizing import max_pods
from k8s.autoscaling import autoscaling, recommendation
from k8s.documents import Document
from k8s.secrets import entry, external, service_store
from k8s.service_mesh import destination, in_mesh, patience
from k8s.service_policy import denial, policies
from k8s.vocabulary import CELL_LABEL, PORT, meta, namespace, obj, owned
from k8s.workload import deployment


def hosted(service: Service, cell: Cell) -> list[Document]:
    """The bundle of a service in a cell that hosts it."""
    space = names.namespace(service)
    return [
        _namespace(service, cell),
        _quota(service, cell),
        _limits(service),
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": meta(names.service_account(service), space, labels=owned(service)),
            "automountServiceAccountToken": False,
        },
        *(external(name, space, service_store(service), [entry("value", name)]) for name in sorted(service.secrets)),
        _service(service),
        deployment(service, cell),
        *autoscaling(service, cell),
        *recommendation(service),
        _disruption(service),
        *policies(service, cell),
        *in_mesh(service, cell),
    ]


def known(service: Service, cell: Cell) -> list[Document]:
    """The bundle of a service that other cells of the region host: name and rules, no pods."""
    return [
        _namespace(service, cell),
        denial(service),
        _service(service),
        destination(service, cell),
        patience(service),
    ]


def _namespace(service: Service, cell: Cell) -> Document:
    labels = owned(service) | {CELL_LABEL: cell.name}
    return namespace(cell, names.namespace(service), labels=labels, mesh=True)


def _quota(service: Service, cell: Cell) -> Document:
    """Room for the limit and a rollout's surge beside it; no load balancer and no node port, ever."""
    pods = -int(-max_pods(service, cell.region) * 3 // 2)
    cpu = pods * capacity.pod_cpu(service, cell.region)
    memory = pods * capacity.pod_memory(service, cell.region)
    hard = {
        "pods": str(pods),
        "requests.cpu": f"{cpu}m",
        "requests.memory": f"{memory >> 20}Mi",
        "services": "5",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
        "persistentvolumeclaims": "0",
    }
    return obj("v1", "ResourceQuota", meta("service", names.namespace(service), labels=owned(service)), {"hard": hard})


def _limits(service: Service) -> Document:
    """For a container that says nothing itself, such as one somebody attaches to look around."""
    limit = {
        "type": "Container",
        "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
        "default": {"memory": "256Mi"},
        "maxLimitRequestRatio": {"memory": "8"},
    }
    return obj(
        "v1", "LimitRange", meta("containers", names.namespace(service), labels=owned(service)), {"limits": [limit]}
    )


def _service(service: Service) -> Document:
    port = {"name": "http", "port": PORT, "targetPort": PORT, "protocol": "TCP", "appProtocol": "http"}
    return obj(
        "v1",
        "Service",
        meta(service.name, names.namespace(service), labels=owned(service)),
        {"type": "ClusterIP", "selector": {"app.kubernetes.io/name": service.name}, "ports": [port]},
    )


def _disruption(service: Service) -> Document:
    """A tenth at a time. Pods that are not ready never stand in the way of a drain."""
    return obj(
        "policy/v1",
        "PodDisruptionBudget",
        meta(service.name, names.namespace(service), labels=owned(service)),
        {
            "maxUnavailable": "10%",
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": {"app.kubernetes.io/name": service.name}},
        },
    )
