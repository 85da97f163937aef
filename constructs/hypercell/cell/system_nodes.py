"""The nodes of a cell's own controllers: few, on demand, one a zone, closed to services."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import capacity, names
from fleet.cell import Cell
from hypercell.cell.policy import instances, managed

DISK_GIB = 50
NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
)
"""On the role of every node. Addresses of pods are the business of vpc-cni's own identity, not of the node."""


class SystemNodes(Construct):
    """A managed node group for what must run before Karpenter can: Karpenter itself, DNS, Argo CD, istiod."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cell: Cell,
        cluster_name: str,
        subnets: Sequence[str],
        security_group: str,
        after: Sequence[cdk.CfnResource],
    ) -> None:
        """
        Args:
            subnets: ids of the node subnets, one a zone.
            after: add-ons without which a node never becomes ready.
        """
        super().__init__(scope, id)
        role = iam.CfnRole(
            self,
            "Role",
            role_name=names.cell_role(cell, "system"),
            assume_role_policy_document=instances(),
            managed_policy_arns=managed(*NODE_POLICIES),
        )
        template = ec2.CfnLaunchTemplate(self, "Template", launch_template_data=_launch(cell, security_group))
        # No name: instance types and subnets cannot change in place, and a successor must not meet its own name.
        self.resource = eks.CfnNodegroup(
            self,
            "Resource",
            cluster_name=cluster_name,
            node_role=role.attr_arn,
            subnets=list(subnets),
            ami_type="AL2023_ARM_64_STANDARD",
            release_version=cell.release.image_release,
            capacity_type="ON_DEMAND",
            instance_types=list(capacity.SYSTEM_NODE_TYPES),
            launch_template=eks.CfnNodegroup.LaunchTemplateSpecificationProperty(
                id=template.ref, version=template.attr_latest_version_number
            ),
            scaling_config=eks.CfnNodegroup.ScalingConfigProperty(
                min_size=capacity.SYSTEM_NODES, desired_size=capacity.SYSTEM_NODES, max_size=2 * capacity.SYSTEM_NODES
            ),
            update_config=eks.CfnNodegroup.UpdateConfigProperty(max_unavailable=1),
            node_repair_config=eks.CfnNodegroup.NodeRepairConfigProperty(
                enabled=True, max_parallel_nodes_repaired_count=1
            ),
            labels={"fleet/pool": "system"},
            taints=[eks.CfnNodegroup.TaintProperty(key="CriticalAddonsOnly", value="true", effect="NO_SCHEDULE")],
        )
        for addon in after:
            self.resource.add_resource_dependency(addon)


def _launch(cell: Cell, security_group: str) -> ec2.CfnLaunchTemplate.LaunchTemplateDataProperty:
    launch = ec2.CfnLaunchTemplate
    # CloudFormation tags the group; what the group starts gets its tags from here.
    tags = [
        cdk.CfnTag(key=key, value=value)
        for key, value in {
            "Name": f"{names.cluster(cell)}-system",
            "fleet:cell": cell.name,
            "fleet:name": cell.fleet.name,
            "fleet:region": cell.region.code,
        }.items()
    ]
    return launch.LaunchTemplateDataProperty(
        security_group_ids=[security_group],
        monitoring=launch.MonitoringProperty(enabled=True),
        metadata_options=launch.MetadataOptionsProperty(
            http_endpoint="enabled", http_tokens="required", http_put_response_hop_limit=1
        ),
        block_device_mappings=[
            launch.BlockDeviceMappingProperty(
                device_name="/dev/xvda",
                ebs=launch.EbsProperty(
                    volume_type="gp3",
                    volume_size=DISK_GIB,
                    encrypted=True,
                    kms_key_id=names.key_alias(cell.region, "cells"),
                    delete_on_termination=True,
                ),
            )
        ],
        tag_specifications=[
            launch.TagSpecificationProperty(resource_type=kind, tags=tags) for kind in ("instance", "volume")
        ],
    )
