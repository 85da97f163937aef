"""Keys of a region."""

import shutil
from pathlib import Path

import aws_cdk as cdk
import pytest

from fleet import backup, names, phases
from fleet.load import load
from stacks.keys import KeysStack

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def keys(template):
    """Purpose to key."""
    by_id = {id: r for id, r in template["Resources"].items() if r["Type"] == "AWS::KMS::Key"}
    aliases = [r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::KMS::Alias"]
    return {a["AliasName"].rpartition("-")[2]: by_id[a["TargetKeyId"]["Ref"]] for a in aliases}


@pytest.fixture(params=BLUEPRINTS)
def regions(request, fleet_of, synthesized):
    """Region and its keys by purpose."""
    fleet, stacks = fleet_of(request.param), synthesized("keys", of=request.param)
    return [(region, keys(stacks[names.stack(fleet, region.code, "keys")])) for region in fleet.regions.values()]


def statements(key):
    return key["Properties"]["KeyPolicy"]["Statement"]


def services(key):
    return {s["Principal"]["Service"] for s in statements(key) if "Service" in s["Principal"]}


def test_every_key_rotates_and_outlives_its_stack(regions):
    for _region, found in regions:
        assert set(found) == set(names.REGION_KEYS)
        for key in found.values():
            assert key["Properties"]["EnableKeyRotation"] is True
            assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"


def test_the_account_s_own_policies_decide_about_every_key(regions):
    for region, found in regions:
        for key in found.values():
            own = [s for s in statements(key) if s["Action"] == "kms:*"]
            assert [s["Principal"] for s in own] == [{"AWS": f"arn:aws:iam::{region.account_id}:root"}]


def test_whoever_else_uses_a_key_says_for_whom(regions):
    for region, found in regions:
        for key in found.values():
            for statement in statements(key):
                if statement["Action"] != "kms:*" and "Service" in statement["Principal"]:
                    assert region.account_id in str(statement["Condition"])


def test_each_key_serves_the_services_of_its_class_only(regions):
    for region, found in regions:
        assert services(found["cells"]) == services(found["lake"]) == services(found["backup"]) == set()
        assert services(found["data"]) == {"sns.amazonaws.com"}
        assert services(found["logs"]) == {
            f"logs.{region.name}.amazonaws.com",
            "cloudwatch.amazonaws.com",
            "events.amazonaws.com",
        }


def test_disks_are_the_cells_key_s_only_open_door_and_it_leads_through_ec2(regions):
    for region, found in regions:
        for purpose, key in found.items():
            anyone = [s for s in statements(key) if s["Principal"] == {"AWS": "*"}]
            assert bool(anyone) is (purpose == "cells")
            for statement in anyone:
                assert statement["Condition"]["StringEquals"] == {
                    "kms:CallerAccount": region.account_id,
                    "kms:ViaService": f"ec2.{region.name}.amazonaws.com",
                }
            for statement in [s for s in statements(key) if "kms:CreateGrant" in s["Action"]]:
                assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_second_copies_are_the_only_reason_for_another_account_to_use_a_key(regions):
    for region, found in regions:
        partners = {r.account_id for r in (backup.sibling(region), *backup.sends_here(region)) if r is not None}
        for purpose, key in found.items():
            admitted = {
                arn.split(":")[4]
                for s in statements(key)
                for arn in (
                    [s["Principal"]["AWS"]]
                    if isinstance(s["Principal"].get("AWS"), str)
                    else s["Principal"].get("AWS", [])
                )
                if arn != "*"
            }
            assert admitted == {region.account_id} | (partners if purpose == "backup" else set())


def test_who_pays_for_the_platform_is_the_team_that_runs_it(tmp_path):
    shutil.copytree(Path(__file__).parents[2] / "blueprints" / "day-one", tmp_path / "fleet")
    file = tmp_path / "fleet" / "fleet.yaml"
    text = file.read_text()
    assert "  platform: {oncall" in text
    file.write_text(text.replace("  platform: {oncall", "  foundations: {oncall"))
    fleet = load(tmp_path / "fleet")
    (plan,) = [plan for plan in phases.every_stack(fleet) if plan.kind == "keys"]
    assert KeysStack(cdk.App(), plan, fleet).tags.tag_values()["fleet:team"] == "foundations"
