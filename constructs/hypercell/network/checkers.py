"""The networks that Route 53's health checkers call from, as one prefix list of the fleet's own."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from fleet import prefixlists
from fleet.region import Region


class HealthCheckers(Construct):
    """A list that every cell's health check group refers to: one rule, and one place to change.

    AWS keeps such a list too, but publishes its ids nowhere (`fleet.prefixlists`).

    Attributes:
        list_id: token.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region) -> None:
        super().__init__(scope, id)
        checkers = ec2.CfnPrefixList(
            self,
            "List",
            prefix_list_name=f"{region.fleet.name}-{region.code}-health-checkers",
            address_family="IPv4",
            # Room and not length: it counts against the rules of each group that refers to the list.
            max_entries=prefixlists.HEALTH_CHECKERS_WEIGHT,
            entries=[
                ec2.CfnPrefixList.EntryProperty(cidr=cidr, description="Route 53 health checkers")
                for cidr in prefixlists.HEALTH_CHECKERS
            ],
        )
        self.list_id = checkers.attr_prefix_list_id
