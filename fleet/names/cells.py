"""Names of a cell in its AWS account."""

from __future__ import annotations

from fleet.cell import Cell
from fleet.model import Fleet
from fleet.names.accounts import arn, role_arn
from fleet.names.data import log_group
from fleet.region import Region


def cluster(cell: Cell) -> str:
    """EKS cluster name; also the value of every discovery tag of the cell."""
    return f"{cell.fleet.name}-{cell.name}"


def cluster_arn(cell: Cell) -> str:
    return arn(cell.region, "eks", f"cluster/{cluster(cell)}")


def clusters(region: Region) -> str:
    """Pattern of the ARNs of a region's clusters."""
    return arn(region, "eks", f"cluster/{region.fleet.name}-{region.code}-*")


def cell_role(cell: Cell, purpose: str) -> str:
    """IAM role of the cell, e.g. purpose `node`, `karpenter`, `load-balancer`. 64 characters at most."""
    return f"{cell.fleet.name}-{cell.name}-{purpose}"


def cell_role_arn(cell: Cell, purpose: str) -> str:
    return role_arn(cell.region.account_id, cell_role(cell, purpose))


def instance_profile(cell: Cell) -> str:
    """Instance profile of Karpenter's nodes, fixed so that the node class can name it."""
    return cell_role(cell, "node")


def interruption_queue(cell: Cell) -> str:
    return f"{cell.fleet.name}-{cell.name}-karpenter"


def load_balancer(cell: Cell, side: str) -> str:
    """NLB of a cell; `side` is `ingress` or `eastwest`. 32 characters at most."""
    return f"{cell.fleet.name}-{cell.name}-{side}"


def target_group(cell: Cell, purpose: str) -> str:
    """`web` (443), `health` (8443) or `mesh` (15443). 32 characters at most."""
    return f"{cell.fleet.name}-{cell.name}-{purpose}"


def apiserver_parameter(cell: Cell) -> str:
    """SSM parameter with endpoint and CA of the cell's API server, as JSON."""
    return f"/{cell.fleet.name}/{cell.name}/apiserver"


def secret(cell: Cell, *path: str) -> str:
    """Secrets Manager name under the cell's own prefix."""
    return "/".join((cell.fleet.name, cell.name, *path))


def cell_alarm(cell: Cell) -> str:
    """The composite alarm that roll-outs of the cell bake on."""
    return f"{cell.fleet.name}-{cell.name}"


def cell_signal(cell: Cell, signal: str) -> str:
    """One of the alarms that the cell's composite alarm is made of."""
    return f"{cell_alarm(cell)}-{signal}"


def cell_key_alias(cell: Cell) -> str:
    """The cell's own key, for the secrets of its Kubernetes."""
    return f"alias/{cluster(cell)}"


def cluster_log_group(cell: Cell) -> str:
    """Where EKS writes the control plane's logs; the name is its own."""
    return f"/aws/eks/{cluster(cell)}/cluster"


def cell_log_group(cell: Cell) -> str:
    """Where the cell's collectors write the logs of its pods."""
    return log_group(cell.fleet, "cells", cell.name)


def cell_metrics(fleet: Fleet) -> str:
    """CloudWatch namespace that the cells' collectors write to; the cell is a dimension."""
    return f"{fleet.name}/cells"


def hosted_parameter(cell: Cell) -> str:
    """SSM parameter with the services placed in the cell, as JSON."""
    return f"/{cell.fleet.name}/{cell.name}/services"


def bundle_repository(cell: Cell) -> str:
    """ECR repository of the cell's manifest bundles."""
    return bundle_repository_of(cell.fleet.name, cell.name)


def bundle_repository_of(fleet: str, cell: str) -> str:
    """The same of a cell that only a record knows."""
    return f"{fleet}/cells/{cell}"


def mirror_repository(fleet: Fleet, source: str) -> str:
    """ECR repository that mirrors a public chart or image."""
    return f"{fleet.name}/mirror/{source}"


def registry(region: Region) -> str:
    return f"{region.account_id}.dkr.ecr.{region.name}.amazonaws.com"
