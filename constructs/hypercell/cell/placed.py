"""What the services placed in a cell may do there: their identities, and what the cell's controllers do for them."""

from __future__ import annotations

import json

from aws_cdk import aws_eks as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from fleet import names
from fleet.cell import Cell
from hypercell.cell.policy import arn
from hypercell.policy import allow, document


class PlacedServices(Construct):
    """A Pod Identity association for each service of the cell, and its share in two of the cell's controllers.

    Moving a service into or out of a cell changes this and nothing of the cell itself. A cell without services keeps
    the list of them, which is then empty.
    """

    def __init__(self, scope: Construct, id: str, *, cell: Cell, data_key_arn: str) -> None:
        """
        Args:
            data_key_arn: the region's key `data`, which the services' secrets are encrypted with.
        """
        super().__init__(scope, id)
        ssm.CfnParameter(
            self,
            "Hosted",
            name=names.hosted_parameter(cell),
            type="String",
            description=f"Services placed in {cell.name}",
            value=json.dumps(sorted(service.name for service in cell.services)),
        )
        for service in cell.services:
            eks.CfnPodIdentityAssociation(
                self,
                names.pascal(service.name),
                cluster_name=names.cluster(cell),
                namespace=names.namespace(service),
                service_account=names.service_account(service),
                role_arn=names.service_role_arn(service, cell.region),
                # No target role: it would replace this one, and with it the way to queues, tables and streams. Pods
                # chain into the data account themselves, and only for their database.
                # The tags say which cell and namespace asks; roles in both accounts are bound to them.
                disable_session_tags=False,
            )
        self._let_secrets_be_read(cell, data_key_arn)
        self._let_queues_be_counted(cell)

    def _let_secrets_be_read(self, cell: Cell, key_arn: str) -> None:
        secrets = [
            arn(cell, "secretsmanager", f"secret:{names.service_secret(service, secret)}-??????")
            for service in cell.services
            for secret in service.secrets
        ]
        if not secrets:
            return
        via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{cell.region.name}.amazonaws.com"}}
        iam.CfnManagedPolicy(
            self,
            "Secrets",
            roles=[names.cell_role(cell, "external-secrets")],
            policy_document=document(
                allow("ReadSecrets", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], secrets),
                allow("OpenSecrets", ["kms:Decrypt"], [key_arn], via),
            ),
        )

    def _let_queues_be_counted(self, cell: Cell) -> None:
        queues = [
            arn(cell, "sqs", names.queue(service, service.scale.queue, fifo=service.queues[service.scale.queue].fifo))
            for service in cell.services
            if service.scale.queue is not None
        ]
        if queues:
            iam.CfnManagedPolicy(
                self,
                "Queues",
                roles=[names.cell_role(cell, "keda")],
                policy_document=document(allow("CountMessages", ["sqs:GetQueueAttributes"], queues)),
            )
