"""Weights may read the zone's id and nothing else."""

from hypercell.guards.rules.traffic_reads_one_thing import RULE


def record(stack, output):
    read = {"Fn::GetStackOutput": {"StackName": stack, "OutputName": output}}
    return {"A": {"Type": "AWS::Route53::RecordSet", "Properties": {"HostedZoneId": read}}}


def test_the_zone_beside_may_be_read(broken):
    assert broken(RULE, record("skyline-edge-dns", "PublicZoneId"), kind="edge-traffic") == []


def test_a_region_may_not_be_read(broken):
    found = broken(RULE, record("skyline-use1-a-cell", "IngressDnsName"), kind="edge-traffic")
    assert found == [("A", "reads skyline-use1-a-cell.IngressDnsName")]


def test_other_stacks_may_read_regions(broken):
    assert broken(RULE, record("skyline-use1-a-cell", "IngressDnsName"), kind="edge-addresses") == []
