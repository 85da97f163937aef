"""Words that several layers share: namespaces of the platform, labels, annotations."""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from fleet.service import Service
from k8s.documents import Metadata, Object

WAVE = "argocd.argoproj.io/sync-wave"
"""Annotation that orders the objects of one Argo CD sync."""

ARGOCD = "argocd"
AGENTS = "observability-agents"
CERT_MANAGER = names.CONTROLLERS["cert-manager"][0]
EASTWEST = "istio-eastwest"
EXTERNAL_SECRETS = names.CONTROLLERS["external-secrets"][0]
INGRESS = "istio-ingress"
ISTIO = "istio-system"
ISTIO_CNI = "istio-cni"
KARPENTER = names.CONTROLLERS["karpenter"][0]
KEDA = names.CONTROLLERS["keda"][0]
LOAD_BALANCER = names.CONTROLLERS["load-balancer"][0]
OBSERVABILITY = names.CONTROLLERS["collector"][0]
SCALING = "vertical-pod-autoscaler"

CELL_LABEL = "fleet/cell"
SERVICE_LABEL = "fleet/service"
TEAM_LABEL = "fleet/team"
POOL_LABEL = "fleet/pool"
"""On a node: the pool it is of. As a taint: only pods that name the pool."""

DELETION_APPROVED = "fleet/deletion-approved"
"""Annotation that lets an object of the guard's be deleted; its value is the object's own name."""

POD_SECURITY_EXCEPTION = "fleet/pod-security-exception"
"""Annotation of a namespace whose pods are not `restricted`: why. Without it, `admission` refuses the namespace."""

HANDS_OFF = "Prune=false,Delete=false"
"""Argo CD never removes it, whatever a bundle says."""
ASK_FIRST = "Prune=confirm,Delete=confirm"
"""Argo CD removes it only after a person said so."""
BEFORE_ITS_KIND = "SkipDryRunOnMissingResource=true"
"""The kind is installed by a chart in an earlier wave: at the first sync a dry run would not know it."""

PORT = 8080
"""The port of every service, by convention."""


def pod_identity_annotations() -> dict[str, str]:
    """Traffic that must not enter the mesh's proxy: credentials of the pod (a link-local address), and data.

    Databases and caches speak TLS end to end, and a proxy between would only see bytes.
    """
    return {
        "traffic.sidecar.istio.io/excludeOutboundIPRanges": "169.254.170.23/32",
        "traffic.sidecar.istio.io/excludeOutboundPorts": f"{names.DATABASE_PORT},{names.CACHE_PORT}",
    }


def sync(*options: str) -> dict[str, str]:
    """Argo CD's options for one object, as its annotation."""
    return {"argocd.argoproj.io/sync-options": ",".join(options)}


def meta(name: str, namespace: str | None = None, **more: dict[str, str]) -> Metadata:
    """Metadata with what is given; `labels` and `annotations` by keyword."""
    metadata: Metadata = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    if more.get("labels"):
        metadata["labels"] = more["labels"]
    if more.get("annotations"):
        metadata["annotations"] = more["annotations"]
    return metadata


def obj(api_version: str, kind: str, metadata: Metadata, spec: dict[str, object]) -> Object:
    """An object with a spec."""
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def host(service: Service) -> str:
    """The name callers use, the same in every cell."""
    return f"{service.name}.{names.namespace(service)}.svc.cluster.local"


def owned(service: Service) -> dict[str, str]:
    """Labels of a service's objects."""
    return {"app.kubernetes.io/name": service.name, SERVICE_LABEL: service.name, TEAM_LABEL: service.team}


def namespace(
    cell: Cell, name: str, *, exception: str = "", labels: dict[str, str] | None = None, mesh: bool = False
) -> dict[str, object]:
    """A namespace that nobody deletes in passing, with its Pod Security level pinned to the cell's Kubernetes.

    Args:
        exception: why its pods are `privileged`; without a reason they are `restricted`.
        mesh: whether its pods get a proxy, in a meshed cell.
    """
    version = f"v{cell.release.kubernetes}"
    security = {
        "pod-security.kubernetes.io/enforce": "privileged" if exception else "restricted",
        "pod-security.kubernetes.io/enforce-version": version,
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
    }
    injection = {"istio-injection": "enabled"} if mesh and cell.region.meshed else {}
    why = {POD_SECURITY_EXCEPTION: exception} if exception else {}
    metadata = meta(name, labels={**security, **injection, **(labels or {})}, annotations=sync(ASK_FIRST) | why)
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
