"""Shards that the controller is to leave alone for a while, wherever they lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypercell.egress.runtime import marks
from hypercell.egress.runtime.sight import Sight
from hypercell.egress.runtime.zone import Shard, Way
from ops.egress.hands import Hands
from ops.egress.moving import Outcome, faults
from ops.egress.places import Unusable
from ops.egress.plan import Line, Plan, each, readable
from ops.egress.seen import Seen, notes
from ops.egress.times import clock, span

LONGEST_SECONDS = 7 * 86400
"""A freeze that nobody ends is a zone without failover that nobody remembers."""


def freeze(seen: Sequence[Seen], now: float, *, seconds: float, forced: bool) -> Plan:
    """Shards left alone from now on.

    Raises:
        Unusable: a zone could not be read, or that is too long.
    """
    readable(seen)
    if seconds > LONGEST_SECONDS:
        raise Unusable(f"--for: {span(seconds)} is more than {span(LONGEST_SECONDS)}; freeze again when that is over")
    until = now + seconds

    def line(one: Seen, shard: Shard) -> Line:
        if abs(shard.marks.manual - until) < 60:
            return Line(one.place, shard, f"is frozen already, until {clock(shard.marks.manual, now)}")
        was = f", not until {clock(shard.marks.manual, now)}" if shard.marks.manual > now else ""
        return Line(one.place, shard, f"frozen until {clock(until, now)}{was}", frozen=until)

    lines, against = each(seen, line), []
    for one in seen:
        here = any(shard.way is Way.INSTANCE for shard in one.shards)
        if here and any(look.instance is Sight.BAD for look in one.rounds):
            against.append(f"{one.place.zone}: its instance does not carry a probe, and its shards would stay on it")
    says = [note for one in seen for note in notes(one)]
    if any(line.acts for line in lines):
        says += [
            f"until {clock(until, now)} nothing moves them: no failover, no shedding, no way back",
            "a frozen shard on an instance that ends has no way out until the next one is up, which takes minutes; "
            "one on the gateway keeps its way out",
            "as long as one shard of a zone is frozen, an instance that hangs is not replaced there",
        ]
    return Plan("Freeze", lines, tuple(against), (), tuple(says), forced)


def thaw(seen: Sequence[Seen], now: float) -> Plan:
    """Shards given back to the controller.

    Raises:
        Unusable: a zone could not be read.
    """
    readable(seen)

    def line(one: Seen, shard: Shard) -> Line:
        if shard.marks.manual <= now:
            return Line(one.place, shard, "is not frozen")
        return Line(one.place, shard, f"thawed, not at {clock(shard.marks.manual, now)}", frozen=0)

    lines = each(seen, line)
    says = [note for one in seen for note in notes(one)]
    if any(line.acts for line in lines):
        says.append("the controller moves them by its own rules within seconds")
    return Plan("Thaw", lines, says=tuple(says))


def write(plan: Plan, hands: dict[str, Hands], _now: float) -> Iterable[Outcome]:
    """Write the freeze on each shard's route table, and read it back."""
    for line in plan.todo:
        hand, table = hands[line.place.region.name], line.shard.table
        hand.faults.taken()
        until = f"{line.frozen:.0f}"
        hand.routes.remember([table], {marks.MANUAL: until})
        stands = (hand.reading.shards([table]) or {}).get(table)
        said = faults(hand)
        if stands is None:
            yield Outcome(
                line.shard.name, False, f"unknown: could not be read afterwards ({said or 'its tags are gone'})"
            )
        elif stands.marks.manual != float(until):
            yield Outcome(line.shard.name, False, f"not written: {said or 'somebody wrote something else'}")
        else:
            yield Outcome(line.shard.name, True, f"done, leads to the {stands.way.value}")
