"""What a stack reads must be there."""

from hypercell.guards.rules.readable_outputs import RULE


def reading(stack, output):
    read = {"Fn::GetStackOutput": {"StackName": stack, "OutputName": output}}
    return {"Cluster": {"Type": "AWS::EKS::Cluster", "Properties": {"Subnets": [{"Fn::Join": ["", ["a", read]]}]}}}


def test_an_output_of_an_earlier_phase_can_be_read(broken):
    network = {"skyline-use1-network": {"Resources": {}, "Outputs": {"VpcId": {"Value": "vpc-1"}}}}
    assert broken(RULE, reading("skyline-use1-network", "VpcId"), others=network) == []


def test_a_stack_that_nobody_planned_cannot_be_read(broken):
    assert broken(RULE, reading("skyline-use9-network", "VpcId")) == [
        ("Cluster", "reads skyline-use9-network.VpcId, and the fleet has no such stack")
    ]


def test_an_output_that_nobody_publishes_cannot_be_read(broken):
    network = {"skyline-use1-network": {"Resources": {}, "Outputs": {}}}
    assert broken(RULE, reading("skyline-use1-network", "VpcId"), others=network) == [
        ("Cluster", "reads skyline-use1-network.VpcId, and that stack publishes no such output")
    ]


def test_a_later_phase_cannot_be_read(broken):
    assert broken(RULE, reading("skyline-edge-site", "Domain")) == [
        ("Cluster", "reads skyline-edge-site.Domain, which is deployed in phase SITE, not before this stack's CELLS")
    ]


def test_the_cell_beside_cannot_be_read(broken):
    assert broken(RULE, reading("skyline-use1-b-cell", "IngressDnsName")) == [
        (
            "Cluster",
            "reads skyline-use1-b-cell.IngressDnsName, which is deployed in phase CELLS, not before this stack's CELLS",
        )
    ]


def test_two_clusters_of_a_pair_read_each_other(broken, fleet):
    pair = reading("skyline-dsql-bookings-us-g2-usw2", "DsqlArn")
    assert broken(RULE, pair, kind="dsql") == []
    other = reading("skyline-dsql-bookings-eu-g1-euw1", "DsqlArn")
    assert [resource for resource, _ in broken(RULE, other, kind="dsql")] == ["Cluster"]
