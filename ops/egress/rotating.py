"""Does what a rotation's plan says. Whatever stops it, the cells are on the gateway and the same command goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from hypercell.egress.runtime.sight import Sight
from hypercell.egress.runtime.zone import Shard, Way
from ops.egress import moving
from ops.egress.hands import Hands
from ops.egress.moving import Outcome, faults
from ops.egress.places import Place
from ops.egress.plan import SETTINGS
from ops.egress.rotation import Rotation
from ops.egress.times import clock, span

PAUSE_SECONDS, LOOK_SECONDS = 5.0, 1.0
"""Between looks at a group, and at an instance that carries."""
GOOD_LOOKS = 3
"""Over the new instance in a row, before it counts as one that carries."""


class Clock(Protocol):
    """`time`, as far as it is needed."""

    def time(self) -> float: ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


def rotate(
    rotation: Rotation, hand: Hands, place: Place, *, wait: float, time: Clock, tell: Callable[[float, str], None]
) -> Iterable[Outcome]:
    """Move, end, wait; what became of each.

    Args:
        wait: seconds to wait for the next instance.
        tell: is told how long it has waited and what it saw, each time it has looked.

    Raises:
        KeyboardInterrupt: somebody stopped the waiting; its text says where things stand.
    """
    moved = True
    for outcome in moving.failover(rotation.plan, {place.region.name: hand}, time.time()):
        moved = moved and outcome.done
        yield outcome
    if not moved:
        yield Outcome(place.zone, False, "its instance goes on, because not all cells could be moved; run it again")
        return
    if rotation.ends:
        ended = _end(hand, place.zone, rotation.ends, time.time(), forced=rotation.plan.forced)
        yield ended
        if not ended.done:
            return
    if rotation.waits:
        yield _wait(hand, place.zone, rotation.before, wait, time, tell)


def _end(hand: Hands, zone: str, machine: str, at: float, *, forced: bool) -> Outcome:
    hand.faults.taken()
    now = hand.reading.zone(zone, at)
    if now is None:
        return Outcome(machine, False, f"goes on: its zone could not be read again ({faults(hand)}); run it again")
    left = [shard.name for shard in now.shards if _may_lead_to(shard, machine)]
    if left:
        return Outcome(machine, False, f"goes on: {', '.join(left)} may lead to it; run it again")
    if not forced and hand.look(zone)[-1].gateway is not Sight.OK:
        return Outcome(machine, False, "goes on: the gateway's probe failed just now; run it again")
    if now.machine is None or now.machine.id != machine or not now.machine.serving:
        return Outcome(machine, True, "ends already")
    try:
        hand.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId=machine, ShouldDecrementDesiredCapacity=False
        )
    except (ClientError, BotoCoreError) as error:
        return Outcome(
            machine, False, f"goes on: {error}; its cells are on the gateway, so nothing is lost; run it again"
        )
    return Outcome(machine, True, "ends")


def _may_lead_to(shard: Shard, machine: str) -> bool:
    """Now, or as soon as the controller has its way."""
    return shard.way is Way.INSTANCE or (shard.way is Way.GATEWAY and shard.marks.doomed != machine)


def _wait(hand: Hands, zone: str, old: str, wait: float, time: Clock, tell: Callable[[float, str], None]) -> Outcome:
    """Until the next instance is in service and carries probes."""
    started, good, state = time.monotonic(), 0, "nothing seen yet"
    try:
        while True:
            state, carries = _state(hand, zone, old)
            good = good + 1 if carries else 0
            passed = time.monotonic() - started
            tell(passed, state)
            if good >= GOOD_LOOKS:
                return Outcome(zone, True, f"{state}. {_comes_back(hand, zone, time.time())}")
            if passed >= wait:
                return Outcome(zone, False, f"not yet after {span(passed)}: {state}. {_nothing_is_lost(hand, zone)}")
            time.sleep(LOOK_SECONDS if carries else PAUSE_SECONDS)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"stopped waiting: {state}. {_nothing_is_lost(hand, zone)}") from None


def _state(hand: Hands, zone: str, old: str) -> tuple[str, bool]:
    """How far it is, and whether the next instance carries a probe now."""
    hand.faults.taken()
    machine = hand.reading.machine(hand.config.zones[zone])
    if machine is None:
        said = faults(hand)
        return (f"unknown: {said}" if said else "no instance yet"), False
    if machine.id == old or not machine.serving:
        still = " still" if machine.serving else ""
        return f"{machine.id} is {machine.lifecycle}{still}", False
    sight = hand.look(zone)[-1].instance
    return f"{machine.id} is InService, its probe says {sight.value}", sight is Sight.OK


def _nothing_is_lost(hand: Hands, zone: str) -> str:
    group = hand.config.zones[zone].group
    return (
        f"Its cells are on the gateway, so nothing is lost, and the controller brings them back when the next instance "
        f"is proven. The same command waits on; the activities of {group} say what keeps it"
    )


def _comes_back(hand: Hands, zone: str, now: float) -> str:
    seen = hand.reading.zone(zone, now)
    away = [shard for shard in (seen.shards if seen else ()) if shard.way is Way.GATEWAY and shard.marks.manual <= now]
    if not away:
        return "All its cells are back" if seen else "See hypercell nat status for its cells"
    first = max(min(shard.marks.hold for shard in away), now + SETTINGS.proof_rounds)
    last = first + (len(away) - 1) * SETTINGS.probation_seconds
    return (
        f"The controller brings its cells back, one a minute: the first at about {clock(first, now)}, "
        f"the last at about {clock(last, now)}"
    )
