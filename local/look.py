"""The picture of a standing fleet, made from what the APIs answered, never from a template.

The fleet tells only where to look: which stack is which cell's, which names traffic goes through.
"""

from __future__ import annotations

import json
from typing import Any

from fleet import names
from fleet.cell import Cell
from fleet.database import Generation
from fleet.model import Fleet
from fleet.region import Region
from local.compare import ReadBack
from local.deploy import Stood
from local.picture import (
    CachePicture,
    CellPicture,
    ClusterPicture,
    DatabasePicture,
    HostPicture,
    MarketPicture,
    Picture,
    RegionPicture,
    StreamPicture,
    Totals,
    WayOut,
    ZonePicture,
)
from local.readings import Thing, Things


def picture(fleet: Fleet, read: ReadBack) -> Picture:
    """The picture of everything that was read."""
    look = _Look(fleet, read)
    markets = tuple(
        MarketPicture(name, tuple(look.region(region) for region in regions)) for name, regions in fleet.markets.items()
    )
    stood = read.deployment.stacks.values()
    types = {definition["Type"] for stack in stood for definition in stack.synthesized.resources.values()}
    totals = Totals(
        stacks=len(read.deployment.stacks),
        resources=read.deployment.resources,
        types=len(types),
        recorded=read.deployment.recorded,
        compared=read.compared,
    )
    zones = [one["Id"].rpartition("/")[2] for one in look.edge("HostedZone") if one["Name"] == f"{fleet.domain}."]
    return Picture(
        fleet.name, fleet.domain, dict(fleet.accounts), zones[0], markets, look.databases(), look.hosts(), totals
    )


