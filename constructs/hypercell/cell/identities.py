"""Who a cell's controllers are to AWS: a role each, handed to one service account of one cluster by Pod Identity."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from hypercell.cell.policy import arn
from hypercell.policy import Statement, allow, document, trust

POD_LOG_DAYS = 30
"""How long the logs of pods are kept."""

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def pod_role(
    scope: Construct,
    id: str,
    *,
    cell: Cell,
    purpose: str,
    statements: Sequence[Statement] = (),
    managed_policies: Sequence[str] = (),
) -> iam.CfnRole:
    """The role of one controller (`names.CONTROLLERS`), for that service account of that cluster and nobody else.

    Pod Identity says in session tags for whom it asks; without these conditions any association of the account,
    in any cell, could have the role.
    """
    namespace, account = names.CONTROLLERS[purpose]
    return iam.CfnRole(
        scope,
        id,
        role_name=names.cell_role(cell, purpose),
        assume_role_policy_document=trust(
            "pods.eks",
            {
                "StringEquals": {
                    "aws:RequestTag/eks-cluster-arn": names.cluster_arn(cell),
                    "aws:RequestTag/kubernetes-namespace": namespace,
                    "aws:RequestTag/kubernetes-service-account": account,
                    "aws:SourceAccount": cell.region.account_id,
                }
            },
            ["sts:AssumeRole", "sts:TagSession"],
        ),
        managed_policy_arns=list(managed_policies) or None,
        policies=[iam.CfnRole.PolicyProperty(policy_name=purpose, policy_document=document(*statements))]
        if statements
        else None,
    )


def associate(scope: Construct, id: str, *, cluster_name: str, purpose: str, role: iam.CfnRole) -> None:
    """Hand the role to the controller's pods."""
    namespace, account = names.CONTROLLERS[purpose]
    eks.CfnPodIdentityAssociation(
        scope,
        id,
        cluster_name=cluster_name,
        namespace=namespace,
        service_account=account,
        role_arn=role.attr_arn,
    )


class CellIdentities(Construct):
    """Roles of the controllers that every cell has, whoever runs its nodes.

    KEDA's role is empty here, and External Secrets' knows the cell's own secrets only: what the services placed in
    the cell add to them stands in the cell's `services` stack, so that moving a service changes no cell.
    """

    def __init__(
        self, scope: Construct, id: str, *, cell: Cell, cluster_name: str, cells_key_arn: str, logs_key_arn: str
    ) -> None:
        """
        Args:
            cells_key_arn: the region's key `cells`, which the cell's secrets are encrypted with.
            logs_key_arn: the region's key for logs.
        """
        super().__init__(scope, id)
        statements = {
            "cert-manager": _certificates(cell),
            "collector": _signals(cell),
            "external-secrets": _secrets(cell, cells_key_arn),
            "keda": (),
        }
        for purpose, needed in statements.items():
            role = pod_role(self, f"{names.pascal(purpose)}Role", cell=cell, purpose=purpose, statements=needed)
            associate(self, names.pascal(purpose), cluster_name=cluster_name, purpose=purpose, role=role)
        group = logs.CfnLogGroup(
            self,
            "PodLogs",
            log_group_name=names.cell_log_group(cell),
            retention_in_days=POD_LOG_DAYS,
            kms_key_id=logs_key_arn,
        )
        # What happened in a cell is asked after the cell is gone, too.
        group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)


class LoadBalancerController(Construct):
    """The controller that registers gateway pods in the cell's target groups, and does nothing else.

    Load balancers, listeners and security groups are CloudFormation's: they outlive any controller.
    """

    def __init__(
        self, scope: Construct, id: str, *, cell: Cell, cluster_name: str, target_groups: Sequence[str]
    ) -> None:
        """
        Args:
            target_groups: ARNs of the cell's own.
        """
        super().__init__(scope, id)
        reads = [
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ]
        writes = ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"]
        role = pod_role(
            self,
            "Role",
            cell=cell,
            purpose="load-balancer",
            statements=(
                allow("See", reads, ["*"], {"StringEquals": {"aws:RequestedRegion": cell.region.name}}),
                allow("BindGatewayPods", writes, list(target_groups)),
            ),
        )
        associate(self, "Association", cluster_name=cluster_name, purpose="load-balancer", role=role)


def _certificates(cell: Cell) -> Sequence[Statement]:
    """cert-manager proves the names by DNS, as a role of the edge account that may change the proofs only.

    The tags of Pod Identity travel on into the next role: whoever takes one must be allowed to tag.
    """
    return (allow("ProveNames", ["sts:AssumeRole", "sts:TagSession"], [names.certificate_role_arn(cell.region)]),)


def _signals(cell: Cell) -> Sequence[Statement]:
    group = arn(cell, "logs", f"log-group:{names.cell_log_group(cell)}")
    return (
        # Metrics travel inside log events. Traces have no resource: they carry the account's own only.
        allow("Trace", ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
        allow(
            "WriteOwnLogs",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [group, f"{group}:*"],
        ),
    )


def _secrets(cell: Cell, cells_key_arn: str) -> Sequence[Statement]:
    """The cell's own secrets, its bundles, and, in a mesh, the way to the API servers of the region's other cells."""
    repositories = [names.bundle_repository(cell), names.mirror_repository(cell.fleet, "charts/*")]
    own = arn(cell, "secretsmanager", f"secret:{names.secret(cell, '*')}")
    via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{cell.region.name}.amazonaws.com"}}
    statements = [
        allow("ReadOwnSecrets", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], [own]),
        allow("OpenSecrets", ["kms:Decrypt", "kms:GenerateDataKey"], [cells_key_arn], via),
        # Argo CD pulls bundles and charts with the token that External Secrets draws for it.
        allow("DrawRegistryToken", ["ecr:GetAuthorizationToken"], ["*"]),
        allow("PullBundles", PULL, [arn(cell, "ecr", f"repository/{name}") for name in repositories]),
    ]
    if cell.region.meshed:
        siblings = f"{cell.fleet.name}/{cell.region.code}-*"
        statements += [
            allow(
                "LendOwnReader",
                [
                    "secretsmanager:CreateSecret",
                    # At each push External Secrets takes away a policy that nobody gave it (its `manageResourcePolicy`).
                    "secretsmanager:DeleteResourcePolicy",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:TagResource",
                    "secretsmanager:UpdateSecret",
                ],
                [arn(cell, "secretsmanager", f"secret:{names.mesh_reader(cell)}-*")],
            ),
            allow(
                "ReadSiblingsReaders",
                ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                [arn(cell, "secretsmanager", f"secret:{siblings}/mesh/reader-*")],
            ),
            allow(
                "FindSiblings",
                ["ssm:GetParameter", "ssm:GetParameters"],
                [arn(cell, "ssm", f"parameter/{siblings}/apiserver")],
            ),
        ]
    return statements
