"""Names inside a cell's cluster."""

from __future__ import annotations

from fleet.cell import Cell
from fleet.model import Fleet
from fleet.names.accounts import role_arn
from fleet.names.cells import mirror_repository, secret
from fleet.region import Region
from fleet.service import Service

CONTROLLERS: dict[str, tuple[str, str]] = {
    "karpenter": ("karpenter", "karpenter"),
    "load-balancer": ("aws-load-balancer", "aws-load-balancer-controller"),
    "external-secrets": ("external-secrets", "external-secrets"),
    "keda": ("keda", "keda-operator"),
    "collector": ("observability", "collector"),
    "cert-manager": ("cert-manager", "cert-manager"),
    "vpc-cni": ("kube-system", "aws-node"),
    "ebs-csi": ("kube-system", "ebs-csi-controller-sa"),
}
"""Pod Identity of a cell's controllers: purpose of `cell_role` -> namespace and service account."""

WEB_PORT = 8443
"""Pods of the ingress gateway listen here, for the target groups `web` and `health` alike: what Route 53 probes is
the path that viewers take."""
MESH_PORT = 15443
"""Pods of the east-west gateway and their NLB's listener."""
STATUS_PORT = 15021
"""Where the target groups of both gateways ask for STATUS_PATH."""
STATUS_PATH = "/healthz/ready"
HEALTH_PATH = "/healthz/traffic"
"""What Route 53 asks of `cell_origin`, port 8443. It is 200, whatever the weight, until an operator makes it 503."""
HEALTH_BODY = "serving"
"""The word Route 53 looks for in the answer."""


def chart_repository(fleet: Fleet, chart: str) -> str:
    """ECR repository of a release's chart. Argo CD unpacks a chart by its own name, so the path ends with it."""
    own = {"istio-base": "istio/base", "istio-cni": "istio/cni", "istio-gateway": "istio/gateway"}
    return mirror_repository(fleet, f"charts/{own.get(chart, chart)}")


def image_repository(fleet: Fleet, image: str) -> str:
    """ECR repository of a public image that the cells' own controllers run, e.g. `istio/pilot`."""
    return mirror_repository(fleet, f"images/{image}")


PLATFORM_CHANNEL = "platform"
"""Tag in `bundle_repository` that the cell's platform bundle is released by."""


def service_channel(service: Service) -> str:
    """Tag in `bundle_repository` that the service's bundle is released by."""
    return f"service-{service.name}"


def previous_channel(channel: str) -> str:
    """Tag that remembers what a channel named before: what is promoted away from must not be lost for want of a name."""
    return f"{channel}.previous"


CHANNELS = (PLATFORM_CHANNEL, previous_channel(PLATFORM_CHANNEL), "service-*")
"""Tags in `bundle_repository` that move; every other tag is what it was when it was pushed."""


def publisher_role(region: Region) -> str:
    """The one role that writes to a region's registry."""
    return f"{region.fleet.name}-{region.code}-publisher"


def publisher_role_arn(region: Region) -> str:
    return role_arn(region.account_id, publisher_role(region))


def mesh_authority(cell: Cell) -> str:
    """Secret with the cell's intermediate CA of the region's mesh: ca-cert, ca-key, root-cert, cert-chain."""
    return secret(cell, "mesh", "authority")


def mesh_reader(cell: Cell) -> str:
    """Secret with the token that the region's other cells discover this cell's endpoints with."""
    return secret(cell, "mesh", "reader")


def certificate_role(region: Region) -> str:
    """Role in the edge account that may change `_acme-challenge.*` only, for the region's cert-managers."""
    return f"{region.fleet.name}-{region.code}-certificates"


def certificate_role_arn(region: Region) -> str:
    return role_arn(region.fleet.accounts["edge"], certificate_role(region))
