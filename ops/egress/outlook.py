"""What the controller will do next with each shard, in words: its own rules asked, and their waits explained."""

from __future__ import annotations

from dataclasses import replace

from hypercell.egress.runtime.decision import SATURATION, Decision, decide, gateway_dead, held
from hypercell.egress.runtime.settings import Settings
from hypercell.egress.runtime.sight import Round, Sight, Watch
from hypercell.egress.runtime.tick import proven
from hypercell.egress.runtime.zone import Shard, Way, Zone
from ops.egress.seen import Seen
from ops.egress.times import clock, span


def watched(seen: Seen, now: float, settings: Settings) -> Watch:
    """What the controller's newest tick knows, as far as it can be told from outside: its proof, and our own looks.

    A look that failed counts as if it went on failing: what is asked is where that leads.
    """
    zone = seen.zone
    proof = 0 if zone is None else proven(zone, now, settings)
    if not seen.rounds:
        return Watch(last=Round(Sight.OK if proof else Sight.UNKNOWN, Sight.UNKNOWN), instance_ok=proof)
    watch = Watch(instance_ok=proof)
    for one in seen.rounds:
        watch = watch.after(one, 0)
    return replace(
        watch,
        instance_ok=proof if watch.last.instance is Sight.OK else 0,
        instance_bad=settings.bad_rounds_alone if watch.last.instance is Sight.BAD else 0,
        gateway_bad=settings.urgent_rounds if watch.last.gateway is Sight.BAD else 0,
    )


def outlook(zone: Zone, watch: Watch, now: float, settings: Settings, *, limit: float, shed: bool) -> dict[str, str]:
    """Shard to what comes next for it. Words that begin with "back now" or "to the gateway" are a move."""
    decision = decide(zone, watch, now, settings, limit=limit, shed=shed)
    return {shard.name: _moved(shard, decision) or _waits(shard, zone, watch, now, settings) for shard in zone.shards}


def _moved(shard: Shard, decision: Decision) -> str:
    for move in decision.moves:
        if move.shard.table == shard.table and move.to is not shard.way:
            return f"back now: {move.reason}" if move.to is Way.INSTANCE else f"to the gateway: {move.reason}"
    return ""


def _waits(shard: Shard, zone: Zone, watch: Watch, now: float, settings: Settings) -> str:
    if shard.marks.manual > now:
        return f"nothing, frozen until {clock(shard.marks.manual, now)}"
    match shard.way:
        case Way.FOREIGN:
            return "nothing: it leads to neither way, and somebody's own route is left alone"
        case Way.MISSING:
            return "waits for the gateway, then leads there"
        case Way.INSTANCE:
            dead = watch.last.instance is Sight.BAD and gateway_dead(zone, watch)
            return "stays: both ways are down, and moving would help nobody" if dead else "stays"
        case Way.GATEWAY:
            return _waits_to_return(shard, zone, watch, now, settings)


def _waits_to_return(shard: Shard, zone: Zone, watch: Watch, now: float, settings: Settings) -> str:
    machine, until = zone.machine, clock(shard.marks.hold, now)
    if machine is None:
        return "waits for an instance"
    if machine.id == shard.marks.doomed:
        return f"waits for the instance after {machine.id}, which is going"
    if not machine.serving:
        return f"waits: {machine.id} is {machine.lifecycle}"
    if watch.last.instance is Sight.BAD:
        return "waits: the instance does not carry a probe"
    if watch.last.instance is Sight.UNKNOWN:
        return "waits: nobody knows whether the instance carries a probe"
    if held(shard, now):
        return f"back in {span(shard.marks.hold - now)} at the earliest: hold until {until}"
    if zone.saturated:
        return "waits: an alarm says that the instance is full"
    if zone.saturated is None:
        return "waits: nobody knows whether the instance is full"
    missing = settings.proof_rounds - watch.instance_ok
    if missing > 0:
        return f"waits for {missing} more good rounds of {settings.proof_rounds} (one a second)"
    turn = "waits for its turn: one shard a minute goes back"
    return f"{turn}, and this one was shed and needs room" if shard.marks.reason == SATURATION else turn
