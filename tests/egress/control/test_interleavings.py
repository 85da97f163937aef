"""Runs that race: whatever order their calls arrive in, no shard ends on an instance that is going."""

from contextlib import ExitStack
from itertools import combinations_with_replacement

import pytest

from tests.egress.control.races import (
    EVENTS,
    MOVES,
    failback,
    race,
    without_the_look_after_a_failback,
    without_the_look_after_a_failover,
)

PAIRS = list(combinations_with_replacement(MOVES, 2))


@pytest.mark.parametrize("event", EVENTS)
def test_no_order_of_a_failback_and_one_event_ends_wrong(event):
    outcome = race(failback, EVENTS[event])
    assert outcome.orders > 100
    assert outcome.wrong == 0


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_no_order_of_a_failback_and_two_events_ends_wrong(first, second):
    outcome = race(failback, MOVES[first], MOVES[second])
    assert outcome.orders > 10_000
    assert outcome.wrong == 0


@pytest.mark.parametrize("event", EVENTS)
def test_no_order_of_two_ticks_that_overlap_and_an_event_ends_wrong(event):
    assert race(failback, failback, MOVES[event]).wrong == 0


@pytest.mark.parametrize(
    ("blind", "harmed"),
    [
        # The instance's lifecycle speaks for a rotation, whatever else is left out.
        (without_the_look_after_a_failover, {"spot warning", "by hand"}),
        (without_the_look_after_a_failback, {"rotation", "spot warning", "by hand"}),
    ],
)
def test_neither_look_can_be_left_out(blind, harmed):
    with blind():
        assert {name for name, move in MOVES.items() if race(failback, move).wrong} == harmed


def test_without_both_looks_more_orders_end_wrong_than_without_either():
    def wrong(*blind):
        with ExitStack() as stack:
            for one in blind:
                stack.enter_context(one())
            outcomes = [race(failback, move) for move in MOVES.values()]
        return sum(outcome.wrong / outcome.orders for outcome in outcomes)

    one, other = without_the_look_after_a_failover, without_the_look_after_a_failback
    assert wrong() == 0 < max(wrong(one), wrong(other)) < wrong(one, other)
