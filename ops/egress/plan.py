"""What a verb would do to shards, and what speaks against it: decided before anything is touched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hypercell.egress.runtime.decision import Move
from hypercell.egress.runtime.settings import Settings
from hypercell.egress.runtime.sight import Sight
from hypercell.egress.runtime.zone import Shard, Way
from ops.egress.places import Place, Unusable
from ops.egress.seen import Seen, notes
from ops.egress.times import clock, span

SETTINGS = Settings()


@dataclass(frozen=True)
class Line:
    """What happens to one shard, or why nothing does."""

    place: Place
    shard: Shard
    does: str
    move: Move | None = None
    frozen: float | None = None
    """Epoch until which the controller is to leave it alone; 0: not at all."""

    @property
    def acts(self) -> bool:
        """Whether anything happens; if not, `does` says why."""
        return self.move is not None or self.frozen is not None


@dataclass(frozen=True)
class Plan:
    """Lines, and what to know about them."""

    title: str
    lines: tuple[Line, ...]
    against: tuple[str, ...] = ()
    """Why it should not be done; `--force` overrules it."""
    never: tuple[str, ...] = ()
    """Why it cannot be done; nothing overrules it."""
    says: tuple[str, ...] = ()
    """What follows from it."""
    forced: bool = False
    more: str = ""
    """What happens beside the lines: `end i-1`."""

    @property
    def todo(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.acts)

    @property
    def refused(self) -> tuple[str, ...]:
        """Why nothing will be done."""
        return self.never or (() if self.forced else self.against)


def by_hand(who: str, *, forced: bool) -> str:
    """Reason of a move as it is written on a route table, in characters that every tag takes."""
    name = re.sub(r"[^\w.@/+=-]", "-", who, flags=re.ASCII)[:64] or "somebody"
    return f"by hand: {name} - forced" if forced else f"by hand: {name}"


def failover(seen: Sequence[Seen], now: float, *, seconds: float, who: str, forced: bool) -> Plan:
    """Shards to the gateway, to stay there for some time.

    Args:
        seconds: of the hold; at most `Settings.hold_cap_seconds`.

    Raises:
        Unusable: a zone could not be read, or the hold is longer than the controller keeps any.
    """
    readable(seen)
    if seconds > SETTINGS.hold_cap_seconds:
        most = span(SETTINGS.hold_cap_seconds)
        raise Unusable(
            f"--for: {span(seconds)} is more than {most}, the longest that the controller keeps a hold; "
            "fail over for less, and freeze the shards there (hypercell nat freeze)"
        )
    until, reason = now + seconds, by_hand(who, forced=forced)

    def line(one: Seen, shard: Shard) -> Line:
        own = _somebodys(shard, now, forced)
        if own:
            return Line(one.place, shard, own)
        if shard.way is Way.GATEWAY and shard.marks.hold >= until - 60:
            return Line(one.place, shard, f"is there already, until {clock(shard.marks.hold, now)}")
        stays = "is there already, and stays" if shard.way is Way.GATEWAY else "moves, and stays"
        move = Move(shard, Way.GATEWAY, reason, hold=until)
        return Line(one.place, shard, f"{stays} until {clock(until, now)}", move)

    lines, against, never = each(seen, line), [], []
    for one in _moving(seen, lines, away_from=Way.GATEWAY):
        assert one.zone is not None
        if one.zone.gateway_gone:
            never.append(f"{one.place.zone}: its gateway is {one.zone.gateway_state}")
        elif not one.all_rounds("gateway", Sight.OK):
            against.append(f"{one.place.zone}: its gateway is not proven: the probe said {looks(one, 'gateway')}")
    says = [note for one in seen for note in notes(one)]
    if any(line.move for line in lines):
        says.append(
            f"after {clock(until, now)} the controller brings them back, when the instance is proven: "
            f"{SETTINGS.proof_rounds} good rounds, one shard a minute"
        )
        says.append("meanwhile their traffic costs by the byte")
        if forced and against:
            says.append("the controller brings them back within seconds if the gateway fails; freeze them to keep them")
    return Plan("Failover", lines, tuple(against), tuple(never), tuple(says), forced)


def failback(seen: Sequence[Seen], now: float, *, who: str, forced: bool) -> Plan:
    """Shards to the instance at once, whatever hold is written on them.

    Raises:
        Unusable: a zone could not be read.
    """
    readable(seen)
    reason = by_hand(who, forced=forced)

    def line(one: Seen, shard: Shard) -> Line:
        assert one.zone is not None
        own, machine = _somebodys(shard, now, forced), one.zone.machine
        if shard.way is Way.INSTANCE:
            return Line(one.place, shard, "is there already")
        if shard.way in (Way.MISSING, Way.FOREIGN):
            return Line(one.place, shard, "is not on the gateway: fail over first (hypercell nat failover)")
        if own:
            return Line(one.place, shard, own)
        if machine is not None and machine.id == shard.marks.doomed:
            return Line(one.place, shard, f"stays: {machine.id} is going, and gets no traffic")
        held = shard.marks.hold > now
        move = Move(shard, Way.INSTANCE, reason, machine=machine.id if machine else "")
        ends = f"moves, and its hold until {clock(shard.marks.hold, now)} ends" if held else "moves"
        return Line(one.place, shard, ends, move)

    lines, against, never = each(seen, line), [], []
    for one in _moving(seen, lines, away_from=Way.INSTANCE):
        assert one.zone is not None
        where, machine = one.place.zone, one.zone.machine
        if machine is None:
            never.append(f"{where}: {'nobody could read its group' if one.blind else 'its group has no instance'}")
        elif not machine.serving:
            never.append(f"{where}: its instance {machine.id} is {machine.lifecycle}, not InService")
        elif not one.all_rounds("instance", Sight.OK):
            against.append(f"{where}: its instance is not proven: the probe said {looks(one, 'instance')}")
        if one.zone.saturated:
            against.append(f"{where}: its instance is full, an alarm says")
        elif one.zone.saturated is None:
            against.append(f"{where}: nobody knows whether its instance is full: its alarms could not be read")
    says = [note for one in seen for note in notes(one)]
    if any(line.move for line in lines):
        says.append(
            f"for {span(SETTINGS.probation_seconds)} after a shard is back, the first bad round takes it away again"
            + ("; freeze it to keep it there" if forced and against else "")
        )
    return Plan("Failback", lines, tuple(against), tuple(never), tuple(says), forced)


def readable(seen: Iterable[Seen]) -> None:
    """Refuse to plan on what nobody knows.

    Raises:
        Unusable: a zone's route tables could not be read.
    """
    faults = [fault for one in seen if one.zone is None for fault in one.faults]
    if faults:
        raise Unusable("\n".join(f"cannot be read, so nothing is changed: {fault}" for fault in dict.fromkeys(faults)))


def each(seen: Iterable[Seen], line: Callable[[Seen, Shard], Line]) -> tuple[Line, ...]:
    """A line for each shard that the verb is about."""
    return tuple(line(one, shard) for one in seen for shard in one.shards)


def _somebodys(shard: Shard, now: float, forced: bool) -> str:
    """Why a shard is somebody's own, or nothing."""
    if forced:
        return ""
    if shard.marks.manual > now:
        return f"stays: frozen until {clock(shard.marks.manual, now)}; thaw it (hypercell nat freeze --off), or --force"
    return "stays: it leads to neither way, somebody's own route; --force takes it" if shard.way is Way.FOREIGN else ""


def _moving(seen: Sequence[Seen], lines: Sequence[Line], *, away_from: Way) -> list[Seen]:
    """Zones of which a shard gets another way."""
    zones = {line.place.zone for line in lines if line.move is not None and line.shard.way is not away_from}
    return [one for one in seen if one.place.zone in zones]


def looks(seen: Seen, way: str) -> str:
    """`ok, bad, ok`: what the probe of a way said."""
    return ", ".join(getattr(one, way).value for one in seen.rounds) or "nothing"
