"""What the alarms of a wave say, asked from CloudWatch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.clients import ClientFor
from ops.rollout.bake import Reading, State
from ops.rollout.plan import Alarm

_AT_ONCE = 100
"""Names that DescribeAlarms takes."""


def readings(alarms: Sequence[Alarm], client_for: ClientFor) -> dict[str, Reading | None]:
    """Each alarm as it is; None where there is none. Those of a place that does not answer are left out.

    Raises:
        NoCredentials.
    """
    places: dict[tuple[str, str], list[str]] = {}
    for alarm in alarms:
        places.setdefault((alarm.account, alarm.region), []).append(alarm.name)
    found: dict[str, Reading | None] = {}
    for place, names in places.items():
        client = client_for("cloudwatch", *place)
        for start in range(0, len(names), _AT_ONCE):
            asked = names[start : start + _AT_ONCE]
            try:
                said = client.describe_alarms(
                    AlarmNames=asked, AlarmTypes=["CompositeAlarm", "MetricAlarm"], MaxRecords=_AT_ONCE
                )
            except (ClientError, BotoCoreError):
                continue  # who is not answered for is silent, and silence has its limit
            here = [*said.get("CompositeAlarms", ()), *said.get("MetricAlarms", ())]
            found |= dict.fromkeys(asked) | {one["AlarmName"]: _reading(one) for one in here}
    return found


def _reading(alarm: dict[str, Any]) -> Reading:
    since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
    return Reading(State(alarm["StateValue"]), since)
