"""Zones by ID."""

import pytest

from hypercell.guards.rules.zones_by_id import RULE


@pytest.mark.parametrize("name", ["us-east-1a", "eu-central-1c", "us-gov-west-1b"])
def test_a_zones_name_is_refused_wherever_it_stands(broken, name):
    subnet = {"Type": "AWS::EC2::Subnet", "Properties": {"Tags": [{"Key": "zone", "Value": name}]}}
    assert broken(RULE, {"Subnet": subnet}) == [("Subnet", f"names the zone {name}")]


@pytest.mark.parametrize(
    "text", ["use1-az1", "us-east-1", "skyline-us-east-1a-x", {"Fn::GetAtt": ["S", "AvailabilityZone"]}]
)
def test_what_is_no_zones_name_passes(broken, text):
    assert broken(RULE, {"Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"AvailabilityZoneId": text}}}) == []
