"""Web ACLs in front of the hosts."""

import json

import pytest

from fleet import names
from hypercell.edge import firewall


def resources(template, kind):
    return {key: r["Properties"] for key, r in template["Resources"].items() if r["Type"] == kind}


@pytest.fixture(params=["day-one", "growth", "hypergrowth"])
def site(request, synthesized, fleet_of):
    (template,) = synthesized("edge-site", request.param).values()
    return fleet_of(request.param), template


def test_every_host_is_behind_its_kind_of_firewall_and_none_behind_none(site):
    fleet, template = site
    acls = {key: acl["Name"] for key, acl in resources(template, "AWS::WAFv2::WebACL").items()}
    for distribution in resources(template, "AWS::CloudFront::Distribution").values():
        config = distribution["DistributionConfig"]
        (host,) = [h for h in fleet.edge.hosts.values() if h.names[0] in config["Aliases"]]
        if host.firewall == "none":
            assert "WebACLId" not in config
        else:
            assert acls[config["WebACLId"]["Fn::GetAtt"][0]] == names.web_acl(fleet, host.firewall)


def test_a_firewall_stands_only_while_a_host_needs_it(site):
    fleet, template = site
    wanted = {names.web_acl(fleet, h.firewall) for h in fleet.edge.hosts.values() if h.firewall != "none"}
    assert {acl["Name"] for acl in resources(template, "AWS::WAFv2::WebACL").values()} == wanted


def test_each_firewall_limits_an_address_and_an_address_on_a_path(site):
    _, template = site
    for acl in resources(template, "AWS::WAFv2::WebACL").values():
        rates = [r["Statement"]["RateBasedStatement"] for r in acl["Rules"] if "RateBasedStatement" in r["Statement"]]
        by = {rate["AggregateKeyType"]: rate for rate in rates}
        assert set(by) == {"IP", "CUSTOM_KEYS"}
        assert {next(iter(key)) for key in by["CUSTOM_KEYS"]["CustomKeys"]} == {"IP", "UriPath"}
        assert by["CUSTOM_KEYS"]["Limit"] < by["IP"]["Limit"]


def test_who_asks_too_often_is_told_so(site):
    _, template = site
    for acl in resources(template, "AWS::WAFv2::WebACL").values():
        for rule in acl["Rules"]:
            if "RateBasedStatement" in rule["Statement"]:
                assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_amazon_s_groups_block_except_what_fits_the_callers_badly(site):
    fleet, template = site
    for acl in resources(template, "AWS::WAFv2::WebACL").values():
        kind = acl["Name"].removeprefix(f"{fleet.name}-")
        groups = {}
        for rule in acl["Rules"]:
            statement = rule["Statement"].get("ManagedRuleGroupStatement")
            if statement:
                assert rule["OverrideAction"] == {"None": {}}
                groups[statement["Name"]] = tuple(o["Name"] for o in statement.get("RuleActionOverrides", []))
        expected = firewall.KINDS[kind]
        assert groups == {group: expected.counted.get(group, ()) for group in expected.groups}
        assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= set(groups)


def test_priorities_are_unique(site):
    _, template = site
    for acl in resources(template, "AWS::WAFv2::WebACL").values():
        priorities = [rule["Priority"] for rule in acl["Rules"]]
        assert len(priorities) == len(set(priorities))


@pytest.mark.parametrize("kind", firewall.KINDS)
def test_a_firewall_fits_into_what_its_price_includes(kind):
    assert firewall.capacity(kind) <= firewall.INCLUDED_CAPACITY


def test_each_firewall_logs_what_it_refuses_without_secrets_to_an_encrypted_group(site):
    _fleet, template = site
    groups = {g["LogGroupName"]: g for g in resources(template, "AWS::Logs::LogGroup").values()}
    configurations = list(resources(template, "AWS::WAFv2::LoggingConfiguration").values())
    assert len(configurations) == len(resources(template, "AWS::WAFv2::WebACL"))
    for configuration in configurations:
        (destination,) = configuration["LogDestinationConfigs"]
        group = destination.rpartition(":")[2]
        assert group.startswith("aws-waf-logs-")
        assert groups[group]["KmsKeyId"]
        assert groups[group]["RetentionInDays"] == firewall.LOG_DAYS
        redacted = {field["SingleHeader"]["Name"] for field in configuration["RedactedFields"]}
        assert {"authorization", "cookie"} <= redacted


def test_waf_is_changed_one_resource_at_a_time(site):
    _, template = site
    chain = {key: r for key, r in template["Resources"].items() if r["Type"].startswith("AWS::WAFv2::")}
    waits = {key: set(r.get("DependsOn", [])) & set(chain) for key, r in chain.items()}
    first = [key for key, before in waits.items() if not before]
    assert len(first) == min(1, len(chain))
    assert all(len(before) == 1 for key, before in waits.items() if key not in first)


def test_only_this_account_s_firewalls_may_write_their_logs(site):
    fleet, template = site
    policies = resources(template, "AWS::Logs::ResourcePolicy").values()
    assert bool(policies) == bool(resources(template, "AWS::WAFv2::WebACL"))
    for policy in policies:
        (statement,) = json.loads(policy["PolicyDocument"])["Statement"]
        assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": fleet.accounts["edge"]}
