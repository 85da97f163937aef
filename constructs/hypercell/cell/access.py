"""People and pipelines in a cell: who may take which role, and what that role is to Kubernetes."""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from hypercell.cell.policy import tagged_only
from hypercell.policy import allow, document

ROLES: dict[str, tuple[str, int]] = {
    "deployer": ("AmazonEKSClusterAdminPolicy", 3600),
    "operator": ("AmazonEKSViewPolicy", 8 * 3600),
    "break-glass": ("AmazonEKSClusterAdminPolicy", 3600),
}
"""Purpose to EKS's access policy and the longest session in seconds. Operators see what namespaces hold, and no
secret."""

_GUARDED = (
    "namespaces",
    "customresourcedefinitions",
    "nodepools",
    "ec2nodeclasses",
    "nodeclasses",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
)
"""Resources whose deletion the guard in the cluster refuses, and the guard itself."""
_EMERGENCIES = (
    '{ ($.user.username = "break-glass:*") || (($.verb = "delete*") && ('
    + " || ".join(f'($.objectRef.resource = "{resource}")' for resource in _GUARDED)
    + ")) }"
)
"""Filter pattern over the audit log. `delete*` is `deletecollection` as well."""


class CellAccess(Construct):
    """Three roles with their access entries, and an alarm on the use of the one for emergencies."""

    def __init__(self, scope: Construct, id: str, *, cell: Cell, cluster_name: str, log_group: str) -> None:
        """
        Args:
            log_group: reference to the name of the control plane's log group.
        """
        super().__init__(scope, id)
        for purpose, (policy, seconds) in ROLES.items():
            role = iam.CfnRole(
                self,
                f"{names.pascal(purpose)}Role",
                role_name=names.cell_role(cell, purpose),
                max_session_duration=seconds,
                assume_role_policy_document=tagged_only(cell.region.account_id, purpose),
                policies=[
                    iam.CfnRole.PolicyProperty(
                        policy_name="find-cluster",
                        policy_document=document(
                            allow(
                                "FindCluster",
                                ["eks:AccessKubernetesApi", "eks:DescribeCluster"],
                                [names.cluster_arn(cell)],
                            )
                        ),
                    )
                ],
            )
            eks.CfnAccessEntry(
                self,
                names.pascal(purpose),
                cluster_name=cluster_name,
                principal_arn=role.attr_arn,
                type="STANDARD",
                username=f"{purpose}:{{{{SessionName}}}}",
                access_policies=[
                    eks.CfnAccessEntry.AccessPolicyProperty(
                        policy_arn=f"arn:aws:eks::aws:cluster-access-policy/{policy}",
                        access_scope=eks.CfnAccessEntry.AccessScopeProperty(type="cluster"),
                    )
                ],
            )
        self._tell_of_emergencies(cell, log_group)

    def _tell_of_emergencies(self, cell: Cell, log_group: str) -> None:
        """Alarm on the first request that comes from the role, and on every attempt to delete what is guarded.

        Both as the cluster's own audit log has them. A deletion that the guard lets pass, because the object carries
        its own name, is as loud as one that it refuses.

        A rule on AssumeRole would need a CloudTrail trail, which is the organisation's to have and not a cell's to
        assume. So taking the role is not seen here; using it on the cluster is.
        """
        logs.CfnMetricFilter(
            self,
            "BreakGlassUse",
            log_group_name=log_group,
            filter_pattern=_EMERGENCIES,
            metric_transformations=[
                logs.CfnMetricFilter.MetricTransformationProperty(
                    metric_namespace=names.cell_metrics(cell.fleet),
                    metric_name=f"break-glass-{cell.name}",
                    metric_value="1",
                )
            ],
        )
        cloudwatch.CfnAlarm(
            self,
            "BreakGlassAlarm",
            alarm_name=names.cell_signal(cell, "break-glass"),
            alarm_description=(
                f"Somebody uses the emergency role in {cell.name}, or deletes or tried to delete a namespace, definition, "
                "node pool or admission policy: ask who and why; docs/runbooks/removal.md"
            ),
            namespace=names.cell_metrics(cell.fleet),
            metric_name=f"break-glass-{cell.name}",
            statistic="Sum",
            period=60,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[names.alarm_topic_arn(cell.region)],
        )
