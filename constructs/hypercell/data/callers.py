"""Roles of the data account that pods of a region become when they open their database."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import names
from fleet.region import Region
from fleet.service import Service
from hypercell.policy import account, allow, document


class DatabaseCaller(Construct):
    """The role of one service in one region. Only the service's own role may take it, and only from its own pods.

    Pods chain into it themselves (`DATABASE_ROLE`), beside the role they already have for queues, tables and streams;
    a target role of the Pod Identity association would replace that one. Pod Identity's session tags are transitive:
    at the second role they stand on the principal that asks. Not verified on AWS.
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Service, region: Region, cluster_arns: Sequence[str]
    ) -> None:
        """
        Args:
            cluster_arns: the clusters it may connect to, in its own region.
        """
        super().__init__(scope, id)
        conditions = {
            "ArnEquals": {"aws:PrincipalArn": names.service_role_arn(service, region)},
            "StringEquals": {
                "aws:PrincipalTag/kubernetes-namespace": names.namespace(service),
                "aws:PrincipalTag/kubernetes-service-account": names.service_account(service),
            },
            "ArnLike": {"aws:PrincipalTag/eks-cluster-arn": names.clusters(region)},
        }
        iam.CfnRole(
            self,
            "Role",
            role_name=names.caller_role(service, region),
            description=f"{service.name} in {region.name}, at its database",
            assume_role_policy_document=document(
                {
                    "Effect": "Allow",
                    "Principal": account(region.account_id),
                    # The tags travel along, and who passes tags needs to be allowed to.
                    "Action": ["sts:AssumeRole", "sts:TagSession"],
                    "Condition": conditions,
                }
            ),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="connect",
                    # As a role of the database, never as its administrator.
                    policy_document=document(allow("Connect", ["dsql:DbConnect"], cluster_arns)),
                )
            ],
        )
