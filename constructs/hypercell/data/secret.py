"""A service's secret."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from fleet import names
from fleet.service import Service
from hypercell.policy import Statement, allow


class ServiceSecret(Construct):
    """A secret without a value: what goes in is a partner's, and somebody puts it there by hand.

    A generated value would look like a key and open nothing; without a value the pods wait for it, visibly.

    Attributes:
        grants: what the service's role may do with it.
    """

    def __init__(self, scope: Construct, id: str, *, service: Service, secret: str, key_arn: str) -> None:
        super().__init__(scope, id)
        name = names.service_secret(service, secret)
        resource = secretsmanager.CfnSecret(
            self,
            "Secret",
            name=name,
            description=f"{secret} of {service.name}; its value is put by hand",
            kms_key_id=key_arn,
        )
        # A partner's key is asked for by letter, and answered in weeks.
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
        self.grants: list[Statement] = [allow(f"Secret{names.pascal(secret)}", actions, [resource.ref])]
