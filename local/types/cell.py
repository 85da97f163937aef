"""EKS, its node groups, load balancers, auto scaling groups, queues and their policies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from local.api import Making, Row

Properties = dict[str, Any]


def _cluster_properties(properties: Properties) -> Properties:
    """Logging is a list of objects in CloudFormation and a list of types in the API."""
    logging = properties.pop("Logging", None)
    if logging:
        types = [one["Type"] for one in logging["ClusterLogging"]["EnabledTypes"]]
        properties["Logging"] = {"ClusterLogging": [{"Types": types, "Enabled": True}]}
    return properties


def _cluster(making: Making) -> Mapping[str, Any]:
    """What EKS makes beside the cluster: its security group; and an endpoint of its own.

    moto gives all clusters of a process the same endpoint and issuer.
    """
    from moto.eks.models import eks_backends

    name, place = making.made("name"), making.place
    unique = hashlib.sha256(f"{place.account}/{place.region}/{name}".encode()).hexdigest()[:32].upper()
    cluster = eks_backends[place.account][place.region].clusters[name]
    cluster.endpoint = f"https://{unique}.gr7.{place.region}.eks.amazonaws.com"
    cluster.identity = {"oidc": {"issuer": f"https://oidc.eks.{place.region}.amazonaws.com/id/{unique}"}}
    ec2 = making.client("ec2")
    subnet = making.properties["ResourcesVpcConfig"]["SubnetIds"][0]
    vpc = ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["VpcId"]
    group = ec2.create_security_group(
        GroupName=f"eks-cluster-sg-{name}", Description="EKS created security group", VpcId=vpc
    )
    cluster.resources_vpc_config = {**cluster.resources_vpc_config, "clusterSecurityGroupId": group["GroupId"]}
    return {
        "Endpoint": cluster.endpoint,
        "OpenIdConnectIssuerUrl": cluster.identity["oidc"]["issuer"],
        "ClusterSecurityGroupId": group["GroupId"],
    }


def _attributes_of(kind: str, arn: str) -> Any:
    """Attributes of a load balancer or target group are set by a second call."""

    def finish(making: Making) -> Mapping[str, Any]:
        wanted = making.properties.get(f"{kind}Attributes", [])
        if wanted:
            call = "modify_load_balancer_attributes" if kind == "LoadBalancer" else "modify_target_group_attributes"
            pairs = [{"Key": one["Key"], "Value": str(one["Value"])} for one in wanted]
            getattr(making.client("elbv2"), call)(**{arn: making.made(arn), "Attributes": pairs})
        # app/name/id, targetgroup/name/id: the CloudWatch dimension. (moto says `app` of a network load balancer too.)
        full_name = making.made(arn).rpartition(":")[2].removeprefix("loadbalancer/")
        return {f"{kind}FullName": full_name}

    return finish


def _without(*names: str) -> Any:
    return lambda properties: {name: value for name, value in properties.items() if name not in names}


def _scaling_group(properties: Properties) -> Properties:
    subnets = properties.get("VPCZoneIdentifier")
    if isinstance(subnets, list):
        properties["VPCZoneIdentifier"] = ",".join(subnets)
    return properties


def _scaling_details(making: Making) -> None:
    """Metrics; and tags, which carry a flag of their own (propagate at launch) and so go by their own call."""
    for metrics in making.properties.get("MetricsCollection", []):
        making.client("autoscaling").enable_metrics_collection(
            AutoScalingGroupName=making.properties["AutoScalingGroupName"], **metrics
        )
    tags = [
        {
            "ResourceId": making.properties["AutoScalingGroupName"],
            "ResourceType": "auto-scaling-group",
            "Key": tag["Key"],
            "Value": tag["Value"],
            "PropagateAtLaunch": str(tag["PropagateAtLaunch"]).lower() == "true",
        }
        for tag in making.properties.get("Tags", [])
    ]
    if tags:
        making.client("autoscaling").create_or_update_tags(Tags=tags)


ROWS = (
    Row(
        "AWS::EKS::Cluster", "eks.create_cluster", "cluster", ref="name", name="Name", prepare=_cluster_properties,
        finish=_cluster,
        attributes={
            "Id": "name",
            "CertificateAuthorityData": "certificateAuthority.data",
            "EncryptionConfigKeyArn": "encryptionConfig.0.provider.keyArn",
        },
    ),
    Row(
        "AWS::EKS::Nodegroup", "eks.create_nodegroup", "nodegroup", ref="{clusterName}/{nodegroupName}",
        name="NodegroupName", attributes={"Arn": "nodegroupArn", "Id": "{clusterName}/{nodegroupName}"},
    ),
    Row(
        "AWS::ElasticLoadBalancingV2::LoadBalancer", "elbv2.create_load_balancer", "LoadBalancers.0", name="Name",
        ref="LoadBalancerArn", attributes={"CanonicalHostedZoneID": "CanonicalHostedZoneId"},
        prepare=_without("LoadBalancerAttributes"), finish=_attributes_of("LoadBalancer", "LoadBalancerArn"),
    ),
    Row(
        "AWS::ElasticLoadBalancingV2::TargetGroup", "elbv2.create_target_group", "TargetGroups.0", name="Name",
        ref="TargetGroupArn", prepare=_without("TargetGroupAttributes"),
        finish=_attributes_of("TargetGroup", "TargetGroupArn"),
    ),
    Row(
        "AWS::ElasticLoadBalancingV2::Listener", "elbv2.create_listener", "Listeners.0", ref="ListenerArn",
        prepare=_without("ListenerAttributes"),
    ),
    Row(
        "AWS::AutoScaling::AutoScalingGroup", "autoscaling.create_auto_scaling_group", ref="=AutoScalingGroupName",
        name="AutoScalingGroupName", rename={"Cooldown": "DefaultCooldown"},
        prepare=lambda p: _scaling_group(_without("Tags", "MetricsCollection")(p)), finish=_scaling_details,
    ),
)  # fmt: skip
