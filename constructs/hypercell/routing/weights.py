"""The record tree from `origin.<domain>` down to the cells: latency, then weights, then weights.

    origin.<domain>            latency, one record a region   -> its market
    us.origin.<domain>         weighted, one record a region  -> the region
    use1.origin.<domain>       weighted, one record a cell    -> the cell's address

Every record is an alias inside the one zone and evaluates its target: an unhealthy cell drops out of its region, a
region without cells out of its market, a market without regions out of the answer. An alias has no TTL of its own;
viewers never see these names, CloudFront asks for them.

A weight of 0 keeps its record: the set's identity stays, and moving traffic back is one number.
"""

from __future__ import annotations

from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet import names
from fleet.region import Region


class RegionTraffic(Construct):
    """All records that a region owns: its cells' weights, its own weight, its place in the world.

    Args:
        cell_checks: cell key to the id of its check.
        region_check: id of the region's calculated check.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: Region,
        zone_id: str,
        cell_checks: dict[str, str],
        region_check: str,
    ) -> None:
        super().__init__(scope, id)
        fleet = region.fleet
        market = names.market_origin(fleet, region.market)

        def alias(
            key: str,
            name: str,
            target: str,
            *,
            identifier: str,
            weight: int | None = None,
            latency_of: str | None = None,
            check: str | None = None,
        ) -> route53.CfnRecordSet:
            return route53.CfnRecordSet(
                self,
                key,
                hosted_zone_id=zone_id,
                name=name,
                type="A",
                set_identifier=identifier,
                weight=weight,
                region=latency_of,
                health_check_id=check,
                alias_target=route53.CfnRecordSet.AliasTargetProperty(
                    dns_name=target, hosted_zone_id=zone_id, evaluate_target_health=True
                ),
            )

        cells = [
            alias(
                f"Cell{names.pascal(cell.key)}",
                names.region_origin(region),
                names.cell_origin(cell),
                identifier=cell.name,
                weight=cell.effective_weight,
                check=cell_checks[cell.key],
            )
            for cell in region.standing_cells
        ]
        share = alias(
            "Share",
            market,
            names.region_origin(region),
            identifier=region.code,
            weight=region.weight,
            check=region_check,
        )
        # One latency record a region, all of a market's to the same target: near any of its regions is near the
        # market, and each region's stack owns its own records and no other's.
        nearest = alias("Nearest", names.origin(fleet), market, identifier=region.code, latency_of=region.name)
        # Route 53 refuses an alias whose target is not there yet.
        for cell in cells:
            share.add_resource_dependency(cell)
        nearest.add_resource_dependency(share)
