"""Where each shard should lead: observations in, moves out. No clock, no AWS, no memory of its own.

The rules are called F1 to F5 (to the gateway) and B1, B2 (back to the instance), here and in the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import marks
from .settings import Settings
from .sight import Sight, Watch
from .zone import Machine, Shard, Way, Zone

PROBE, ROTATION, SATURATION, MENDED = "probe", "going", "saturation", "route was missing"
"""Reasons, as they are written on a route table and shown to people."""

_ENOUGH_BAD = 10
"""Bad rounds without which no instance is given up, however long they seem to have lasted: clocks jump."""


@dataclass(frozen=True)
class Move:
    """A shard that should lead somewhere else."""

    shard: Shard
    to: Way
    reason: str
    hold: float = 0
    """Epoch before which it does not come back; only to the gateway."""
    doomed: str = ""
    """Instance that is going, if that is why."""
    machine: str = ""
    """Instance that was proven, or that was lost."""


@dataclass(frozen=True)
class Decision:
    moves: tuple[Move, ...] = ()
    give_up: str | None = None
    """Instance that its group should replace."""


def decide(
    zone: Zone, watch: Watch, now: float, settings: Settings, *, limit: float, shed: bool = True, going: str = ""
) -> Decision:
    """What to do now.

    Args:
        now: epoch.
        limit: bytes a second that the zone's instance sustains.
        shed: whether saturation moves shards, or only raises its alarm.
        going: instance that somebody just said is going away.
    """
    free = tuple(shard for shard in zone.shards if shard.marks.manual <= now)
    leaving = _leaving(zone, watch, now, settings, free, going)
    if shed and not leaving:
        leaving = _shed(zone, watch, now, settings, free)
    # Never both in one breath: a shard that goes back while another flees would be moved by the same doubt.
    coming = () if leaving else _coming(zone, watch, now, settings, free, limit, going)
    return Decision((*leaving, *coming), _given_up(zone, watch, now, settings, free))


def gateway_dead(zone: Zone, watch: Watch) -> bool:
    """Known not to carry: nothing is moved there."""
    return zone.gateway_gone or watch.last.gateway is Sight.BAD


def _gateway_ok(zone: Zone, watch: Watch) -> bool:
    return not zone.gateway_gone and watch.last.gateway is Sight.OK


def _leaving(
    zone: Zone, watch: Watch, now: float, settings: Settings, free: tuple[Shard, ...], going: str
) -> tuple[Move, ...]:
    """F1 to F4, and routes that are not there at all. F2 is the first line: both ways down, nothing moves."""
    if gateway_dead(zone, watch):
        return ()
    moves = []
    for shard in free:
        hold, doomed = now + _hold(shard, now, settings), _doomed(zone.machine, shard, going)
        if shard.way is Way.MISSING:
            moves.append(Move(shard, Way.GATEWAY, MENDED, hold, doomed))
        elif shard.way is Way.INSTANCE and doomed:
            moves.append(Move(shard, Way.GATEWAY, ROTATION, hold, doomed))
        elif shard.way is Way.INSTANCE and _lost(zone, watch, shard, now, settings):
            lost = "" if zone.machine is None else zone.machine.id
            moves.append(Move(shard, Way.GATEWAY, PROBE, hold, machine=lost))
        elif shard.way is Way.GATEWAY and doomed and doomed != shard.marks.doomed:
            # It is where it should be; what is written on it keeps it there.
            moves.append(Move(shard, Way.GATEWAY, ROTATION, hold, doomed))
    return tuple(moves)


def _doomed(machine: Machine | None, shard: Shard, going: str) -> str:
    """F4: id of the zone's instance if it is going, or nothing.

    What is written on the shard counts as well: a move that was cut short is finished by whoever comes next.
    """
    if machine is None:
        return going
    return machine.id if machine.going or machine.id in (going, shard.marks.doomed) else ""


def _lost(zone: Zone, watch: Watch, shard: Shard, now: float, settings: Settings) -> bool:
    """F1, F3 and the end of a probation."""
    if watch.last.instance is not Sight.BAD:
        return False
    if not _gateway_ok(zone, watch):
        return watch.instance_bad >= settings.bad_rounds_alone
    enough = 1 if _on_probation(shard, now, settings) else settings.bad_rounds
    return watch.instance_bad >= enough


def _shed(zone: Zone, watch: Watch, now: float, settings: Settings, free: tuple[Shard, ...]) -> tuple[Move, ...]:
    """F5: one shard, the one that was moved longest ago, so that it is not always the same cell."""
    if not zone.saturated or not _gateway_ok(zone, watch):
        return ()
    shed = [_latest(shard, now) for shard in zone.shards if shard.marks.reason == SATURATION]
    candidates = [shard for shard in free if shard.way is Way.INSTANCE]
    if not candidates or any(now - one < settings.shed_pause_seconds for one in shed):
        return ()
    first = min(candidates, key=lambda shard: (_latest(shard, now), shard.name))
    hold = max(settings.saturation_hold_seconds, _hold(first, now, settings))
    return (Move(first, Way.GATEWAY, SATURATION, now + hold),)


def _coming(
    zone: Zone, watch: Watch, now: float, settings: Settings, free: tuple[Shard, ...], limit: float, going: str
) -> tuple[Move, ...]:
    """B1 and B2."""
    machine = zone.machine
    if machine is None or not machine.serving or watch.last.instance is not Sight.OK:
        return ()
    here = [shard for shard in free if machine.id not in (going, shard.marks.doomed)]
    away = [shard for shard in here if shard.way is Way.GATEWAY]
    dead = zone.gateway_gone or watch.gateway_bad >= settings.urgent_rounds
    if dead and watch.instance_ok >= settings.urgent_rounds:
        # A route that is missing has no other way either.
        lost = [shard for shard in here if shard.way in (Way.GATEWAY, Way.MISSING)]
        return tuple(Move(shard, Way.INSTANCE, "gateway down", machine=machine.id) for shard in lost)
    if watch.instance_ok < settings.proof_rounds or zone.saturated is not False:
        return ()
    if any(_on_probation(shard, now, settings) for shard in zone.shards):
        return ()
    ready = [shard for shard in away if not held(shard, now) and _fits(zone, shard, limit, settings)]
    first = sorted(ready, key=lambda shard: shard.name)[:1]
    return tuple(Move(shard, Way.INSTANCE, "proven", machine=machine.id) for shard in first)


def held(shard: Shard, now: float) -> bool:
    """Whether its hold still runs."""
    return now < marks.believed(shard.marks.hold, now)


def _fits(zone: Zone, shard: Shard, limit: float, settings: Settings) -> bool:
    """Whether a shed shard finds room again. What nobody could measure has none."""
    if shard.marks.reason != SATURATION:
        return True
    load = zone.load
    return (
        load is not None
        and load.gateway < settings.shed_share * limit
        and load.gateway + load.instance < settings.full_share * limit
    )


def _given_up(zone: Zone, watch: Watch, now: float, settings: Settings, free: tuple[Shard, ...]) -> str | None:
    """The instance, when it hangs: in service to its group, and nothing comes through."""
    machine = zone.machine
    if machine is None or not machine.serving or watch.last.instance is not Sight.BAD:
        return None
    if not _gateway_ok(zone, watch) or watch.instance_bad < _ENOUGH_BAD:
        return None
    if not zone.shards:
        return None  # no traffic to save, and no table on which to count how often it was replaced
    if len(free) < len(zone.shards) or any(shard.marks.doomed == machine.id for shard in zone.shards):
        return None  # somebody is at work on it, or it is going already
    given_up = {one for shard in zone.shards for one in marks.recent(shard.marks.replaced, now)}
    if len(given_up) >= settings.replacements_an_hour:
        return None
    # A minute that began in an earlier tick, if it was this instance that was lost then.
    lost = [shard for shard in zone.shards if shard.marks.reason == PROBE and shard.marks.lost == machine.id]
    fled = [now - latest for shard in lost if (latest := _latest(shard, now))]
    seconds = max([watch.bad_seconds, *fled])
    return machine.id if seconds >= settings.replace_after_seconds else None


def _hold(shard: Shard, now: float, settings: Settings) -> float:
    """Seconds: doubled for each failover of the last hour."""
    times = len(marks.recent(shard.marks.failovers, now))
    return float(min(settings.hold_seconds * 2**times, settings.hold_cap_seconds))


def _latest(shard: Shard, now: float) -> float:
    """Epoch of the shard's last failover within the hour; 0: none."""
    return max(marks.recent(shard.marks.failovers, now), default=0.0)


def _on_probation(shard: Shard, now: float, settings: Settings) -> bool:
    return 0 <= now - shard.marks.back < settings.probation_seconds
