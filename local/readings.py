"""What stands, asked from the APIs: how to list each type that the picture shows, and which properties must agree.

Nothing here looks at a template. A listing gives objects by the key that `Ref` (and, where `Ref` is not unique, the
properties) leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Thing = dict[str, Any]
Clients = Callable[[str], Any]
"""Service -> boto3 client, of one account and region."""
Things = dict[str, Thing]


@dataclass(frozen=True)
class Reading:
    """How the resources of a type are read back."""

    type: str
    list: Callable[[Clients], Things]
    compared: Mapping[str, str] = field(hash=False)
    """Property of the template -> path in what was read."""
    key: tuple[str, ...] = ()
    """Properties that make the key, when `Ref` does not."""


def _paged(client: Any, operation: str, member: str, **parameters: Any) -> list[Thing]:
    if not client.can_paginate(operation):
        found: list[Thing] = getattr(client, operation)(**parameters)[member]
        return found
    return [one for page in client.get_paginator(operation).paginate(**parameters) for one in page.get(member, [])]


def _by(service: str, operation: str, member: str, key: str, **parameters: Any) -> Callable[[Clients], Things]:
    """A plain listing: one call (paged), one member, one key."""

    def listing(clients: Clients) -> Things:
        return {str(one[key]): one for one in _paged(clients(service), operation, member, **parameters)}

    return listing


def route_key(table: str, destination: str) -> str:
    return f"{table} {destination}"


def _routes(clients: Clients) -> Things:
    tables = _paged(clients("ec2"), "describe_route_tables", "RouteTables")
    return {
        route_key(table["RouteTableId"], route["DestinationCidrBlock"]): route
        for table in tables
        for route in table["Routes"]
        if "DestinationCidrBlock" in route
    }


def _associations(clients: Clients) -> Things:
    tables = _paged(clients("ec2"), "describe_route_tables", "RouteTables")
    return {one["RouteTableAssociationId"]: one for table in tables for one in table["Associations"]}


def _blocks(clients: Clients) -> Things:
    vpcs = _paged(clients("ec2"), "describe_vpcs", "Vpcs")
    return {
        one["AssociationId"]: {**one, "VpcId": vpc["VpcId"]} for vpc in vpcs for one in vpc["CidrBlockAssociationSet"]
    }


def _address_associations(clients: Clients) -> Things:
    found = clients("ec2").describe_addresses()["Addresses"]
    return {one["AssociationId"]: one for one in found if one.get("AssociationId")}


def _clusters(clients: Clients) -> Things:
    eks = clients("eks")
    names = _paged(eks, "list_clusters", "clusters")
    return {str(name): eks.describe_cluster(name=name)["cluster"] for name in names}


def _node_groups(clients: Clients) -> Things:
    eks, found = clients("eks"), {}
    for cluster in _paged(eks, "list_clusters", "clusters"):
        for name in _paged(eks, "list_nodegroups", "nodegroups", clusterName=cluster):
            found[f"{cluster}/{name}"] = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    return found


def _dsql(clients: Clients) -> Things:
    dsql = clients("dsql")
    found = {}
    for one in dsql.list_clusters()["clusters"]:
        found[one["identifier"]] = dsql.get_cluster(identifier=one["identifier"])
    return found


def _streams(clients: Clients) -> Things:
    kinesis = clients("kinesis")
    names = _paged(kinesis, "list_streams", "StreamNames")
    return {str(name): kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"] for name in names}


def record_key(zone: str, name: str, kind: str, identifier: str) -> str:
    return f"{zone} {name.rstrip('.').lower()} {kind} {identifier}".rstrip()


def _records(clients: Clients) -> Things:
    route53, found = clients("route53"), {}
    for zone in _paged(route53, "list_hosted_zones", "HostedZones"):
        identifier = zone["Id"].rpartition("/")[2]
        for one in _paged(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=identifier):
            key = record_key(identifier, one["Name"], one["Type"], one.get("SetIdentifier", ""))
            found[key] = {**one, "Zone": identifier}
    return found


def _zones(clients: Clients) -> Things:
    zones = _paged(clients("route53"), "list_hosted_zones", "HostedZones")
    return {zone["Id"].rpartition("/")[2]: zone for zone in zones}


def _distributions(clients: Clients) -> Things:
    listed = clients("cloudfront").list_distributions()["DistributionList"].get("Items", [])
    return {one["Id"]: one for one in listed}


def _web_acls(clients: Clients) -> Things:
    listed = clients("wafv2").list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    return {f"{one['Name']}|{one['Id']}|CLOUDFRONT": {**one, "Scope": "CLOUDFRONT"} for one in listed}


def _caches(clients: Clients) -> Things:
    groups = _paged(clients("elasticache"), "describe_replication_groups", "ReplicationGroups")
    return {
        one["ReplicationGroupId"]: {
            **one,
            "Shards": len(one.get("NodeGroups", [])),
            "Replicas": len(one["NodeGroups"][0].get("NodeGroupMembers", [])) - 1 if one.get("NodeGroups") else 0,
            "MultiAZEnabled": one.get("MultiAZ") == "enabled",
        }
        for one in groups
    }


def _parameters(clients: Clients) -> Things:
    found = _paged(clients("ssm"), "get_parameters_by_path", "Parameters", Path="/", Recursive=True)
    return {one["Name"]: one for one in found}


def _buckets(clients: Clients) -> Things:
    """S3 lists the buckets of an account; where one lives is asked of it."""
    s3, found = clients("s3"), {}
    for one in s3.list_buckets()["Buckets"]:
        name = one["Name"]
        region = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
        found[name] = {"Name": name, "Region": region, "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com"}
    return found


READINGS: tuple[Reading, ...] = (
    Reading("AWS::EC2::VPC", _by("ec2", "describe_vpcs", "Vpcs", "VpcId"), {"CidrBlock": "CidrBlock"}),
    Reading("AWS::EC2::VPCCidrBlock", _blocks, {"CidrBlock": "CidrBlock", "VpcId": "VpcId"}),
    Reading(
        "AWS::EC2::Subnet", _by("ec2", "describe_subnets", "Subnets", "SubnetId"),
        {"CidrBlock": "CidrBlock", "AvailabilityZoneId": "AvailabilityZoneId", "VpcId": "VpcId"},
    ),
    Reading(
        "AWS::EC2::RouteTable", _by("ec2", "describe_route_tables", "RouteTables", "RouteTableId"), {"VpcId": "VpcId"}
    ),
    Reading(
        "AWS::EC2::SubnetRouteTableAssociation", _associations,
        {"SubnetId": "SubnetId", "RouteTableId": "RouteTableId"},
    ),
    Reading(
        "AWS::EC2::Route", _routes,
        {"GatewayId": "GatewayId", "NatGatewayId": "NatGatewayId", "NetworkInterfaceId": "NetworkInterfaceId"},
        key=("RouteTableId", "DestinationCidrBlock"),
    ),
    Reading("AWS::EC2::EIP", _by("ec2", "describe_addresses", "Addresses", "PublicIp"), {"Domain": "Domain"}),
    Reading(
        "AWS::EC2::EIPAssociation", _address_associations,
        {"AllocationId": "AllocationId", "NetworkInterfaceId": "NetworkInterfaceId"},
    ),
    Reading(
        "AWS::EC2::NatGateway", _by("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId"),
        {"SubnetId": "SubnetId", "AllocationId": "NatGatewayAddresses.0.AllocationId"},
    ),
    Reading(
        "AWS::EC2::NetworkInterface",
        _by("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        {"SubnetId": "SubnetId", "PrivateIpAddress": "PrivateIpAddress", "SourceDestCheck": "SourceDestCheck"},
    ),
    Reading(
        "AWS::AutoScaling::AutoScalingGroup",
        _by("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
        {"MinSize": "MinSize", "MaxSize": "MaxSize"},
    ),
    Reading(
        "AWS::EKS::Cluster", _clusters,
        {
            "Name": "name",
            "Version": "version",
            "ResourcesVpcConfig.SubnetIds": "resourcesVpcConfig.subnetIds",
            "KubernetesNetworkConfig.ServiceIpv4Cidr": "kubernetesNetworkConfig.serviceIpv4Cidr",
        },
    ),
    Reading(
        "AWS::EKS::Nodegroup", _node_groups,
        {
            "ClusterName": "clusterName",
            "ReleaseVersion": "releaseVersion",
            "ScalingConfig.MinSize": "scalingConfig.minSize",
            "ScalingConfig.MaxSize": "scalingConfig.maxSize",
            "InstanceTypes": "instanceTypes",
            "CapacityType": "capacityType",
            "Subnets": "subnets",
        },
    ),
    Reading(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        _by("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
        {"Name": "LoadBalancerName", "Scheme": "Scheme", "Type": "Type"},
    ),
    Reading("AWS::Route53::HostedZone", _zones, {"Name": "Name"}),
    Reading(
        "AWS::Route53::RecordSet", _records,
        {
            "Weight": "Weight",
            "Region": "Region",
            "TTL": "TTL",
            "HealthCheckId": "HealthCheckId",
            "AliasTarget.DNSName": "AliasTarget.DNSName",
            "AliasTarget.HostedZoneId": "AliasTarget.HostedZoneId",
            "AliasTarget.EvaluateTargetHealth": "AliasTarget.EvaluateTargetHealth",
        },
        key=("HostedZoneId", "Name", "Type", "SetIdentifier"),
    ),
    Reading(
        "AWS::Route53::HealthCheck", _by("route53", "list_health_checks", "HealthChecks", "Id"),
        {
            f"HealthCheckConfig.{name}": f"HealthCheckConfig.{name}"
            for name in ("Type", "FullyQualifiedDomainName", "Port", "ResourcePath", "HealthThreshold", "ChildHealthChecks")
        },
    ),
    Reading(
        "AWS::DSQL::Cluster", _dsql,
        {
            "DeletionProtectionEnabled": "deletionProtectionEnabled",
            "MultiRegionProperties.WitnessRegion": "multiRegionProperties.witnessRegion",
            "MultiRegionProperties.Clusters": "multiRegionProperties.clusters",
        },
    ),
    Reading(
        "AWS::CloudFront::Distribution", _distributions,
        {
            "DistributionConfig.Aliases": "Aliases.Items",
            "DistributionConfig.Enabled": "Enabled",
            "DistributionConfig.WebACLId": "WebACLId",
            "DistributionConfig.Origins.*.DomainName": "Origins.Items.*.DomainName",
        },
    ),
    Reading("AWS::WAFv2::WebACL", _web_acls, {"Name": "Name", "Scope": "Scope"}),
    Reading("AWS::S3::Bucket", _buckets, {}),
    Reading("AWS::SSM::Parameter", _parameters, {"Name": "Name", "Value": "Value"}),
    Reading("AWS::Kinesis::Stream", _streams, {
        "RetentionPeriodHours": "RetentionPeriodHours",
        "ShardCount": "OpenShardCount",
        "StreamModeDetails.StreamMode": "StreamModeDetails.StreamMode",
    }),
    Reading("AWS::ElastiCache::ReplicationGroup", _caches, {
        "NumNodeGroups": "Shards",
        "ReplicasPerNodeGroup": "Replicas",
        "CacheNodeType": "CacheNodeType",
        "TransitEncryptionEnabled": "TransitEncryptionEnabled",
        "MultiAZEnabled": "MultiAZEnabled",
    }),
)  # fmt: skip
"""Every type that the picture shows."""
