"""Nobody listens to the whole world."""

import pytest

from hypercell.guards.rules.closed_ingress import RULE


@pytest.mark.parametrize("world", [{"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"}])
def test_the_world_is_not_let_in(broken, world):
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **world}
    inside = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [rule]}}
    beside = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": rule}
    said = "lets the whole internet in on port 443"
    assert broken(RULE, {"Group": inside, "Rule": beside}) == [("Group", said), ("Rule", said)]


def test_a_prefix_list_and_a_network_are_let_in(broken):
    rules = [{"IpProtocol": "tcp", "SourcePrefixListId": "pl-3b927c52"}, {"IpProtocol": "-1", "CidrIp": "10.8.0.0/13"}]
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": rules}}
    assert broken(RULE, {"Group": group}) == []
