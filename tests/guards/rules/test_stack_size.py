"""Stacks keep away from CloudFormation's limits."""

from hypercell.guards.rules.stack_size import BYTES, RESOURCES, RULE

TOPIC = {"Type": "AWS::SNS::Topic"}


def test_an_empty_stack_is_refused(broken):
    assert broken(RULE, {}) == [("", "has no resources")]


def test_a_stack_near_the_limit_of_resources_is_refused(broken):
    some = {f"Topic{number}": TOPIC for number in range(RESOURCES)}
    assert broken(RULE, some) == [("", "has 400 resources; 400 leave room to 500")]
    some.popitem()
    assert broken(RULE, some) == []


def test_a_template_near_the_limit_of_bytes_is_refused(broken):
    assert broken(RULE, {"Topic": TOPIC}, size=BYTES - 1) == []
    assert broken(RULE, {"Topic": TOPIC}, size=BYTES) == [("", "has 800000 bytes; 800000 leave room to 1 MB")]
