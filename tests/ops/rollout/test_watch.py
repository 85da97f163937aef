"""What an alarm says is asked where it lives; who does not answer is silent, and is no quiet alarm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ops.rollout.bake import Reading, State
from ops.rollout.plan import Alarm
from ops.rollout.watch import readings
from tests.ops.rollout.cloud import refused

BEFORE, LATER = datetime(2026, 11, 25, 11, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC)
HERE, THERE = "us-east-1", "eu-west-1"


class CloudWatch:
    """The alarms of one place."""

    def __init__(self, *, throttled: bool = False, **states: str) -> None:
        self._states, self._throttled = states, throttled
        self.asked: list[int] = []

    def describe_alarms(self, *, AlarmNames: list[str], AlarmTypes: list[str], MaxRecords: int) -> Any:  # noqa: N803
        assert len(AlarmNames) <= MaxRecords <= 100
        assert "CompositeAlarm" in AlarmTypes, "without it CloudWatch answers of metric alarms alone"
        self.asked.append(len(AlarmNames))
        if self._throttled:
            raise refused("Throttling", "Rate exceeded")
        return {
            "CompositeAlarms": [
                {
                    "AlarmName": name,
                    "StateValue": self._states[name],
                    "StateUpdatedTimestamp": LATER,
                    "StateTransitionedTimestamp": BEFORE,
                }
                for name in AlarmNames
                if name in self._states
            ]
        }


def asked(alarms: list[tuple[str, str]], **places: CloudWatch) -> dict[str, Reading | None]:
    by_region = {region.replace("_", "-"): place for region, place in places.items()}
    return readings(
        [Alarm("1" * 12, region, name) for region, name in alarms], lambda _service, _account, region: by_region[region]
    )


def test_an_alarm_is_what_it_became_and_since_then():
    found = asked([(HERE, "a"), (HERE, "b")], us_east_1=CloudWatch(a="OK", b="ALARM"))
    assert found == {"a": Reading(State.OK, BEFORE), "b": Reading(State.ALARM, BEFORE)}


def test_an_alarm_that_is_not_there_is_told_from_one_that_nobody_answers_for():
    found = asked([(HERE, "gone"), (THERE, "unanswered")], us_east_1=CloudWatch(), eu_west_1=CloudWatch(throttled=True))
    assert found == {"gone": None}


@pytest.mark.parametrize("number", [1, 100, 101, 250])
def test_all_are_asked_for_however_many(number):
    place = CloudWatch(**{f"a{n}": "OK" for n in range(number)})
    found = asked([(HERE, f"a{n}") for n in range(number)], us_east_1=place)
    assert len(found) == number
    assert None not in found.values()