class _Look:
    """Where to look, and what was found there."""

    def __init__(self, fleet: Fleet, read: ReadBack) -> None:
        self._fleet, self._read = fleet, read
        self._weights = {
            (record["Name"].rstrip("."), record["SetIdentifier"]): int(record["Weight"])
            for record in self.edge("RecordSet")
            if "Weight" in record
        }

    def edge(self, noun: str) -> list[Thing]:
        """Things of Route 53 in the edge account."""
        account, region = self._fleet.accounts["edge"], self._fleet.edge.control_region
        return list(self._read.of(f"AWS::Route53::{noun}", account, region).values())

    def _in(self, region: Region, type_name: str) -> Things:
        return self._read.of(type_name, region.account_id, region.name)

    def _made_by(self, stack: Stood, type_name: str) -> list[Thing]:
        """What stands of a type that CloudFormation made for a stack."""
        found = (
            self._read.one(stack, logical_id)
            for logical_id, definition in stack.synthesized.resources.items()
            if definition["Type"] == type_name
        )
        return [thing for thing in found if thing is not None]

    def _stack(self, *parts: str) -> Stood:
        return self._read.deployment.stacks[names.stack(self._fleet, *parts)]

    # --- regions ------------------------------------------------------------------------------------------------

    def region(self, region: Region) -> RegionPicture:
        network = self._stack(region.code, "network")
        (vpc,) = self._made_by(network, "AWS::EC2::VPC")
        blocks = tuple(block["CidrBlock"] for block in vpc["CidrBlockAssociationSet"])
        fleet_streams = {names.stream(self._fleet, name) for name in self._fleet.streams}
        return RegionPicture(
            name=region.name,
            account=vpc["OwnerId"],
            vpc=vpc["VpcId"],
            networks=blocks,
            weight=self._weights.get((names.market_origin(self._fleet, region.market), region.code)),
            zones=tuple(self._zone(region, vpc["VpcId"], zone) for zone in region.zones),
            cells=tuple(self._cell(cell) for cell in region.standing_cells),
            streams=tuple(
                _stream(stream)
                for name, stream in self._in(region, "AWS::Kinesis::Stream").items()
                if name in fleet_streams
            ),
            caches=tuple(_cache(cache) for cache in self._in(region, "AWS::ElastiCache::ReplicationGroup").values()),
        )

    def _zone(self, region: Region, vpc: str, zone: str) -> ZonePicture:
        subnets = {
            subnet["SubnetId"]
            for subnet in self._in(region, "AWS::EC2::Subnet").values()
            if subnet["AvailabilityZoneId"] == zone and subnet["VpcId"] == vpc
        }
        targets: dict[str, int] = {}
        for cell in region.standing_cells:
            for target in self._targets(cell, subnets):
                targets[target] = targets.get(target, 0) + 1
        ways = tuple(self._way(region, subnets, target, shards) for target, shards in sorted(targets.items()))
        return ZonePicture(zone, len(subnets), ways)

    def _targets(self, cell: Cell, subnets: set[str]) -> list[str]:
        """Where the default routes of a cell's route tables in some subnets lead."""
        stack = self._stack(cell.region.code, cell.key, "cell")
        found = []
        for table in self._made_by(stack, "AWS::EC2::RouteTable"):
            if any(association.get("SubnetId") in subnets for association in table["Associations"]):
                found += [
                    str(route.get("NatGatewayId") or route.get("NetworkInterfaceId") or route.get("GatewayId"))
                    for route in table["Routes"]
                    if route.get("DestinationCidrBlock") == "0.0.0.0/0"
                ]
        return found

    def _way(self, region: Region, subnets: set[str], target: str, shards: int) -> WayOut:
        gateways = {
            gateway["NatGatewayId"]: gateway["NatGatewayAddresses"][0].get("PublicIp", "")
            for gateway in self._in(region, "AWS::EC2::NatGateway").values()
            if gateway["SubnetId"] in subnets
        }
        instances = {
            one["NetworkInterfaceId"]: one["PublicIp"]
            for one in self._in(region, "AWS::EC2::EIPAssociation").values()
            if one["NetworkInterfaceId"] in self._interfaces(region, subnets)
        }
        others = {**gateways, **instances}
        address = others.pop(target, "")
        kind = "gateway" if target in gateways else "instance" if target in instances else "?"
        return WayOut(target, kind, address, shards, ", ".join(others.values()))

    def _interfaces(self, region: Region, subnets: set[str]) -> set[str]:
        """Interfaces of NAT instances in some subnets: those that forward for others."""
        return {
            identifier
            for identifier, interface in self._in(region, "AWS::EC2::NetworkInterface").items()
            if interface["SubnetId"] in subnets and not interface["SourceDestCheck"]
        }

    # --- cells --------------------------------------------------------------------------------------------------

    def _cell(self, cell: Cell) -> CellPicture:
        stack = self._stack(cell.region.code, cell.key, "cell")
        (cluster,) = self._made_by(stack, "AWS::EKS::Cluster")
        groups = self._made_by(stack, "AWS::EKS::Nodegroup")
        subnets = self._made_by(stack, "AWS::EC2::Subnet")
        # Networks of its own for the control plane; in Auto Mode it shares those of the nodes.
        control_plane = set(cluster["resourcesVpcConfig"]["subnetIds"])
        entrances = [
            one["DNSName"]
            for one in self._made_by(stack, "AWS::ElasticLoadBalancingV2::LoadBalancer")
            if one["Scheme"] == "internet-facing"
        ]
        hosted = self._in(cell.region, "AWS::SSM::Parameter").get(names.hosted_parameter(cell), {"Value": "[]"})
        return CellPicture(
            name=cell.name,
            weight=self._weights.get((names.region_origin(cell.region), cell.name)),
            kubernetes=cluster["version"],
            status=cluster["status"],
            nodes=", ".join(f"{g['scalingConfig']['minSize']}-{g['scalingConfig']['maxSize']}" for g in groups)
            or "auto",
            image=", ".join(group["releaseVersion"] for group in groups),
            subnets=tuple(one["CidrBlock"] for one in subnets if one["SubnetId"] not in control_plane)
            or tuple(one["CidrBlock"] for one in subnets),
            entrance=", ".join(entrances),
            services=tuple(sorted(json.loads(hosted["Value"]))),
        )

    # --- data and edge ------------------------------------------------------------------------------------------

    def databases(self) -> tuple[DatabasePicture, ...]:
        found: dict[tuple[str, int], list[ClusterPicture]] = {}
        regions: dict[str, str] = {}
        for stack in self._read.deployment.stacks.values():
            plan = stack.synthesized.plan
            if isinstance(plan.subject, Generation):
                for cluster in self._made_by(stack, "AWS::DSQL::Cluster"):
                    regions[cluster["arn"]] = plan.region
        for stack in self._read.deployment.stacks.values():
            plan = stack.synthesized.plan
            if isinstance(plan.subject, Generation):
                key = (plan.subject.database.name, plan.subject.number)
                for cluster in self._made_by(stack, "AWS::DSQL::Cluster"):
                    found.setdefault(key, []).append(_database_cluster(plan.region, cluster, regions))
        return tuple(DatabasePicture(name, number, tuple(clusters)) for (name, number), clusters in found.items())

    def hosts(self) -> tuple[HostPicture, ...]:
        account = self._fleet.accounts["edge"]
        firewalls = {
            one["ARN"]: one["Name"] for one in self._read.of("AWS::WAFv2::WebACL", account, "us-east-1").values()
        }
        distributions = self._read.of("AWS::CloudFront::Distribution", account, "us-east-1").values()
        return tuple(
            HostPicture(
                names=tuple(one["Aliases"].get("Items", [])),
                distribution=one["Id"],
                domain=one["DomainName"],
                firewall=str(firewalls.get(one["WebACLId"], one["WebACLId"])),
                origin=", ".join(origin["DomainName"] for origin in one["Origins"]["Items"]),
            )
            for one in distributions
        )


def _database_cluster(region: str, cluster: Thing, regions: dict[str, str]) -> ClusterPicture:
    paired = cluster.get("multiRegionProperties") or {}
    return ClusterPicture(
        region=region,
        identifier=cluster["identifier"],
        status=cluster["status"],
        witness=paired.get("witnessRegion", ""),
        peers=tuple(regions.get(arn, arn) for arn in paired.get("clusters", [])),
    )


def _stream(stream: dict[str, Any]) -> StreamPicture:
    return StreamPicture(
        stream["StreamName"],
        stream["StreamModeDetails"]["StreamMode"],
        stream["OpenShardCount"],
        stream["RetentionPeriodHours"],
    )


def _cache(cache: dict[str, Any]) -> CachePicture:
    nodes = sum(len(group.get("NodeGroupMembers", [])) for group in cache.get("NodeGroups", []))
    return CachePicture(cache["ReplicationGroupId"], cache["Shards"], nodes, cache["Status"])
