"""The one public zone: every name the fleet answers to, and who may certify it."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet.model import Fleet


class PublicZone(Construct):
    """The hosted zone of the fleet's domain. No delegation: weights and addresses are records of this one zone.

    Decided:
        Accelerated recovery is on: records can be changed while us-east-1, where Route 53's control plane lives, is
        down. That is when weights are needed most.
        No query logging: its log group must be in us-east-1, before the zone; it would log CloudFront's resolvers
        asking for the origin, and CloudFront's own logs name the viewers.
        No DNSSEC: the chain needs a record in the parent zone, written by hand at the registrar, and one wrong order
        of steps takes every name down at once. Its key would live in us-east-1 alone.

    Attributes:
        zone_id: minted by Route 53.
        name_servers: what the registrar must hold, separated by spaces.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id)
        zone = route53.CfnHostedZone(
            self,
            "Resource",
            name=fleet.domain,
            hosted_zone_config=route53.CfnHostedZone.HostedZoneConfigProperty(comment=f"Public zone of {fleet.name}"),
            hosted_zone_features=route53.CfnHostedZone.HostedZoneFeaturesProperty(enable_accelerated_recovery=True),
        )
        # A second zone of the same domain gets other name servers: the domain is dark until the registrar is changed.
        zone.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        self.zone_id = zone.ref
        self.name_servers = cdk.Fn.join(" ", zone.attr_name_servers)


class IssuersAllowed(Construct):
    """CAA: Amazon for CloudFront's certificates, Let's Encrypt for the cells' gateways, by DNS only, and nobody else.

    Wildcards are Amazon's, and Let's Encrypt's where the cells certify one: a host family of theirs has such a name.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, zone_id: str, report_to: str) -> None:
        super().__init__(scope, id)
        # Whoever gets hold of an answer on port 80 still cannot get a certificate (RFC 8657).
        by_dns = "letsencrypt.org; validationmethods=dns-01"
        certified = [name for host in fleet.edge.hosts.values() if host.origin == "cells" for name in host.names]
        wild = [f'0 issuewild "{by_dns}"'] if any(name.startswith("*.") for name in certified) else []
        route53.CfnRecordSet(
            self,
            "Resource",
            hosted_zone_id=zone_id,
            name=fleet.domain,
            type="CAA",
            ttl="3600",
            resource_records=[
                '0 issue "amazon.com"',
                f'0 issue "{by_dns}"',
                '0 issuewild "amazon.com"',
                *wild,
                f'0 iodef "mailto:{report_to}"',
            ],
        )
