"""What AWS tells the controller of: patterns of events on the account's default bus."""

from __future__ import annotations

from fleet import names
from fleet.region import Region

ENDING = ("stopping", "shutting-down", "stopped", "terminated")
"""States of an instance that forwards no more, or will not in a moment."""

Pattern = dict[str, object]


def patterns(region: Region) -> dict[str, Pattern]:
    """Construct id to pattern.

    EC2's own events know no group and no tag: they tell of every instance in the account, and the function asks
    whose it is. A fleet that only wants to be called about saturation has no rule for it.
    """
    groups = [names.nat_group(region, zone) for zone in region.zones]
    found = {
        "Terminating": _pattern(
            "aws.autoscaling", "EC2 Instance-terminate Lifecycle Action", {"AutoScalingGroupName": groups}
        ),
        "Ending": _pattern("aws.ec2", "EC2 Instance State-change Notification", {"state": list(ENDING)}),
        "Interrupted": _pattern("aws.ec2", "EC2 Spot Instance Interruption Warning"),
        "Retired": _pattern(
            "aws.health", "AWS Health Event", {"service": ["EC2"], "eventTypeCategory": ["scheduledChange"]}
        ),
    }
    if region.egress.saturation == "shed":
        alarms = [names.nat_alarm(region, zone, metric) for zone in region.zones for metric in names.SATURATION_ALARMS]
        found["Saturated"] = _pattern(
            "aws.cloudwatch", "CloudWatch Alarm State Change", {"alarmName": alarms, "state": {"value": ["ALARM"]}}
        )
    return found


def _pattern(source: str, kind: str, detail: dict[str, object] | None = None) -> Pattern:
    pattern: Pattern = {"source": [source], "detail-type": [kind]}
    return pattern if detail is None else {**pattern, "detail": detail}
