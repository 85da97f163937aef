"""The edge speaks TLS, keeps logs, and limits."""

import pytest

from hypercell.guards.rules.strict_edge import RULE

ORIGIN = {"Id": "cells", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
SOUND = {
    "ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.2_2021"},
    "DefaultCacheBehavior": {"ViewerProtocolPolicy": "redirect-to-https"},
    "Origins": [ORIGIN],
    "Logging": {"Bucket": "logs"},
}


def distribution(**config):
    properties = {"DistributionConfig": {**SOUND, **config}}
    return {"Www": {"Type": "AWS::CloudFront::Distribution", "Properties": properties}}


def firewall(*statements):
    rules = [{"Name": str(number), "Statement": statement} for number, statement in enumerate(statements)]
    return {
        "Firewall": {"Type": "AWS::WAFv2::WebACL", "Properties": {"Rules": rules}},
        "Logging": {
            "Type": "AWS::WAFv2::LoggingConfiguration",
            "Properties": {"ResourceArn": {"Fn::GetAtt": ["Firewall", "Arn"]}},
        },
    }


def test_a_strict_distribution_passes(broken):
    assert broken(RULE, distribution()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1"}}, "speaks TLS older than 1.2 with viewers"),
        ({"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}, "answers plain HTTP"),
        ({"CacheBehaviors": [{"ViewerProtocolPolicy": "allow-all"}]}, "answers plain HTTP"),
        (
            {"Origins": [{"Id": "cells", "CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}]},
            "asks its origin cells without TLS",
        ),
        ({"Origins": [{"Id": "b", "S3OriginConfig": {}}]}, "reads its bucket b without origin access control"),
    ],
)
def test_each_gap_is_named(broken, change, said):
    assert broken(RULE, distribution(**change)) == [("Www", said)]


def test_a_distribution_without_a_log_is_refused(broken):
    quiet = distribution()
    del quiet["Www"]["Properties"]["DistributionConfig"]["Logging"]
    assert broken(RULE, quiet) == [("Www", "keeps no access log")]


def test_a_log_that_is_delivered_counts(broken):
    quiet = distribution()
    del quiet["Www"]["Properties"]["DistributionConfig"]["Logging"]
    arn = {"Fn::Join": ["", ["arn:aws:cloudfront::111111111111:distribution/", {"Fn::GetAtt": ["Www", "Id"]}]]}
    quiet["Source"] = {"Type": "AWS::Logs::DeliverySource", "Properties": {"Name": "www", "ResourceArn": arn}}
    assert broken(RULE, quiet) == [("Www", "keeps no access log")]
    quiet["Delivery"] = {"Type": "AWS::Logs::Delivery", "Properties": {"DeliverySourceName": "www"}}
    assert broken(RULE, quiet) == []


def test_a_firewall_has_managed_rules_a_rate_and_a_log(broken):
    managed, rate = {"ManagedRuleGroupStatement": {}}, {"RateBasedStatement": {}}
    assert broken(RULE, firewall(managed, rate)) == []
    assert broken(RULE, firewall(rate)) == [("Firewall", "has no managed rules")]
    assert broken(RULE, firewall(managed)) == [("Firewall", "limits nobody's rate")]
    silent = firewall(managed, rate)
    del silent["Logging"]
    assert broken(RULE, silent) == [("Firewall", "logs nothing")]
