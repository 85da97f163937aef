"""Findings over every blueprint: none is open, and each row of the table is counted, used and explained."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fleet.phases import every_stack
from hypercell.guards.acknowledgements import TABLE
from hypercell.guards.findings import Finding, acknowledged
from hypercell.guards.judgement import Judgement
from stacks.templates import write_templates

BLUEPRINTS = ("day-one", "growth", "hypergrowth")

# How many rows each rule has, reviewed: a row more or less is a line here as well.
ROWS = {
    "AwsSolutions-AEC6": 1,
    "AwsSolutions-AS3": 2,
    "AwsSolutions-CFR1": 1,
    "AwsSolutions-CFR2": 1,
    "AwsSolutions-CFR3": 1,
    "AwsSolutions-ELB2": 2,
    "AwsSolutions-IAM4": 7,
    "AwsSolutions-IAM5": 17,
    "AwsSolutions-KDF1": 1,
    "AwsSolutions-KDS3": 1,
    "AwsSolutions-S1": 1,
    "AwsSolutions-SMG4": 1,
    "AwsSolutions-SQS3": 1,
    "encrypted-data": 1,
    "narrow-policies": 1,
}


@pytest.fixture(scope="module")
def judgements(fleet_of, tmp_path_factory) -> dict[str, Judgement]:
    """Blueprint to its judgement, by all three scanners."""
    return {
        of: write_templates(fleet_of(of), every_stack(fleet_of(of)), tmp_path_factory.mktemp("judged") / "cdk.out")
        for of in BLUEPRINTS
    }


@pytest.mark.whole
@pytest.mark.parametrize("of", BLUEPRINTS)
def test_no_finding_of_a_blueprint_is_open(judgements, of):
    assert not judgements[of].open, judgements[of].text(100)


@pytest.mark.whole
def test_every_acknowledgement_is_needed(judgements):
    used = sum((judgement.used for judgement in judgements.values()), Counter())
    assert [row for row in TABLE if row not in used] == []


def test_acknowledgements_are_counted():
    assert Counter(row.rule for row in TABLE) == ROWS


def test_every_acknowledgement_has_a_reason_and_a_place():
    for row in TABLE:
        assert len(row.reason.split()) >= 6, row
        assert row.path.strip("*/"), f"{row} speaks for a whole stack"
        assert not any(wild in "".join(row.findings) for wild in ("?", "[")), row


def test_a_row_speaks_of_what_it_names_and_of_nothing_else(fleet):
    plans = {plan.name: plan for plan in every_stack(fleet)}
    role = "skyline-usw2-c-cell/Karpenter/ZonalShift"

    def rows(rule: str, path: str) -> int:
        plan = plans[Path(path).parts[0]]
        return len(list(acknowledged(Finding(rule, path, ""), plan, fleet.name)))

    assert rows("AwsSolutions-IAM5[Resource::*]", role) == 1
    assert rows("AwsSolutions-IAM5[Resource::arn:aws:iam::333333333332:role/*]", role) == 0
    assert rows("AwsSolutions-IAM5[Action::*]", role) == 0
    assert rows("AwsSolutions-IAM4[Resource::*]", role) == 0
    assert rows("AwsSolutions-IAM5[Resource::*]", "skyline-usw2-c-cell/Karpenter/Other") == 0
    assert rows("AwsSolutions-IAM5[Resource::*]", "skyline-usw2-network/Karpenter/ZonalShift") == 0


def test_a_row_holds_for_every_cell_zone_and_fleet(fleet_of):
    fleet = fleet_of("hypergrowth")
    renamed = fleet.model_copy(update={"fleet": "compass"})
    for name, prefix in ((fleet.name, "skyline"), (renamed.name, "compass")):
        plan = next(plan for plan in every_stack(fleet) if plan.name == "skyline-euw1-egress")
        group = (
            f"arn:aws:autoscaling:eu-west-1:333333333333:autoScalingGroup:*:autoScalingGroupName/{prefix}-euw1-az3-nat"
        )
        path = "skyline-euw1-egress/InstanceEuw1Az3/Role/Resource"
        finding = Finding(f"AwsSolutions-IAM5[Resource::{group}]", path, "")
        assert len(list(acknowledged(finding, plan, name))) == 1
