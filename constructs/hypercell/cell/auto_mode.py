"""EKS Auto Mode: AWS runs the nodes of a cell. What a founder starts with, and what a grown fleet retires.

Not verified on AWS: that Auto Mode's controller registers pods in target groups that CloudFormation made (they carry
the tag `eks:eks-cluster-name`, which its policy asks for).
"""

from __future__ import annotations

from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from hypercell.cell.cluster import Compute
from hypercell.cell.policy import arn, instances, managed
from hypercell.policy import Document, allow, document

NODE_POOLS = ("system",)
"""The built-in pools that are on. `system` is tainted, so that Argo CD and the node pools of the cell's own bundle
can arrive; `general-purpose` stays off, because it has no limits and a cell is bounded."""

CLUSTER_POLICIES = (
    "AmazonEKSClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
NODE_POLICIES = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


class AutoMode(Construct):
    """Roles of Auto Mode's nodes, and what the cluster needs to start them.

    Attributes:
        compute: for the cluster.
        node_role_arn: role of the nodes of the cell's own node class.
    """

    def __init__(self, scope: Construct, id: str, *, cell: Cell) -> None:
        super().__init__(scope, id)
        # EKS makes the access entry of the built-in pools' role itself; that of the node class's role is ours.
        # One role could not have both.
        built_in = self._role("System", names.cell_role(cell, "system"))
        own = self._role("Nodes", names.cell_role(cell, "node"))
        self.node_role_arn = own.attr_arn
        built_in_arn = built_in.attr_arn
        self.compute = Compute(
            cluster_policies=CLUSTER_POLICIES,
            own_policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="tagged-nodes",
                    policy_document=_tagged_nodes(cell, [built_in_arn, self.node_role_arn]),
                )
            ],
            node_pools=NODE_POOLS,
            node_role_arn=built_in_arn,
        )

    def admit(self, cluster_name: str) -> None:
        """Let nodes of the cell's own node class join: an access entry of type EC2 with Auto Mode's node policy."""
        eks.CfnAccessEntry(
            self,
            "NodesEntry",
            cluster_name=cluster_name,
            principal_arn=self.node_role_arn,
            type="EC2",
            access_policies=[
                eks.CfnAccessEntry.AccessPolicyProperty(
                    policy_arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSAutoNodePolicy",
                    access_scope=eks.CfnAccessEntry.AccessScopeProperty(type="cluster"),
                )
            ],
        )

    def _role(self, id: str, name: str) -> iam.CfnRole:
        return iam.CfnRole(
            self,
            id,
            role_name=name,
            assume_role_policy_document=instances(),
            managed_policy_arns=managed(*NODE_POLICIES),
        )


def _tagged_nodes(cell: Cell, roles: list[str]) -> Document:
    """AWS's own policy lets Auto Mode set its own tags only; cost and alarms read the fleet's tags on nodes."""
    cluster = names.cluster(cell)
    resources = ["fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume"]
    return document(
        allow(
            "StartTaggedNodes",
            ["ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:RunInstances"],
            [arn(cell, "ec2", f"{resource}/*") for resource in resources],
            {
                "StringEquals": {"aws:RequestTag/eks:eks-cluster-name": cluster},
                "StringLike": {
                    "aws:RequestTag/eks:kubernetes-node-class-name": "*",
                    "aws:RequestTag/eks:kubernetes-node-pool-name": "*",
                },
            },
        ),
        allow(
            "HandNodesTheirRole",
            ["iam:PassRole"],
            roles,
            {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
    )
