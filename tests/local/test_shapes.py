"""Properties of a template as parameters of an API: by name, by shape, and nothing lost without a word."""

from __future__ import annotations

from typing import Any

import pytest

from local.clients import client
from local.made import Missing, at
from local.shapes import Mapped


def mapped(service: str, operation: str, **properties: Any) -> Mapped:
    shape = client(service, "333333333331", "us-east-1").meta.service_model.operation_model(operation).input_shape
    return Mapped(shape, properties)


@pytest.mark.parametrize(
    ("service", "operation", "property", "value", "parameter", "expected"),
    [
        ("eks", "CreateCluster", "RoleArn", "arn:aws:iam::1:role/a", "roleArn", "arn:aws:iam::1:role/a"),
        ("eks", "CreateCluster", "Tags", [{"Key": "a", "Value": "b"}], "tags", {"a": "b"}),
        ("eks", "CreateNodegroup", "DiskSize", "20", "diskSize", 20),
        ("dsql", "CreateCluster", "DeletionProtectionEnabled", "true", "deletionProtectionEnabled", True),
        ("sqs", "SetQueueAttributes", "QueueUrl", "https://q", "QueueUrl", "https://q"),
        ("kms", "CreateKey", "Policy", {"Version": "2012-10-17"}, "Policy", '{"Version": "2012-10-17"}'),
        ("s3", "PutBucketPolicy", "Policy", {"Statement": []}, "Policy", '{"Statement": []}'),
        ("elbv2", "CreateTargetGroup", "HealthCheckPort", 15021, "HealthCheckPort", "15021"),
        ("ec2", "CreateVpcEndpoint", "SubnetIds", ["subnet-1"], "SubnetIds", ["subnet-1"]),
    ],
)
def test_a_property_becomes_the_parameter_of_its_name_and_type(
    service: str, operation: str, property: str, value: Any, parameter: str, expected: Any
) -> None:
    assert mapped(service, operation, **{property: value}).parameters == {parameter: expected}


def test_a_list_is_counted_where_cloudfront_counts() -> None:
    config = {"Aliases": ["www.skyline.example"], "Origins": []}

    found = mapped("cloudfront", "CreateDistribution", DistributionConfig=config).parameters

    assert found["DistributionConfig"] == {
        "Aliases": {"Quantity": 1, "Items": ["www.skyline.example"]},
        "Origins": {"Quantity": 0},
    }


def test_a_property_without_a_parameter_is_named() -> None:
    found = mapped("eks", "CreateNodegroup", NodegroupName="system", ScalingConfig={"MinSize": 1, "Colour": "red"})

    assert found.parameters == {"nodegroupName": "system", "scalingConfig": {"minSize": 1}}
    assert found.ignored == ["ScalingConfig.Colour"]


def test_a_value_of_the_wrong_shape_is_an_error_that_names_the_property() -> None:
    with pytest.raises(TypeError, match=r"ScalingConfig: expected an object, got 'large'"):
        mapped("eks", "CreateNodegroup", ScalingConfig="large")


def test_a_path_walks_objects_lists_and_all_of_a_list() -> None:
    answer = {"Origins": [{"DomainName": "a"}, {"DomainName": "b"}]}

    assert at(answer, "origins.1.domainname") == "b"
    assert at(answer, "Origins.*.DomainName") == ["a", "b"]
    with pytest.raises(Missing):
        at(answer, "Origins.2.DomainName")
    with pytest.raises(Missing):
        at(answer, "Origins.*.Colour")
