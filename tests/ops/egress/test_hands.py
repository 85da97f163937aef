"""The controller's code in the hands of a person: without the CDK, and with what the controller is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from hypercell.egress.runtime.config import from_environment
from ops.egress.hands import Hands, config
from ops.egress.places import Unusable

ROOT = Path(__file__).parents[3]


def client_for(service, account, region):
    return boto3.client(service, region_name=region, aws_access_key_id="x", aws_secret_access_key="x")


def test_the_controllers_code_loads_no_cdk():
    code = (
        "import sys; import ops.egress.hands; "
        "from hypercell.egress.runtime import controller, decision, marks, routes; "
        "print([name for name in ('aws_cdk', 'jsii', 'constructs', 'cdk8s') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_the_controller_is_told_follows_from_the_same_names(fleet):
    told = config(fleet.regions["us-east-1"], "vpc-1")
    zone = told.zones["use1-az2"]
    assert (told.fleet, told.namespace, told.shed) == ("skyline", "skyline/egress", True)
    assert zone.group == "skyline-use1-az2-nat"
    assert (zone.instance_prober, zone.gateway_prober) == (
        "skyline-use1-az2-probe-instance",
        "skyline-use1-az2-probe-gateway",
    )
    assert zone.alarms == ("skyline-use1-az2-nat-allowance-exceeded", "skyline-use1-az2-nat-insert-failed")
    assert zone.limit == 625_000_000


def test_hands_and_functions_are_told_the_same(fleet, synthesized):
    told = 0
    for name, template in synthesized("egress").items():
        region = next(one for one in fleet.regions.values() if name == f"skyline-{one.code}-egress")
        for resource in template["Resources"].values():
            variables = resource.get("Properties", {}).get("Environment", {}).get("Variables", {})
            if "ZONES" in variables:
                assert from_environment({**variables, "VPC_ID": "vpc-1"}) == config(region, "vpc-1")
                told += 1
    if not told:
        pytest.skip("the egress stack has no controller's functions yet; it runs as soon as they are deployed with it")


@mock_aws
def test_a_region_that_is_not_deployed_is_one_clear_line(fleet):
    with pytest.raises(Unusable, match="us-east-1: no VPC is called skyline-use1: deploy the region first"):
        Hands(fleet.regions["us-east-1"], client_for)


@mock_aws
def test_a_vpc_of_the_same_name_that_is_not_the_fleets_is_passed_over(fleet):
    ec2 = client_for("ec2", "", "us-east-1")
    for owner in ("skyline", "another"):
        vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        tags = [{"Key": "Name", "Value": "skyline-use1"}, {"Key": "fleet:name", "Value": owner}]
        ec2.create_tags(Resources=[vpc], Tags=tags)
        if owner == "skyline":
            ours = vpc
    assert Hands(fleet.regions["us-east-1"], client_for).config.vpc == ours
