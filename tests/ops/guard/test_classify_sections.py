"""What is no resource and still matters: outputs, tags of a stack, and the rest of a template."""

from __future__ import annotations

import pytest

from ops.guard.change import Action
from ops.guard.classify import classify
from tests.ops.guard.small import resource, snapshot, stack


def changes(old: object, new: object, *others: object) -> dict[str, object]:
    return {one.path: one for one in classify(snapshot(old, *others), snapshot(new, *others))}


READER = stack(
    "cell",
    Resources={
        "Role": resource("AWS::IAM::Role", {"Tags": [{"Fn::GetStackOutput": {"StackName": "net", "OutputName": "Id"}}]})
    },
)


def test_an_output_that_goes_while_others_read_it_names_them():
    old, new = stack("net", Outputs={"Id": {"Value": "a"}}), stack("net", Outputs={})
    change = changes(old, new, READER)["net/Outputs.Id"]
    assert (change.action, change.type) == (Action.DELETE, "Output")
    assert change.why == "cell/Role still read it, and fail at their next update"


def test_an_output_that_nobody_reads_goes_too_and_says_so():
    old, new = stack("net", Outputs={"Id": {"Value": "a"}}), stack("net", Outputs={})
    assert changes(old, new)["net/Outputs.Id"].why == "nobody of the fleet reads it"


def test_an_output_of_a_stack_that_goes_is_named_while_others_read_it():
    old = stack("net", Outputs={"Id": {"Value": "a"}, "Unread": {"Value": "b"}})
    found = {one.path: one for one in classify(snapshot(old, READER), snapshot(READER))}
    assert list(found) == ["net/Outputs.Id"]


def test_another_value_of_an_output_is_an_update_of_its_readers():
    old, new = stack("net", Outputs={"Id": {"Value": "a"}}), stack("net", Outputs={"Id": {"Value": "b"}})
    found = changes(old, new, READER)
    assert found["net/Outputs.Id"].fields == ("Value",)
    assert found["cell/Role"].action is Action.UPDATE


def test_another_description_of_an_output_moves_nobody():
    old = stack("net", Outputs={"Id": {"Value": "a", "Description": "x"}})
    new = stack("net", Outputs={"Id": {"Value": "a", "Description": "y"}})
    assert list(changes(old, new, READER)) == ["net/Outputs.Id"]


@pytest.mark.parametrize(
    ("section", "kind"),
    [("Parameters", "Parameter"), ("Rules", "Rule"), ("Mappings", "Mapping"), ("Metadata", "Metadata")],
)
def test_a_section_says_which_member_changed(section, kind):
    old, new = stack("net", **{section: {"It": {"A": 1}}}), stack("net", **{section: {"It": {"A": 2}}})
    change = changes(old, new)[f"net/{section}.It"]
    assert (change.action, change.type, change.fields) == (Action.UPDATE, kind, ("A",))


def test_a_description_is_a_change_too():
    assert changes(stack("net", Description="a"), stack("net", Description="b"))["net/Description"].type == "Template"


def test_tags_of_a_stack_reach_the_resources_whose_tags_are_fixed():
    resources = {
        "Reader": resource("AWS::Kinesis::StreamConsumer", {"ConsumerName": "a"}),
        "Stream": resource("AWS::Kinesis::Stream", {}),
    }
    old, new = (stack("net", Resources=resources, tags={"fleet:stage": stage}) for stage in ("test", "live"))
    found = changes(old, new)
    assert found["net/Tags"].fields == ("Tags.fleet:stage",)
    assert found["net/Reader"].action is Action.MAY_REPLACE
    assert "net/Stream" not in found
