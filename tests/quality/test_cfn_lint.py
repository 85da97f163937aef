"""cfn-lint over the canonical stacks, for every region of the fleet: no error, and no warning that is not listed."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode_str
from cfnlint.rules import RulesCollection
from cfnlint.runner import Runner, run_template_by_data

from fleet.phases import every_stack
from tests.goldens.stacks import STACKS

# (rule, type of resource or "") -> why it is right here. Nothing is left out elsewhere.
LISTED: dict[tuple[str, str], str] = {}

# What the canonical stacks of hypergrowth do not show: another release, Auto Mode, the stages before.
OTHERS = [
    ("hypergrowth", "use1-b-cell"),
    ("growth", "use1-z-cell"),
    ("growth", "dsql-bookings-us-g1-use1"),
    ("day-one", "use1-network"),
    ("day-one", "use1-egress"),
    ("day-one", "use1-z-cell"),
    ("day-one", "edge-site"),
    ("day-one", "dsql-bookings-us-g1-use1"),
]
STANDING = [("hypergrowth", stack) for stacks in STACKS.values() for stack in stacks] + OTHERS


@cache
def rules() -> RulesCollection:
    return Runner(ConfigMixIn(regions=["us-east-1"])).rules


def findings(template: dict[str, Any], regions: list[str]) -> list[tuple[str, str, str]]:
    """Rule, type of the resource, message. Over the parsed document: reading it as YAML takes as long as judging.

    Rule E3026 looks at replication groups and wants to know their lines, so those are read the slow way.
    """
    if any(one["Type"] == "AWS::ElastiCache::ReplicationGroup" for one in template["Resources"].values()):
        template, problems = decode_str(json.dumps(template, indent=1))
        assert not problems
    matches = run_template_by_data(template, ConfigMixIn(regions=regions), rules())
    return [(match.rule.id, _type(template, getattr(match, "path", None)), match.message) for match in matches]


def _type(template: dict[str, Any], path: Any) -> str:
    parts = list(path or [])
    return template["Resources"][parts[1]]["Type"] if parts[:1] == ["Resources"] and len(parts) > 1 else ""


@pytest.mark.whole
@pytest.mark.parametrize(("of", "stack"), STANDING)
def test_a_stack_is_right_in_every_region_it_can_stand_in(fleet_of, whole, of, stack):
    fleet = fleet_of(of)
    plan = {plan.name: plan for plan in every_stack(fleet)}[f"{fleet.name}-{stack}"]
    regions = sorted(fleet.regions) if plan.scope is not None else [plan.region]
    template = json.loads((whole(of).templates / f"{plan.name}.template.json").read_text())
    assert [found for found in findings(template, regions) if found[:2] not in LISTED] == []


@pytest.mark.whole
def test_a_wrong_template_is_found(whole):
    template = json.loads(Path(whole("hypergrowth").templates / "skyline-use1-keys.template.json").read_text())
    broken = copy.deepcopy(template)
    key = next(r for r in broken["Resources"].values() if r["Type"] == "AWS::KMS::Key")
    key["Properties"]["PendingWindowInDays"] = 3
    assert [found[:2] for found in findings(broken, ["us-east-1"])] == [("E3034", "AWS::KMS::Key")]


def test_an_instance_type_that_a_region_does_not_offer_is_found():
    launch = {
        "Type": "AWS::EC2::Instance",
        "Properties": {"InstanceType": "u-24tb1.112xlarge", "ImageId": "ami-12345678"},
    }
    template = {"Resources": {"Host": launch}}
    assert findings(template, ["us-east-1"]) == []
    assert [found[0] for found in findings(template, ["us-east-1", "eu-south-2"])] == ["E3628"]


def test_every_listed_warning_says_why():
    assert all(len(why.split()) >= 6 for why in LISTED.values())
