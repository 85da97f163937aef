"""Who a service's pods are in the region's account."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import names
from fleet.region import Region
from fleet.service import Service
from hypercell.policy import Statement, allow, document, trust

PUT = {
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStreamSummary"),
    "firehose": ("firehose:PutRecord", "firehose:PutRecordBatch"),
}


class ServiceRole(Construct):
    """The service's role: for its own service account, in its own namespace, in the cells it is placed in.

    Pod Identity says in session tags for whom it asks; without these conditions any association of the account could
    have the role. What it may do is the sum of what the service declares; a service that declares nothing has a role
    that may do nothing, and an identity to be told apart by.
    """

    def __init__(
        self, scope: Construct, id: str, *, service: Service, region: Region, statements: Sequence[Statement]
    ) -> None:
        super().__init__(scope, id)
        clusters = [names.cluster_arn(cell) for cell in service.cells_in(region)]
        conditions = {
            "StringEquals": {
                "aws:SourceAccount": region.account_id,
                "aws:RequestTag/eks-cluster-arn": clusters,
                "aws:RequestTag/kubernetes-namespace": names.namespace(service),
                "aws:RequestTag/kubernetes-service-account": names.service_account(service),
            }
        }
        policy = iam.CfnRole.PolicyProperty(policy_name="service", policy_document=document(*statements))
        iam.CfnRole(
            self,
            "Role",
            role_name=names.service_role(service, region),
            description=f"{service.name} in {region.name}",
            assume_role_policy_document=trust("pods.eks", conditions, ("sts:AssumeRole", "sts:TagSession")),
            policies=[policy] if statements else None,
        )


def open_database(service: Service, region: Region) -> list[Statement]:
    """What reaching the database takes on this side: its address, and the role that may log in."""
    database = service.database_in(region)
    if database is None:
        return []
    return [
        read_parameters("FindDatabase", region, [names.database_parameter(database)]),
        allow("TakeCaller", ["sts:AssumeRole", "sts:TagSession"], [names.caller_role_arn(service, region)]),
    ]


def emit(service: Service, region: Region, lake_key_arn: str) -> list[Statement]:
    """Writing to the region's own streams: a bronze stream is a delivery stream alone."""
    found: dict[str, list[str]] = {"kinesis": [], "firehose": []}
    for key in service.emits:
        bronze = region.fleet.streams[key].tier == "bronze"
        api, kind = ("firehose", "deliverystream") if bronze else ("kinesis", "stream")
        found[api].append(names.arn(region, api, f"{kind}/{names.stream(region.fleet, key)}"))
    statements = [allow(f"Emit{names.pascal(api)}", PUT[api], arns) for api, arns in found.items() if arns]
    if found["kinesis"]:
        # Who writes to an encrypted stream draws the data key; Firehose draws its own.
        statements.append(use_key("EmitEncrypted", region, lake_key_arn, ["kms:GenerateDataKey"], ["kinesis"]))
    return statements


def read_parameters(sid: str, region: Region, parameters: Sequence[str]) -> Statement:
    """Reading SSM parameters by name."""
    arns = [names.arn(region, "ssm", f"parameter{name}") for name in parameters]
    return allow(sid, ["ssm:GetParameter", "ssm:GetParameters"], arns)


def use_key(sid: str, region: Region, key_arn: str, actions: Sequence[str], via: Sequence[str]) -> Statement:
    """A key, through these AWS services alone."""
    services = [f"{service}.{region.name}.amazonaws.com" for service in via]
    return allow(sid, actions, [key_arn], {"StringEquals": {"kms:ViaService": services}})
