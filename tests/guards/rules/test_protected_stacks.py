"""Stacks are protected and tagged."""

from hypercell.guards.rules.protected_stacks import RULE


def test_a_stack_that_anyone_may_delete_is_refused(broken):
    assert broken(RULE, {}) == []
    assert broken(RULE, {}, protected=False) == [("", "has no termination protection")]


def test_a_cell_says_which_it_is(broken):
    tags = {"fleet:name": "skyline", "fleet:stage": "production"}
    assert broken(RULE, {}, tags=tags) == [("", "has no tag fleet:team"), ("", "has no tag fleet:cell")]


def test_a_service_says_which_it_is(broken):
    assert broken(RULE, {}, kind="service") == [("", "has no tag fleet:service")]
