"""What is looked at before a first deployment, and the little that is mended."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from fleet import natimages, prefixlists
from ops.clients import NoCredentials
from ops.preflight import UNKNOWN, Check, look, mend, plan, worst

ACCOUNT, REGION = "123456789012", "us-east-1"


def client(service: str, account: str, region: str) -> Any:
    return boto3.client(service, region_name=region, aws_access_key_id="x", aws_secret_access_key="x")


def one(kind: str, subject: str, expected: str = "", client_for=client) -> Check:
    (found,) = look((Check(kind, ACCOUNT, REGION, subject, expected),), client_for)
    return found


def test_every_region_and_account_is_looked_at_and_nothing_twice(fleet):
    checks = plan(fleet)
    assert len({(c.kind, c.account, c.region, c.subject) for c in checks}) == len(checks)
    for region in fleet.regions.values():
        mine = {c.kind for c in checks if c.account == region.account_id and c.region == region.name}
        assert mine >= {"bootstrap", "role", "quota", "prefix list", "image", "default group"}
    assert any(c.account == fleet.accounts["edge"] and c.kind == "bootstrap" for c in checks)


def test_a_region_without_known_ids_is_looked_at_and_found_wrong(fleet, monkeypatch):
    monkeypatch.delitem(prefixlists._CLOUDFRONT, "us-west-2")
    monkeypatch.delitem(natimages._IMAGES, "us-west-2")
    unknown = {check.kind for check in plan(fleet) if UNKNOWN in (check.subject, check.expected)}
    assert unknown == {"prefix list", "image"}
    with mock_aws():
        assert one("image", UNKNOWN, "available").status == "wrong"


@mock_aws
def test_a_missing_service_linked_role_is_wrong_until_it_is_mended():
    before = one("role", "AWSServiceRoleForEC2Spot", "spot.amazonaws.com")
    assert before.status == "wrong"
    assert mend(before, client).status == "mended"
    assert one("role", "AWSServiceRoleForEC2Spot", "spot.amazonaws.com").status == "ok"


@mock_aws
def test_default_groups_of_the_fleets_vpc_are_emptied_and_no_others():
    ec2 = client("ec2", ACCOUNT, REGION)
    ours = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[ours], Tags=[{"Key": "Name", "Value": "skyline-use1"}])
    theirs = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]

    def rules(vpc: str) -> int:
        (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
        return len(group["IpPermissions"]) + len(group["IpPermissionsEgress"])

    before = rules(theirs)
    found = one("default group", "skyline-use1")
    assert found.status == "wrong"
    assert mend(found, client).status == "mended"
    assert rules(ours) == 0
    assert rules(theirs) == before > 0
    assert one("default group", "skyline-use1").status == "ok"


@mock_aws
def test_an_account_that_was_never_bootstrapped_is_told_the_command():
    found = one("bootstrap", "CDK bootstrap")
    assert found.status == "wrong"
    assert found.remedy == f"npx cdk bootstrap aws://{ACCOUNT}/{REGION}"
    client("ssm", ACCOUNT, REGION).put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="28", Type="String")
    assert one("bootstrap", "CDK bootstrap").status == "ok"


class Quotas:
    def get_service_quota(self, ServiceCode: str, QuotaCode: str) -> dict[str, Any]:  # noqa: N803
        return {"Quota": {"Value": 5.0}}


@pytest.mark.parametrize(("declared", "status"), [("5", "ok"), ("12", "wrong")])
def test_a_quota_that_the_fleet_declares_but_nobody_granted_is_wrong(declared, status):
    found = one("quota", "elastic_ips", declared, lambda *_: Quotas())
    assert found.status == status
    assert ("declare 5 in quotas.elastic_ips" in found.remedy) is (status == "wrong")


def test_executions_are_asked_for_wherever_a_function_reserves_some(fleet):
    places = {(c.account, c.region) for c in plan(fleet) if c.subject == "lambda_executions"}
    regions = {(region.account_id, region.name) for region in fleet.regions.values()}
    assert places == regions | {(fleet.accounts["data"], name) for name in fleet.data_regions}


@pytest.mark.parametrize(
    "fault",
    [
        NoCredentials("give --role"),
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeImages"),
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "DescribeImages"),
    ],
)
def test_what_cannot_be_looked_at_is_unknown_and_never_ok(fault):
    def refuse(*_: str) -> Any:
        raise fault

    found = one("image", "ami-1", client_for=refuse)
    assert found.status == "unknown"
    assert worst([found]) == 2
    assert mend(found, refuse) is found


@mock_aws
def test_a_prefix_list_with_another_id_than_the_tables_is_wrong():
    found = one("prefix list", "com.amazonaws.global.cloudfront.origin-facing", "pl-00000000")
    assert found.status == "wrong"
    assert found.found.startswith("pl-")


class CheckerRanges:
    def __init__(self, *networks: str) -> None:
        self.networks = networks

    def get_checker_ip_ranges(self) -> dict[str, Any]:
        return {"CheckerIpRanges": list(self.networks)}


@pytest.mark.parametrize(
    ("networks", "status"),
    [(("54.228.16.0/26", "2a05:d018:fff:f800::/53"), "ok"), (("54.228.16.0/26", "203.0.113.0/26"), "wrong")],
)
def test_a_health_checker_from_a_network_nobody_admits_is_wrong(networks, status):
    found = one("health checkers", "Route 53's checker networks", client_for=lambda *_: CheckerRanges(*networks))
    assert found.status == status
    assert ("203.0.113.0/26" in found.found) is (status == "wrong")
