"""Interfaces with more than one address."""

from __future__ import annotations

from typing import Any

from local.clients import client
from tests.local.test_types import ACCOUNT, NETWORK, REGION


def test_a_further_public_address_stands_on_the_private_one_that_ec2_chose(create: Any) -> None:
    interface = {**NETWORK["Interface"]["Properties"], "SecondaryPrivateIpAddressCount": 2}
    further = {"Fn::Select": [1, {"Fn::GetAtt": ["Interface", "SecondaryPrivateIpAddresses"]}]}
    association = {
        "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]},
        "NetworkInterfaceId": {"Ref": "Interface"},
        "PrivateIpAddress": further,
    }
    resources = {
        **NETWORK,
        "Interface": {"Type": "AWS::EC2::NetworkInterface", "Properties": interface},
        "Association": {"Type": "AWS::EC2::EIPAssociation", "Properties": association},
    }
    made = create(
        "network", Resources=resources, Outputs={"Id": {"Value": {"Ref": "Interface"}}, "Ip": {"Value": further}}
    )

    asked = client("ec2", ACCOUNT, REGION).describe_network_interfaces(NetworkInterfaceIds=[made["Id"]])
    (found,) = asked["NetworkInterfaces"]

    assert found["PrivateIpAddresses"][2]["PrivateIpAddress"] == made["Ip"] != "10.9.32.10"
