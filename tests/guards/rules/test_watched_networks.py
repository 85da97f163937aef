"""Networks have flow logs."""

from hypercell.guards.rules.watched_networks import RULE

VPC = {"Type": "AWS::EC2::VPC"}


def flow(vpc):
    return {"Type": "AWS::EC2::FlowLog", "Properties": {"ResourceId": {"Ref": vpc}, "ResourceType": "VPC"}}


def test_a_network_without_flow_logs_of_its_own_is_refused(broken):
    assert broken(RULE, {"Vpc": VPC, "Flow": flow("Vpc")}) == []
    assert broken(RULE, {"Vpc": VPC, "Flow": flow("Other")}) == [("Vpc", "has no flow logs")]
