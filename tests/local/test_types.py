"""Each type that moto's CloudFormation lacks or gets wrong: made through its API, `Ref` and `Fn::GetAtt` as on AWS."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from local.clients import client
from local.schemas import schema
from local.types import ROWS

ACCOUNT, REGION = "333333333331", "us-east-1"

NETWORK: dict[str, Any] = {
    "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.8.0.0/16"}},
    "More": {
        "Type": "AWS::EC2::VPCCidrBlock",
        "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.9.0.0/16"},
    },
    "Subnet": {
        "Type": "AWS::EC2::Subnet",
        "DependsOn": "More",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "CidrBlock": "10.9.32.0/19",
            "AvailabilityZoneId": "use1-az4",
            "MapPublicIpOnLaunch": True,
        },
    },
    "Group": {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "VpcId": {"Ref": "Vpc"},
            "GroupDescription": "everything from inside, HTTPS out",
            "SecurityGroupIngress": [{"IpProtocol": "-1", "CidrIp": "10.8.0.0/13"}],
            "SecurityGroupEgress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}],
        },
    },
    "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
    "Interface": {
        "Type": "AWS::EC2::NetworkInterface",
        "Properties": {
            "SubnetId": {"Ref": "Subnet"},
            "PrivateIpAddress": "10.9.32.10",
            "GroupSet": [{"Ref": "Group"}],
            "SourceDestCheck": False,
        },
    },
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    },
}

# Type -> properties, what `Ref` looks like, and what `Fn::GetAtt` answers (patterns; the whole text must match).
CASES: dict[str, tuple[dict[str, Any], str, dict[str, str]]] = {
    "AWS::EC2::EIPAssociation": (
        {"AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}, "NetworkInterfaceId": {"Ref": "Interface"}},
        r"eipassoc-\w+",
        {},
    ),
    "AWS::EC2::NatGateway": (
        {"SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}},
        r"nat-\w+",
        {"NatGatewayId": r"nat-\w+"},
    ),
    "AWS::EC2::SubnetCidrReservation": (
        {"SubnetId": {"Ref": "Subnet"}, "CidrBlock": "10.9.48.0/20", "ReservationType": "prefix"},
        r"scr-\w+",
        {},
    ),
    "AWS::EC2::SecurityGroupEgress": (
        {"GroupId": {"Ref": "Group"}, "IpProtocol": "-1", "CidrIp": "10.8.0.0/13"},
        r"sgr-\w+",
        {},
    ),
    "AWS::EKS::Cluster": (
        {
            "Name": "skyline-use1-a",
            "Version": "1.35",
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "ResourcesVpcConfig": {"SubnetIds": [{"Ref": "Subnet"}]},
            "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": "audit"}]}},
            "Tags": [{"Key": "fleet:cell", "Value": "use1-a"}],
        },
        "skyline-use1-a",
        {
            "Arn": "arn:aws:eks:us-east-1:333333333331:cluster/skyline-use1-a",
            "Endpoint": r"https://[0-9A-F]{32}\.gr7\.us-east-1\.eks\.amazonaws\.com",
            "ClusterSecurityGroupId": r"sg-\w+",
            "CertificateAuthorityData": r"\w+",
            "OpenIdConnectIssuerUrl": r"https://oidc\.eks\.us-east-1\.amazonaws\.com/id/[0-9A-F]{32}",
        },
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        {
            "Name": "skyline-use1-a-ingress",
            "Type": "network",
            "Scheme": "internal",
            "Subnets": [{"Ref": "Subnet"}],
            "LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}],
        },
        r"arn:aws:elasticloadbalancing:us-east-1:333333333331:loadbalancer/app/skyline-use1-a-ingress/\w+",
        {
            "DNSName": r"skyline-use1-a-ingress.*amazonaws\.com",
            "CanonicalHostedZoneID": r"Z\w+",
            "LoadBalancerFullName": r"app/skyline-use1-a-ingress/\w+",
        },
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        {
            "Name": "skyline-use1-a-web",
            "Port": 8443,
            "Protocol": "TCP",
            "TargetType": "ip",
            "VpcId": {"Ref": "Vpc"},
            "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "120"}],
        },
        r"arn:aws:elasticloadbalancing:us-east-1:333333333331:targetgroup/skyline-use1-a-web/\w+",
        {"TargetGroupName": "skyline-use1-a-web", "TargetGroupFullName": r"targetgroup/skyline-use1-a-web/\w+"},
    ),
    "AWS::DSQL::Cluster": (
        {"DeletionProtectionEnabled": True, "Tags": [{"Key": "fleet:name", "Value": "skyline"}]},
        r"\w{26}",
        {
            "ResourceArn": r"arn:aws:dsql:us-east-1:333333333331:cluster/\w{26}",
            "Endpoint": r"\w{26}\..*us-east-1\.on\.aws",
            "VpcEndpointServiceName": r"com\.amazonaws\.us-east-1\.dsql-\w+",
        },
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        {
            "ReplicationGroupId": "skyline-quotes",
            "ReplicationGroupDescription": "quotes",
            "Engine": "valkey",
            "CacheNodeType": "cache.r7g.large",
            "NumNodeGroups": 2,
            "ReplicasPerNodeGroup": 1,
            "AutomaticFailoverEnabled": True,
            "MultiAZEnabled": True,
            "ClusterMode": "enabled",
        },
        "skyline-quotes",
        {"ConfigurationEndPoint.Address": r".*amazonaws\.com"},
    ),
    "AWS::DynamoDB::GlobalTable": (
        {
            "TableName": "skyline-routes",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "Replicas": [{"Region": "us-east-1", "DeletionProtectionEnabled": True}],
        },
        "skyline-routes",
        {"Arn": "arn:aws:dynamodb:us-east-1:333333333331:table/skyline-routes"},
    ),
    "AWS::Kinesis::Stream": (
        {"Name": "skyline-prices", "ShardCount": 4, "RetentionPeriodHours": 168},
        "skyline-prices",
        {"Arn": "arn:aws:kinesis:us-east-1:333333333331:stream/skyline-prices"},
    ),
    "AWS::S3::Bucket": (
        {"BucketNamePrefix": "skyline-lake", "VersioningConfiguration": {"Status": "Enabled"}},
        "skyline-lake-333333333331-us-east-1-an",
        {
            "Arn": "arn:aws:s3:::skyline-lake-333333333331-us-east-1-an",
            "RegionalDomainName": r"skyline-lake-333333333331-us-east-1-an\.s3\.us-east-1\.amazonaws\.com",
        },
    ),
    "AWS::CloudFront::OriginAccessControl": (
        {
            "OriginAccessControlConfig": {
                "Name": "static",
                "OriginAccessControlOriginType": "s3",
                "SigningBehavior": "always",
                "SigningProtocol": "sigv4",
            }
        },
        r"\w+",
        {},
    ),
    "AWS::CloudFront::Distribution": (
        {
            "DistributionConfig": {
                "Enabled": True,
                "Aliases": ["www.skyline.example"],
                "Origins": [
                    {
                        "Id": "cells",
                        "DomainName": "origin.skyline.example",
                        "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]},
                    }
                ],
                "DefaultCacheBehavior": {"TargetOriginId": "cells", "ViewerProtocolPolicy": "redirect-to-https"},
            }
        },
        r"[A-Z0-9]+",
        {"DomainName": r"\w+\.cloudfront\.net"},
    ),
    "AWS::WAFv2::WebACL": (
        {
            "Name": "skyline-standard",
            "Scope": "CLOUDFRONT",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": {
                "CloudWatchMetricsEnabled": True,
                "MetricName": "standard",
                "SampledRequestsEnabled": True,
            },
        },
        r"skyline-standard\|[\w-]+\|CLOUDFRONT",
        {"Arn": r"arn:aws:wafv2:us-east-1:333333333331:global/webacl/skyline-standard/[\w-]+"},
    ),
    "AWS::CertificateManager::Certificate": (
        {"DomainName": "www.skyline.example", "ValidationMethod": "DNS"},
        r"arn:aws:acm:us-east-1:333333333331:certificate/[\w-]+",
        {},
    ),
    "AWS::Route53::HealthCheck": (
        {"HealthCheckConfig": {"Type": "HTTPS", "FullyQualifiedDomainName": "a.example", "Port": 8443}},
        r"[\w-]+",
        {"HealthCheckId": r"[\w-]+"},
    ),
    "AWS::CloudWatch::Alarm": (
        {
            "AlarmName": "skyline-use1-a-5xx",
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 3,
            "MetricName": "errors",
            "Namespace": "skyline/cells",
            "Period": 60,
            "Statistic": "Sum",
            "Threshold": 5,
        },
        "skyline-use1-a-5xx",
        {"Arn": "arn:aws:cloudwatch:us-east-1:333333333331:alarm:skyline-use1-a-5xx"},
    ),
    "AWS::SecretsManager::Secret": (
        {"Name": "skyline/use1-a/mesh", "GenerateSecretString": {}},
        r"arn:aws:secretsmanager:us-east-1:333333333331:secret:skyline/use1-a/mesh-\w+",
        {},
    ),
    "AWS::Backup::BackupVault": (
        {"BackupVaultName": "skyline-use1", "LockConfiguration": {"MinRetentionDays": 7}},
        "skyline-use1",
        {"BackupVaultArn": "arn:aws:backup:us-east-1:333333333331:backup-vault:skyline-use1"},
    ),
}


@pytest.mark.parametrize("type_name", CASES)
def test_a_type_is_made_through_its_api(type_name: str, create: Any) -> None:
    properties, ref, attributes = CASES[type_name]
    outputs = {"Ref": {"Value": {"Ref": "One"}}}
    named = dict(zip((f"A{place}" for place in range(len(attributes))), attributes, strict=True))
    outputs |= {key: {"Value": {"Fn::GetAtt": ["One", name]}} for key, name in named.items()}
    resources = {**NETWORK, "One": {"Type": type_name, "Properties": properties}}

    found = create("one", Resources=resources, Outputs=outputs)

    assert re.fullmatch(ref, found.pop("Ref"))
    for key, value in found.items():
        assert re.fullmatch(attributes[named[key]], value), named[key]


def test_every_row_is_a_type_of_cloudformation() -> None:
    assert [name for name in ROWS if schema(name) is None] == []


def test_a_subnet_stands_in_the_zone_and_the_network_its_template_names(create: Any) -> None:
    create("network", Resources=NETWORK)

    vpcs = client("ec2", ACCOUNT, REGION).describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.8.0.0/16"]}])["Vpcs"]
    (subnet,) = client("ec2", ACCOUNT, REGION).describe_subnets(
        Filters=[{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}]
    )["Subnets"]

    assert (subnet["AvailabilityZoneId"], subnet["CidrBlock"]) == ("use1-az4", "10.9.32.0/19")
    assert subnet["MapPublicIpOnLaunch"]


def test_a_security_group_holds_its_rules_and_no_other_way_out(create: Any) -> None:
    group = create("network", Resources=NETWORK, Outputs={"Id": {"Value": {"Ref": "Group"}}})["Id"]

    (found,) = client("ec2", ACCOUNT, REGION).describe_security_groups(GroupIds=[group])["SecurityGroups"]

    assert [rule["IpProtocol"] for rule in found["IpPermissions"]] == ["-1"]
    assert [(rule["FromPort"], rule["ToPort"]) for rule in found["IpPermissionsEgress"]] == [(443, 443)]


def test_an_interface_that_forwards_keeps_its_address_and_asks_no_source(create: Any) -> None:
    interface = create("network", Resources=NETWORK, Outputs={"Id": {"Value": {"Ref": "Interface"}}})["Id"]

    (found,) = client("ec2", ACCOUNT, REGION).describe_network_interfaces(NetworkInterfaceIds=[interface])[
        "NetworkInterfaces"
    ]

    assert (found["PrivateIpAddress"], found["SourceDestCheck"]) == ("10.9.32.10", False)


def test_two_clusters_have_endpoints_of_their_own(create: Any) -> None:
    properties = CASES["AWS::EKS::Cluster"][0]
    both = {
        name: {"Type": "AWS::EKS::Cluster", "Properties": {**properties, "Name": name.lower()}} for name in ("A", "B")
    }
    outputs = {name: {"Value": {"Fn::GetAtt": [name, "Endpoint"]}} for name in both}

    found = create("cells", Resources={**NETWORK, **both}, Outputs=outputs)

    assert found["A"] != found["B"]


def test_the_tags_of_a_stack_reach_what_it_makes(cloud: None) -> None:
    cloudformation = client("cloudformation", ACCOUNT, REGION)
    cell = {"Type": "AWS::EKS::Cluster", "Properties": CASES["AWS::EKS::Cluster"][0]}
    cloudformation.create_stack(
        StackName="cell",
        TemplateBody=json.dumps({"Resources": {**NETWORK, "Cell": cell}}),
        Tags=[{"Key": "fleet:team", "Value": "platform"}],
    )

    tags = client("eks", ACCOUNT, REGION).describe_cluster(name="skyline-use1-a")["cluster"]["tags"]

    assert tags == {"fleet:team": "platform", "fleet:cell": "use1-a"}


def test_accounts_and_regions_are_kept_apart(create: Any) -> None:
    stream = {"Type": "AWS::Kinesis::Stream", "Properties": {"Name": "prices", "ShardCount": 1}}
    create("here", Resources={"Stream": stream})

    assert client("kinesis", ACCOUNT, REGION).list_streams()["StreamNames"] == ["prices"]
    assert client("kinesis", ACCOUNT, "us-west-2").list_streams()["StreamNames"] == []
    assert client("kinesis", "333333333332", REGION).list_streams()["StreamNames"] == []
