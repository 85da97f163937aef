"""Aurora DSQL: one cluster of a generation in one region."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dsql as dsql
from constructs import Construct

from fleet import backup, geography, names
from fleet.database import Generation
from hypercell.policy import Document, Statement, document

CONNECT = ["dsql:DbConnect", "dsql:DbConnectAdmin"]


class DsqlCluster(Construct):
    """One cluster. No L2 has keys, peers or a policy (aws-cdk-lib 2.275).

    A generation with two regions is born `pending`: a cluster that names its witness and no peer waits for one
    (PENDING_SETUP), and a cluster that names neither is single-region for ever. Linking adds the peer's ARN. The
    logical id carries the generation's number, so that two generations in one stack could never be one resource.

    Attributes:
        identifier, arn, endpoint: minted by DSQL.
        private_endpoint: name of the cluster behind an interface endpoint with private DNS.
        service_name: what such an endpoint is made for.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        generation: Generation,
        key_arn: str,
        policy: Document,
        peer_arn: str | None = None,
    ) -> None:
        """
        Args:
            policy: who may connect from where (`only_from_network`, `only_callers`).
            peer_arn: ARN of the peer's cluster, once the pair is `linked`.
        """
        super().__init__(scope, id)
        cluster = dsql.CfnCluster(
            self,
            f"Gen{generation.number}",
            deletion_protection_enabled=True,
            kms_encryption_key=key_arn,
            multi_region_properties=_peers(generation, peer_arn),
            policy_document=cdk.Stack.of(self).to_json_string(policy),
            tags=[
                cdk.CfnTag(key="Name", value=f"{generation.database.name}-g{generation.number}"),
                cdk.CfnTag(key=backup.TAG, value=backup.DATABASES),
            ],
        )
        # The bookings themselves: they outlive every stack.
        cluster.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        self.identifier = cluster.attr_identifier
        self.arn = cluster.attr_resource_arn
        self.endpoint = cluster.attr_endpoint
        self.private_endpoint = cluster.attr_vpc_endpoint
        self.service_name = cluster.attr_vpc_endpoint_service_name


def _peers(generation: Generation, peer_arn: str | None) -> dsql.CfnCluster.MultiRegionPropertiesProperty | None:
    if not generation.paired:
        return None
    return dsql.CfnCluster.MultiRegionPropertiesProperty(
        witness_region=generation.witness, clusters=None if peer_arn is None else [peer_arn]
    )


def only_from_network(generation: Generation, region: str, vpc_id: str) -> Document:
    """Nobody connects but from the region's VPC, by its interface endpoint; who, identity policies say.

    The one exception is the keeper, which only wakes the cluster. A policy of a cluster cannot speak of other
    accounts' principals (DSQL user guide, resource-based-policies), and need not: callers are roles of this account.
    That the condition holds for an endpoint in another account is not verified on AWS.
    """
    keeper = names.database_keeper_arn(generation.database.fleet, geography.code(region))
    elsewhere = {"StringNotEquals": {"aws:SourceVpc": vpc_id}, "ArnNotEquals": {"aws:PrincipalArn": keeper}}
    return document(_refuse("OutsideTheNetwork", CONNECT, elsewhere))


def only_callers(generation: Generation, region: str) -> Document:
    """From anywhere, but only the callers' roles of the region, and the keeper.

    Roles are matched by the pattern of their names: a new service changes no database. Administrators
    (`dsql:DbConnectAdmin`) come from anywhere too; their own policies decide.
    """
    fleet, code = generation.database.fleet, geography.code(region)
    admitted = [names.database_keeper_arn(fleet, code)]
    if region in fleet.regions:
        admitted.append(names.caller_roles(fleet.regions[region]))
    others = {"ArnNotLike": {"aws:PrincipalArn": admitted}}
    return document(_refuse("NoCaller", CONNECT[:1], others))


def _refuse(sid: str, actions: list[str], conditions: Document) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": "*",
        "Condition": conditions,
    }
