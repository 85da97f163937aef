"""The public zone and who may certify its names."""

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from fleet import names
from hypercell.edge.zone import IssuersAllowed

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def resources(template, kind):
    return [r for r in template["Resources"].values() if r["Type"] == kind]


def statements(role):
    (policy,) = role["Properties"]["Policies"]
    return policy["PolicyDocument"]["Statement"]


@pytest.fixture(params=BLUEPRINTS)
def dns(request, synthesized, fleet_of):
    (template,) = synthesized("edge-dns", request.param).values()
    return fleet_of(request.param), template


def test_a_fleet_has_one_public_zone_that_outlives_its_stack_and_us_east_1(dns):
    fleet, template = dns
    (zone,) = resources(template, "AWS::Route53::HostedZone")
    assert zone["Properties"]["Name"] == fleet.domain
    assert "VPCs" not in zone["Properties"]
    assert zone["Properties"]["HostedZoneFeatures"] == {"EnableAcceleratedRecovery": True}
    assert zone["DeletionPolicy"] == zone["UpdateReplacePolicy"] == "Retain"


def test_the_zones_id_is_always_published(dns):
    _, template = dns
    zone = next(key for key, r in template["Resources"].items() if r["Type"] == "AWS::Route53::HostedZone")
    assert template["Outputs"][names.PUBLIC_ZONE_ID]["Value"] == {"Ref": zone}
    assert names.PUBLIC_NAME_SERVERS in template["Outputs"]


def test_only_the_two_authorities_in_use_may_issue_and_wildcards_come_from_amazon_alone(dns):
    """No name that the cells certify is a wildcard."""
    fleet, template = dns
    assert not any(name.startswith("*.") for host in fleet.edge.hosts.values() for name in host.names)
    (caa,) = [r for r in resources(template, "AWS::Route53::RecordSet") if r["Properties"]["Type"] == "CAA"]
    records = caa["Properties"]["ResourceRecords"]
    issuers = {record.split('"')[1].partition(";")[0] for record in records if " issue " in record}
    assert issuers == {"amazon.com", "letsencrypt.org"}
    assert [record for record in records if " issuewild " in record] == ['0 issuewild "amazon.com"']


@pytest.mark.parametrize(("origin", "allowed"), [("cells", True), ("bucket", False)])
def test_lets_encrypt_may_issue_the_wildcard_that_cells_certify(fleet_of, origin, allowed):
    fleet = fleet_of("day-one").model_copy(deep=True)
    key, host = next(iter(fleet.edge.hosts.items()))
    fleet.edge.hosts[key] = host.model_copy(update={"names": (f"*.{fleet.domain}",), "origin": origin})
    stack = cdk.Stack()
    IssuersAllowed(stack, "Issuers", fleet=fleet, zone_id="Z1", report_to=f"ca@{fleet.domain}")
    (caa,) = resources(Template.from_stack(stack).to_json(), "AWS::Route53::RecordSet")
    record = '0 issuewild "letsencrypt.org; validationmethods=dns-01"'
    assert (record in caa["Properties"]["ResourceRecords"]) is allowed
    assert '0 issuewild "amazon.com"' in caa["Properties"]["ResourceRecords"]


def test_lets_encrypt_may_issue_by_dns_only(dns):
    _, template = dns
    (caa,) = [r for r in resources(template, "AWS::Route53::RecordSet") if r["Properties"]["Type"] == "CAA"]
    assert '0 issue "letsencrypt.org; validationmethods=dns-01"' in caa["Properties"]["ResourceRecords"]


def test_each_region_has_one_role_that_writes_challenges_and_no_other_record(dns):
    fleet, template = dns
    roles = {r["Properties"]["RoleName"]: r for r in resources(template, "AWS::IAM::Role")}
    assert set(roles) == {names.certificate_role(region) for region in fleet.regions.values()}
    for role in roles.values():
        (change,) = [s for s in statements(role) if s["Action"] == "route53:ChangeResourceRecordSets"]
        normalized = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
        assert change["Condition"]["ForAllValues:StringLike"] == {normalized: ["_acme-challenge.*"]}
        types = change["Condition"]["ForAllValues:StringEquals"]["route53:ChangeResourceRecordSetsRecordTypes"]
        assert types == ["TXT"]
        assert change["Condition"]["Null"] == {normalized: "false"}
        assert "Ref" in str(change["Resource"])


def test_nothing_but_challenges_is_written_and_everything_else_reads(dns):
    _, template = dns
    for role in resources(template, "AWS::IAM::Role"):
        for statement in statements(role):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            for action in actions:
                verb = action.partition(":")[2]
                assert verb.startswith(("List", "Get")) or "Condition" in statement, action


def test_a_region_s_role_is_taken_by_its_own_cells_cert_managers_only(dns):
    fleet, template = dns
    roles = {r["Properties"]["RoleName"]: r for r in resources(template, "AWS::IAM::Role")}
    for region in fleet.regions.values():
        trust = roles[names.certificate_role(region)]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        allowed = [names.cell_role_arn(cell, "cert-manager") for cell in region.cells.values()]
        for statement in trust:
            assert statement["Condition"] == {"ArnEquals": {"aws:PrincipalArn": allowed}}
            assert f":{region.account_id}:root" in str(statement["Principal"])
        assert {action for s in trust for action in _listed(s["Action"])} == {"sts:AssumeRole", "sts:TagSession"}


def _listed(actions):
    return actions if isinstance(actions, list) else [actions]
