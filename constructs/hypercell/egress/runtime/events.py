"""What EventBridge tells the controller, and what it does about it at once instead of seeing it a second later."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .config import Config
from .controller import Controller
from .decision import gateway_dead
from .probing import Probing
from .sight import Watch
from .zone import Way

TRIES = 8
PAUSE_SECONDS = 2.0
"""A hook stays open for two minutes. Within one the routes are away, or the function fails and is called again."""

ENDING = frozenset({"stopping", "shutting-down", "stopped", "terminated"})


class Unfinished(Exception):
    """Shards still lead to an instance that is going. Lambda calls again; the ticks try as well."""


@dataclass(frozen=True)
class Going:
    """An instance is going away."""

    machine: str
    group: str = ""
    """Only a lifecycle hook says it."""
    hook: str = ""
    token: str = ""
    retired: bool = False
    """AWS will take its host away some day soon; the group does not know, and is told once the shards are away."""


@dataclass(frozen=True)
class Saturated:
    """An alarm says that an instance is at a limit."""

    alarm: str


def said(event: Mapping[str, Any]) -> tuple[Going | Saturated, ...]:
    """What an event means here; nothing as well where it cannot be understood. Only AWS Health names several instances."""
    detail = event.get("detail")
    if not isinstance(detail, dict):
        return ()
    if event.get("detail-type") == "AWS Health Event":
        return _retired(detail)
    told = _told(str(event.get("detail-type")), detail)
    return () if told is None else (told,)


def _told(kind: str, detail: Mapping[str, Any]) -> Going | Saturated | None:
    match kind:
        case "EC2 Instance-terminate Lifecycle Action":
            names = ("EC2InstanceId", "AutoScalingGroupName", "LifecycleHookName", "LifecycleActionToken")
            machine, group, hook, token = (str(detail.get(name) or "") for name in names)
            return Going(machine, group, hook, token) if machine and group and hook and token else None
        case "EC2 Instance State-change Notification" if detail.get("state") in ENDING:
            return _going(detail.get("instance-id"))
        case "EC2 Spot Instance Interruption Warning":
            return _going(detail.get("instance-id"))
        case "CloudWatch Alarm State Change" if (detail.get("state") or {}).get("value") == "ALARM":
            return Saturated(str(detail["alarmName"])) if detail.get("alarmName") else None
    return None


def _retired(detail: Mapping[str, Any]) -> tuple[Going, ...]:
    """Health tells again of each change, and at last that it is over: then the instance is on a sound host."""
    if detail.get("statusCode") == "closed":
        return ()
    affected = [one.get("entityValue") for one in detail.get("affectedEntities") or [] if isinstance(one, dict)]
    machines = dict.fromkeys(one for one in affected if isinstance(one, str) and one.startswith("i-"))
    return tuple(Going(one, retired=True) for one in machines)


def zone_of(told: Going | Saturated, config: Config, autoscaling: Any) -> str | None:
    """The zone an event is about; None: an instance or an alarm of somebody else's.

    Raises:
        ClientError, BotoCoreError: Auto Scaling could not be asked whose instance it is; Lambda calls again.
    """
    if isinstance(told, Saturated):
        return next((zone.name for zone in config.zones.values() if told.alarm in zone.alarms), None)
    if told.group:
        return next((zone.name for zone in config.zones.values() if zone.group == told.group), None)
    # EC2 tells of every instance in the account, and Spot nodes come and go all day: one small question for most.
    of = autoscaling.describe_auto_scaling_instances(InstanceIds=[told.machine])["AutoScalingInstances"]
    groups = {one["AutoScalingGroupName"] for one in of}
    return next((zone.name for zone in config.zones.values() if zone.group in groups), None)


def act(
    told: Going | Saturated,
    controller: Controller,
    probing: Probing,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Do what the event asks for.

    A gateway that is dead gets nothing: then the instance serves until it is gone, its hook is left to run out, and
    the ticks move the shards in the second in which the gateway comes back.

    Raises:
        Unfinished: not all shards could be moved.
    """
    going = told.machine if isinstance(told, Going) else ""
    left: list[str] = []
    for attempt in range(TRIES):
        if attempt:
            sleep(PAUSE_SECONDS)
        if controller.read(clock()) is None or controller.zone is None:
            left = ["route tables that could not be read"]
            continue
        # One look: the rules that count rounds stay silent, and are the ticks'.
        watch = Watch().after(probing.look(), clock())
        if going and gateway_dead(controller.zone, watch):
            left = []
            controller.report.say("gateway dead, the instance serves on", instance=going)
            continue
        controller.step(watch, clock(), going)
        controller.read(clock())
        left = _left(controller, going, clock())
        if not left:
            if isinstance(told, Going) and not _frozen(controller, clock()):
                _answer(told, controller)
            break
    controller.publish(clock())
    if left:
        raise Unfinished(f"{going}: {', '.join(left)}")


def _answer(told: Going, controller: Controller) -> None:
    """Tell Auto Scaling that the instance may end: nothing leads to it."""
    if told.hook:
        controller.lifecycle.let_go(group=told.group, hook=told.hook, token=told.token, machine=told.machine)
    if told.retired:
        controller.lifecycle.give_up(told.machine)


def _left(controller: Controller, going: str, now: float) -> list[str]:
    zone = controller.zone
    if not going or zone is None or (zone.machine is not None and zone.machine.id != going):
        return []
    return [s.name for s in zone.shards if s.way in (Way.INSTANCE, Way.MISSING) and s.marks.manual <= now]


def _frozen(controller: Controller, now: float) -> bool:
    """Whether somebody holds a shard on the instance: then it keeps what is left of the hook's two minutes, or of the
    days until its host is taken."""
    zone = controller.zone
    return zone is not None and any(s.way is Way.INSTANCE and s.marks.manual > now for s in zone.shards)


def _going(machine: object) -> Going | None:
    return Going(machine) if isinstance(machine, str) and machine.startswith("i-") else None
