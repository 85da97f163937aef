"""Fence, door and budgets of an account."""

import json

import pytest

from fleet import names, phases
from fleet.load import load
from hypercell.guards.boundary import LONGEST
from ops import init
from stacks.templates import write_templates


def of_type(template, kind):
    return {key: r for key, r in template["Resources"].items() if r["Type"] == kind}


def accounts(synthesized, fleet, of="hypergrowth"):
    """(alias, template) pairs."""
    templates = synthesized("account", of=of)
    return [(alias, templates[names.stack(fleet, "account", alias)]) for alias in fleet.accounts]


def boundary(template):
    (policy,) = of_type(template, "AWS::IAM::ManagedPolicy").values()
    return policy["Properties"]


def denied(template):
    """Action to the statement that denies it."""
    return {
        action: statement
        for statement in boundary(template)["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        for action in statement.get("Action", ())
    }


def elsewhere(template):
    """The statement that denies other regions."""
    (statement,) = [s for s in boundary(template)["PolicyDocument"]["Statement"] if "NotAction" in s]
    return statement


def test_every_role_of_the_fleet_finds_its_accounts_boundary(synthesized, fleet):
    for alias, template in accounts(synthesized, fleet):
        assert boundary(template)["ManagedPolicyName"] == names.permission_boundary(fleet, alias)


def test_a_role_can_only_make_roles_inside_the_same_boundary(synthesized, fleet):
    for alias, template in accounts(synthesized, fleet):
        own = f"arn:aws:iam::{fleet.accounts[alias]}:policy/{names.permission_boundary(fleet, alias)}"
        for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"):
            assert denied(template)[action]["Condition"] == {"StringNotEquals": {"iam:PermissionsBoundary": own}}


def test_nobody_can_remove_or_rewrite_a_boundary(synthesized, fleet):
    for alias, template in accounts(synthesized, fleet):
        assert "Condition" not in denied(template)["iam:DeleteRolePermissionsBoundary"]
        rewriting = denied(template)["iam:CreatePolicyVersion"]
        assert rewriting["Resource"].startswith(f"arn:aws:iam::{fleet.accounts[alias]}:policy/{fleet.name}-boundary-")


def test_nobody_makes_users_stops_the_logs_or_deletes_keys(synthesized, fleet):
    for _alias, template in accounts(synthesized, fleet):
        for action in ("iam:CreateUser", "iam:CreateAccessKey", "cloudtrail:StopLogging", "kms:ScheduleKeyDeletion"):
            assert denied(template)[action]["Resource"] == "*"
            assert "Condition" not in denied(template)[action]


def test_roles_work_in_the_fleets_regions_only_and_in_all_of_them(synthesized, fleet):
    for _alias, template in accounts(synthesized, fleet):
        allowed = set(elsewhere(template)["Condition"]["StringNotEquals"]["aws:RequestedRegion"])
        witnesses = {"us-east-2", "eu-west-2"}
        # us-east-1 is where what is served for the whole world answers.
        assert allowed == {"us-east-1", *(plan.region for plan in phases.every_stack(fleet)), *witnesses}


def test_karpenter_asks_for_prices_wherever_they_are_served(synthesized, fleet):
    for _alias, template in accounts(synthesized, fleet):
        assert elsewhere(template)["Effect"] == "Deny"
        assert elsewhere(template)["NotAction"] == ["pricing:*"]


def test_a_boundary_fits_into_a_managed_policy(synthesized, fleet):
    for _alias, template in accounts(synthesized, fleet):
        text = json.dumps(boundary(template)["PolicyDocument"])
        assert len("".join(text.split())) < LONGEST


def test_deployments_of_other_accounts_read_outputs_and_do_nothing_else(synthesized, fleet):
    for alias, template in accounts(synthesized, fleet):
        (role,) = of_type(template, "AWS::IAM::Role").values()
        assert role["Properties"]["RoleName"] == names.outputs_reader(fleet, alias)
        (policy,) = role["Properties"]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Action"] == "cloudformation:DescribeStacks"
        assert statement["Resource"] == f"arn:aws:cloudformation:*:{fleet.accounts[alias]}:stack/{fleet.name}-*/*"


def test_the_door_opens_to_cloudformation_of_the_fleets_other_accounts(synthesized, fleet):
    for alias, template in accounts(synthesized, fleet):
        (role,) = of_type(template, "AWS::IAM::Role").values()
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        others = set(fleet.accounts.values()) - {fleet.accounts[alias]}
        assert set(trust["Principal"]["AWS"]) == {f"arn:aws:iam::{other}:root" for other in others}
        deployers = set(trust["Condition"]["ArnEquals"]["aws:PrincipalArn"])
        assert deployers == {
            f"arn:aws:iam::{plan.account}:role/cdk-hnb659fds-cfn-exec-role-{plan.account}-{plan.region}"
            for plan in phases.every_stack(fleet)
            if plan.account != fleet.accounts[alias]
        }


def test_the_reader_itself_stands_inside_the_boundary(synthesized, fleet):
    for _alias, template in accounts(synthesized, fleet):
        (role,) = of_type(template, "AWS::IAM::Role").values()
        (policy,) = of_type(template, "AWS::IAM::ManagedPolicy")
        assert role["Properties"]["PermissionsBoundary"] == {"Ref": policy}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The fleet of a founder who has one account, and its stacks of accounts."""
    folder = tmp_path_factory.mktemp("alone")
    init.write(folder / "fleet", init.Answers("acme", "acme.com", "us-east-1", "123456789012", "night@acme.com"))
    fleet = load(folder / "fleet")
    plans = tuple(plan for plan in phases.every_stack(fleet) if plan.kind == "account")
    write_templates(fleet, plans, folder / "out", judged=False)
    return fleet, [json.loads((folder / "out" / f"{plan.name}.template.json").read_text()) for plan in plans]


def test_one_account_that_plays_every_part_needs_no_door_and_gets_one_bill(alone):
    fleet, templates = alone
    assert len(set(fleet.accounts.values())) == 1
    assert not any(of_type(template, "AWS::IAM::Role") for template in templates)
    made = [
        budget["Properties"]["Budget"]["BudgetName"]
        for template in templates
        for budget in of_type(template, "AWS::Budgets::Budget").values()
    ]
    assert sorted(made) == sorted(
        [f"{fleet.name}-account-edge", *(f"{fleet.name}-team-{team}" for team in fleet.teams)]
    )


def test_names_of_one_accounts_stacks_never_clash(alone):
    _fleet, templates = alone
    found = [boundary(template)["ManagedPolicyName"] for template in templates]
    assert len(set(found)) == len(found)


def test_a_team_hears_about_its_own_money_before_and_when_it_is_spent(synthesized, fleet):
    (template,) = [template for alias, template in accounts(synthesized, fleet) if alias == "edge"]
    budgets = {
        r["Properties"]["Budget"]["BudgetName"]: r["Properties"]
        for r in of_type(template, "AWS::Budgets::Budget").values()
    }
    for key, team in fleet.teams.items():
        budget = budgets[f"{fleet.name}-team-{key}"]
        assert budget["Budget"]["BudgetLimit"] == {"Amount": team.budget, "Unit": "USD"}
        assert budget["Budget"]["CostFilters"] == {"TagKeyValue": [f"user:fleet:team${key}"]}
        steps = {
            (n["Notification"]["NotificationType"], n["Notification"]["Threshold"])
            for n in budget["NotificationsWithSubscribers"]
        }
        assert {("ACTUAL", 80), ("ACTUAL", 100)} <= steps
        for notification in budget["NotificationsWithSubscribers"]:
            assert [s["Address"] for s in notification["Subscribers"]] == [team.oncall]


def test_every_account_has_a_budget_whatever_the_tags_say(synthesized, fleet):
    covered = {
        fleet.accounts[alias]
        for alias, template in accounts(synthesized, fleet)
        for budget in of_type(template, "AWS::Budgets::Budget").values()
        if "CostFilters" not in budget["Properties"]["Budget"]
    }
    assert covered == set(fleet.accounts.values())
