"""Routed records leave DNS when what they name fails."""

import pytest

from hypercell.guards.rules.checked_records import RULE


def record(**properties):
    return {"A": {"Type": "AWS::Route53::RecordSet", "Properties": {"Name": "origin.skyline.example", **properties}}}


ALIAS = {"AliasTarget": {"DNSName": "x", "HostedZoneId": "Z", "EvaluateTargetHealth": True}}
BLIND = {"AliasTarget": {"DNSName": "x", "HostedZoneId": "Z", "EvaluateTargetHealth": False}}


@pytest.mark.parametrize(
    "properties",
    [
        {"ResourceRecords": ["a"]},
        {"Region": "us-east-1", **ALIAS},
        {"Weight": 100, "HealthCheckId": "c", **ALIAS},
        {"Weight": 100, "HealthCheckId": "c", "ResourceRecords": ["a"]},
    ],
)
def test_simple_and_checked_records_pass(broken, properties):
    assert broken(RULE, record(**properties)) == []


@pytest.mark.parametrize(
    "properties",
    [
        {"Weight": 100, **ALIAS},
        {"Weight": 100, "HealthCheckId": "c", **BLIND},
        {"Region": "us-east-1", **BLIND},
        {"Region": "us-east-1", "ResourceRecords": ["a"]},
    ],
)
def test_a_record_that_stays_when_its_target_fails_is_refused(broken, properties):
    assert broken(RULE, record(**properties)) == [
        ("A", "takes part in routing, and nothing takes it out when it fails")
    ]


def test_a_weight_is_at_most_255(broken):
    assert broken(RULE, record(Weight=256, HealthCheckId="c", **ALIAS)) == [("A", "has weight 256")]
