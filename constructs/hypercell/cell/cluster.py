"""The EKS cluster of a cell, with everything decided that can never be changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from fleet import addressing, names
from fleet.cell import Cell
from hypercell.cell.policy import managed
from hypercell.policy import key_policy, trust

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
LOG_DAYS = 90
"""How long the control plane's logs are kept: an audit question is rarely older than a quarter."""


@dataclass(frozen=True)
class Compute:
    """Who runs the nodes, and what the cluster's role needs for it."""

    cluster_policies: tuple[str, ...]
    """Policies of AWS on the cluster's role."""
    own_policies: Sequence[iam.CfnRole.PolicyProperty] = ()
    node_pools: tuple[str, ...] = ()
    """Auto Mode's built-in node pools."""
    node_role_arn: str | None = None
    """Role of the built-in pools' nodes: present when, and only when, EKS runs the nodes."""


KARPENTER = Compute(cluster_policies=("AmazonEKSClusterPolicy",))


class CellCluster(Construct):
    """The cluster, its key, its log group, and the parameter that tells other cells where its API server is.

    Fixed for ever (`createOnly`): name, role, key, service network, no bootstrap administrator, no self-managed
    add-ons. An L1, because no L2 has zonal shift, deletion protection and upgrade policy (aws-cdk-lib 2.275).

    Attributes:
        name: a reference to the cluster's name: what uses it is created after the cluster.
        log_group: reference to the name of the control plane's log group.
        endpoint: URL of the API server.
        group: id of the security group that EKS makes for the cluster.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        cell: Cell,
        subnets: Sequence[str],
        security_group: str,
        logs_key_arn: str,
        compute: Compute,
    ) -> None:
        """
        Args:
            subnets: ids, one a zone, for the control plane's network interfaces.
            security_group: id of the cell's own group for these interfaces.
            logs_key_arn: the region's key for logs.
        """
        super().__init__(scope, id)
        log_group = self._log_group("Logs", names.cluster_log_group(cell), LOG_DAYS, logs_key_arn)
        key = self._key(cell)
        role = iam.CfnRole(
            self,
            "Role",
            role_name=names.cell_role(cell, "cluster"),
            assume_role_policy_document=trust(
                "eks", {"ArnEquals": {"aws:SourceArn": names.cluster_arn(cell)}}, ["sts:AssumeRole", "sts:TagSession"]
            ),
            managed_policy_arns=managed(*compute.cluster_policies),
            policies=compute.own_policies or None,
        )
        self.resource = self._cluster(cell, subnets, security_group, role, key, compute)
        # EKS makes the group itself when it finds none: without a key, and kept for ever.
        self.resource.add_resource_dependency(log_group)
        self.log_group = log_group.ref
        self.name = self.resource.ref
        self.endpoint = self.resource.attr_endpoint
        self.group = self.resource.attr_cluster_security_group_id
        ssm.CfnParameter(
            self,
            "ApiServer",
            name=names.apiserver_parameter(cell),
            type="String",
            description=f"API server of {names.cluster(cell)}: endpoint and CA",
            value=json.dumps({"endpoint": self.endpoint, "ca": self.resource.attr_certificate_authority_data}),
        )

    def _cluster(
        self,
        cell: Cell,
        subnets: Sequence[str],
        security_group: str,
        role: iam.CfnRole,
        key: kms.CfnKey,
        compute: Compute,
    ) -> eks.CfnCluster:
        auto = compute.node_role_arn is not None
        cluster = eks.CfnCluster(
            self,
            "Resource",
            name=names.cluster(cell),
            version=cell.release.kubernetes,
            role_arn=role.attr_arn,
            access_config=eks.CfnCluster.AccessConfigProperty(
                authentication_mode="API", bootstrap_cluster_creator_admin_permissions=False
            ),
            bootstrap_self_managed_addons=False,
            encryption_config=[
                eks.CfnCluster.EncryptionConfigProperty(
                    provider=eks.CfnCluster.ProviderProperty(key_arn=key.attr_arn), resources=["secrets"]
                )
            ],
            kubernetes_network_config=eks.CfnCluster.KubernetesNetworkConfigProperty(
                ip_family="ipv4",
                service_ipv4_cidr=str(addressing.service_block(cell)),
                elastic_load_balancing=eks.CfnCluster.ElasticLoadBalancingProperty(enabled=auto),
            ),
            # The three of Auto Mode are on together or off together: EKS refuses anything else.
            compute_config=eks.CfnCluster.ComputeConfigProperty(
                enabled=auto, node_pools=list(compute.node_pools) or None, node_role_arn=compute.node_role_arn
            ),
            storage_config=eks.CfnCluster.StorageConfigProperty(
                block_storage=eks.CfnCluster.BlockStorageProperty(enabled=auto)
            ),
            resources_vpc_config=eks.CfnCluster.ResourcesVpcConfigProperty(
                subnet_ids=list(subnets),
                security_group_ids=[security_group],
                endpoint_private_access=True,
                endpoint_public_access=False,
            ),
            logging=eks.CfnCluster.LoggingProperty(
                cluster_logging=eks.CfnCluster.ClusterLoggingProperty(
                    enabled_types=[eks.CfnCluster.LoggingTypeConfigProperty(type=kind) for kind in LOG_TYPES]
                )
            ),
            control_plane_scaling_config=eks.CfnCluster.ControlPlaneScalingConfigProperty(tier=cell.tier),
            # Extended support costs six times as much; the calendar in `fleet.kubernetes` warns long before.
            upgrade_policy=eks.CfnCluster.UpgradePolicyProperty(support_type="STANDARD"),
            zonal_shift_config=eks.CfnCluster.ZonalShiftConfigProperty(enabled=True),
            deletion_protection=True,
        )
        # The cluster's store is data. A failed first creation leaves no orphan under the fixed name.
        cluster.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return cluster

    def _key(self, cell: Cell) -> kms.CfnKey:
        key = kms.CfnKey(
            self,
            "Key",
            description=f"Kubernetes secrets of {names.cluster(cell)}",
            enable_key_rotation=True,
            pending_window_in_days=30,
            # The account decides by IAM. EKS works with grants that it is given when the cluster is created.
            key_policy=key_policy(cell.region.account_id),
        )
        # Without its key a cluster cannot read one of its secrets, ever again.
        key.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        kms.CfnAlias(self, "KeyAlias", alias_name=names.cell_key_alias(cell), target_key_id=key.ref)
        return key

    def _log_group(self, id: str, name: str, days: int, key_arn: str) -> logs.CfnLogGroup:
        group = logs.CfnLogGroup(self, id, log_group_name=name, retention_in_days=days, kms_key_id=key_arn)
        # Who did what in the cluster is asked after the cluster is gone, too.
        group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        return group
