"""Add-ons of a cell's release that EKS keeps: what nodes need to become ready first, the rest after them.

Not verified on AWS: the versions, which only `aws eks describe-addon-versions` knows, and the configuration values,
which each version of an add-on has a schema of its own for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_eks as eks
from constructs import Construct

from fleet import capacity, names
from fleet.cell import Cell
from hypercell.cell.identities import pod_role
from hypercell.cell.policy import arn, managed
from hypercell.policy import Statement, allow

BEFORE_NODES = ("eks-pod-identity-agent", "vpc-cni", "kube-proxy")
"""Without them a node never becomes ready. All others would wait for a node, and fail their creation without one."""

_IDENTITIES = {"vpc-cni": "vpc-cni", "aws-ebs-csi-driver": "ebs-csi"}
"""Add-on to its purpose in `names.CONTROLLERS`."""

_SYSTEM_NODES_TOO = [{"key": "CriticalAddonsOnly", "operator": "Exists"}]


class CellAddons(Construct):
    """The add-ons that come before the nodes, then, by `follow`, those that come after.

    Attributes:
        before_nodes: what a node group must wait for.
    """

    def __init__(self, scope: Construct, id: str, *, cell: Cell, cluster_name: str) -> None:
        super().__init__(scope, id)
        self._cell, self._cluster = cell, cluster_name
        self.before_nodes = [self._addon(name) for name in cell.release.addons if name in BEFORE_NODES]

    def follow(self, nodes: cdk.CfnResource) -> None:
        """Add what runs on nodes."""
        for name in self._cell.release.addons:
            if name not in BEFORE_NODES:
                self._addon(name).add_resource_dependency(nodes)

    def _addon(self, name: str) -> eks.CfnAddon:
        purpose = _IDENTITIES.get(name)
        configuration = _configuration(self._cell, name)
        return eks.CfnAddon(
            self,
            names.pascal(name),
            cluster_name=self._cluster,
            addon_name=name,
            addon_version=self._cell.release.addons[name],
            configuration_values=json.dumps(configuration, sort_keys=True) if configuration else None,
            resolve_conflicts="OVERWRITE",
            pod_identity_associations=None if purpose is None else [self._identity(purpose)],
        )

    def _identity(self, purpose: str) -> eks.CfnAddon.PodIdentityAssociationProperty:
        role = pod_role(
            self,
            f"{names.pascal(purpose)}Role",
            cell=self._cell,
            purpose=purpose,
            # The network plug-in's policy is AWS's: every version of it calls more of EC2's interface API.
            managed_policies=managed("AmazonEKS_CNI_Policy") if purpose == "vpc-cni" else (),
            statements=_volumes(self._cell) if purpose == "ebs-csi" else (),
        )
        _, account = names.CONTROLLERS[purpose]
        return eks.CfnAddon.PodIdentityAssociationProperty(service_account=account, role_arn=role.attr_arn)


def _configuration(cell: Cell, addon: str) -> dict[str, Any]:
    match addon:
        case "vpc-cni":
            return {
                "enableNetworkPolicy": "true",
                "env": {
                    # Pods keep their addresses up to the NAT, which knows the region's /13; only so can a partner's
                    # answer find its way back through whichever path the zone leaves by.
                    "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true",
                    "ENABLE_PREFIX_DELEGATION": "true",
                    "WARM_PREFIX_TARGET": "1",
                },
            }
        case "coredns":
            return {
                "autoScaling": {
                    "enabled": True,
                    "minReplicas": capacity.SYSTEM_NODES,
                    "maxReplicas": 4 * capacity.SYSTEM_NODES,
                },
                "topologySpreadConstraints": [
                    {
                        "labelSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                        "maxSkew": 1,
                        "nodeTaintsPolicy": "Honor",
                        "topologyKey": "topology.kubernetes.io/zone",
                        "whenUnsatisfiable": "DoNotSchedule",
                    }
                ],
            }
        case "metrics-server":
            return {"replicas": 2, "tolerations": _SYSTEM_NODES_TOO}
        case "aws-ebs-csi-driver":
            # Tags each volume `kubernetes.io/cluster/<cluster>`, which the driver's role is bound to.
            return {"controller": {"k8sTagClusterId": names.cluster(cell)}}
        case _:
            return {}


def _volumes(cell: Cell) -> Sequence[Statement]:
    """The cell's own volumes and snapshots, by tag: cells share an account, and no driver may touch another's."""
    owned = {f"kubernetes.io/cluster/{names.cluster(cell)}": "owned"}
    asked = {"StringEquals": {f"aws:RequestTag/{tag}": value for tag, value in owned.items()}}
    has = {"StringEquals": {f"aws:ResourceTag/{tag}": value for tag, value in owned.items()}}
    volume, instance = (arn(cell, "ec2", f"{kind}/*") for kind in ("volume", "instance"))
    # Snapshots have no account in their ARN.
    snapshot = f"arn:aws:ec2:{cell.region.name}::snapshot/*"
    creations = {"StringEquals": {"ec2:CreateAction": ["CreateVolume", "CreateSnapshot"]}}
    return (
        allow(
            "SeeVolumes",
            [
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeSnapshots",
                "ec2:DescribeTags",
                "ec2:DescribeVolumeStatus",
                "ec2:DescribeVolumes",
                "ec2:DescribeVolumesModifications",
            ],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": cell.region.name}},
        ),
        allow("MakeOwn", ["ec2:CreateVolume"], [volume], asked),
        allow("MakeOwnSnapshot", ["ec2:CreateSnapshot"], [snapshot], asked),
        allow("OfOwn", ["ec2:CreateSnapshot", "ec2:CreateVolume"], [volume, snapshot], has),
        allow("TagWhatItMakes", ["ec2:CreateTags"], [volume, snapshot], creations),
        allow(
            "UseOwn",
            [
                "ec2:AttachVolume",
                "ec2:DeleteSnapshot",
                "ec2:DeleteVolume",
                "ec2:DetachVolume",
                "ec2:ModifyVolume",
            ],
            [instance, volume, snapshot],
            has,
        ),
    )
