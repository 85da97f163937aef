"""What the schemas do not say."""

from __future__ import annotations

import pytest

from ops.guard.change import Action
from tests.ops.guard.small import of

DSQL, EAST = "AWS::DSQL::Cluster", {"WitnessRegion": "us-west-2"}
LINKED = {**EAST, "Clusters": ["arn:a"]}


def dsql(old: dict[str, object] | None, new: dict[str, object] | None) -> Action:
    before, after = ({"MultiRegionProperties": one} if one else {} for one in (old, new))
    return of(DSQL, {**before, "DeletionProtectionEnabled": True}, {**after, "DeletionProtectionEnabled": True}).action


def test_a_pair_of_databases_is_linked_in_its_second_step():
    assert dsql(EAST, LINKED) is Action.UPDATE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, EAST),
        (None, LINKED),
        (EAST, None),
        (LINKED, None),
        (LINKED, EAST),
        (LINKED, {**LINKED, "Clusters": ["arn:b"]}),
        (EAST, {"WitnessRegion": "us-east-2"}),
        (EAST, {**LINKED, "WitnessRegion": "us-east-2"}),
    ],
)
def test_any_other_step_of_a_database_between_one_region_and_two_destroys(old, new):
    assert dsql(old, new) is Action.REPLACE


@pytest.mark.parametrize("field", ["KeySpec", "KeyUsage", "MultiRegion"])
def test_what_a_key_is_cannot_be_changed(field):
    assert of("AWS::KMS::Key", {field: "x"}, {field: "y"}).action is Action.REPLACE


def test_a_key_may_get_another_policy():
    assert of("AWS::KMS::Key", {"KeyPolicy": {"a": 1}}, {"KeyPolicy": {"a": 2}}).action is Action.UPDATE


@pytest.mark.parametrize("field", ["Name", "Type", "SetIdentifier"])
def test_a_record_is_known_by_its_name_type_and_set(field):
    assert of("AWS::Route53::RecordSet", {field: "x"}, {field: "y"}).action is Action.REPLACE


def test_a_record_gets_another_weight_in_place():
    assert of("AWS::Route53::RecordSet", {"Weight": 1}, {"Weight": 0}).action is Action.UPDATE


def test_a_description_of_a_security_group_replaces_it():
    change = of("AWS::EC2::SecurityGroup", {"GroupDescription": "x"}, {"GroupDescription": "y"})
    assert change.action is Action.REPLACE
