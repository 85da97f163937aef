"""A wave is followed by the next only when whoever watches it has said, without a break, that it is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.rollout.bake import Baking, Outcome, Reading, State, begin, red_before

BEGAN = datetime(2026, 11, 25, 12, tzinfo=UTC)
BAKE = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
LONG_AGO = BEGAN - timedelta(days=1)
CELL, REGION = "acme-use1-a", "acme-region-use1-unwell"


def ok(since: datetime = LONG_AGO) -> Reading:
    return Reading(State.OK, since)


def looked(*looks: dict[str, Reading | None], alarms: tuple[str, ...] = (CELL,), bake: timedelta = BAKE) -> Baking:
    """A look a minute."""
    baking = begin(alarms, bake, BEGAN)
    for minute, readings in enumerate(looks):
        baking = baking.look(readings, BEGAN + minute * MINUTE)
        if baking.outcome is not Outcome.WAIT:
            break
    return baking


def test_half_an_hour_of_quiet_bakes_a_wave_and_a_minute_less_does_not():
    assert looked(*[{CELL: ok()}] * 31).outcome is Outcome.BAKED
    almost = looked(*[{CELL: ok()}] * 30)
    assert (almost.outcome, almost.why) == (Outcome.WAIT, "quiet since 12:00:00, 60 s to go")


def test_red_stops_at_once():
    red = Reading(State.ALARM, BEGAN + 5 * MINUTE)
    stopped = looked(*[{CELL: ok()}] * 5, {CELL: red})
    assert (stopped.outcome, stopped.why) == (Outcome.STOP, f"{CELL} is red since 12:05:00")


def test_every_alarm_has_to_be_quiet():
    red = Reading(State.ALARM, BEGAN)
    assert looked({CELL: ok(), REGION: red}, alarms=(CELL, REGION)).outcome is Outcome.STOP
    assert looked(*[{CELL: ok()}] * 5, alarms=(CELL, REGION)).why == f"{REGION} is not quiet yet"


def test_quiet_that_was_broken_between_two_looks_begins_anew():
    again = ok(BEGAN + timedelta(minutes=20, seconds=30))
    looks = [*[{CELL: ok()}] * 21, *[{CELL: again}] * 40]
    assert looked(*looks[:31]).outcome is Outcome.WAIT
    assert looked(*looks[:51]).outcome is Outcome.WAIT
    assert looked(*looks[:52]).outcome is Outcome.BAKED


@pytest.mark.parametrize(
    ("silence", "why"),
    [
        ({CELL: Reading(State.INSUFFICIENT, LONG_AGO)}, "has not reported for 10 min (INSUFFICIENT_DATA)"),
        ({CELL: None}, "does not exist, for 10 min now"),
        ({}, "could not be asked for 10 min"),
    ],
)
def test_an_alarm_that_never_reports_stops_the_wave_with_the_reason(silence, why):
    stopped = looked(*[silence] * 11)
    assert stopped.outcome is Outcome.STOP
    assert stopped.why == f"{CELL} {why}: whether it is well nobody knows"
    assert looked(*[silence] * 10).outcome is Outcome.WAIT


def test_an_alarm_that_is_silent_for_a_while_is_waited_for_and_its_quiet_begins_anew():
    silence = [{CELL: None}] * 5
    assert looked(*silence, *[{CELL: ok(BEGAN + 5 * MINUTE)}] * 30).outcome is Outcome.WAIT
    assert looked(*silence, *[{CELL: ok(BEGAN + 5 * MINUTE)}] * 31).outcome is Outcome.BAKED


def test_silences_do_not_add_up():
    looks = [*[{CELL: ok()}, *[{CELL: None}] * 9] * 3]
    assert looked(*looks).outcome is Outcome.WAIT


def test_a_wave_that_nothing_watches_is_baked_by_time_alone():
    assert looked(*[{}] * 31, alarms=()).outcome is Outcome.BAKED
    assert looked(*[{}] * 30, alarms=()).outcome is Outcome.WAIT


readings = st.sampled_from([ok(), Reading(State.ALARM, BEGAN), Reading(State.INSUFFICIENT, BEGAN), None])


@given(st.lists(st.fixed_dictionaries({}, optional={CELL: readings, REGION: readings}), max_size=40))
def test_no_history_with_anything_but_quiet_in_its_last_half_hour_is_baked(history):
    baked = looked(*history, alarms=(CELL, REGION))
    if baked.outcome is Outcome.BAKED:
        quiet = [all(look.get(alarm) == ok() for alarm in (CELL, REGION)) for look in history]
        assert any(all(quiet[at : at + 31]) for at in range(len(history) - 30))


def test_a_wave_is_not_begun_into_a_fire():
    red = Reading(State.ALARM, LONG_AGO)
    assert red_before({CELL: red, REGION: ok(), "gone": None}) == (f"{CELL} is red since 2026-11-24 12:00:00 UTC",)
