"""Moves shards as a plan says, by the controller's own order of calls, and reads back what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from hypercell.egress.runtime import marks
from hypercell.egress.runtime.sight import Sight
from hypercell.egress.runtime.zone import Shard, Way
from ops.egress.hands import Hands
from ops.egress.plan import Line, Plan
from ops.egress.times import clock


@dataclass(frozen=True)
class Outcome:
    """What became of one line of a plan."""

    shard: str
    done: bool
    says: str


def failover(plan: Plan, hands: dict[str, Hands], now: float) -> Iterable[Outcome]:
    """To the gateway, zone by zone. What was moved meanwhile by somebody else is left alone and said."""
    for zone, lines in _zones(plan):
        hand = hands[lines[0].place.region.name]
        fresh, told = _still(hand, lines)
        yield from told
        away = [line for line in fresh if line.shard.way is not Way.GATEWAY]
        if away and not plan.forced and hand.look(zone)[-1].gateway is not Sight.OK:
            yield from (
                Outcome(line.shard.name, False, "not moved: the gateway's probe failed just now") for line in fresh
            )
            continue
        hand.routes.to_gateway([line.move for line in fresh if line.move], now)
        yield from _read_back(hand, fresh, _is_on_the_gateway)


def failback(plan: Plan, hands: dict[str, Hands], now: float) -> Iterable[Outcome]:
    """To the instance, one shard after the other, each followed by a look. The first bad one ends it for its zone."""
    for zone, lines in _zones(plan):
        hand = hands[lines[0].place.region.name]
        fresh, told = _still(hand, lines)
        yield from told
        stopped = (
            "" if plan.forced or hand.look(zone)[-1].instance is Sight.OK else "the instance's probe failed just now"
        )
        for line in fresh:
            if stopped:
                yield Outcome(line.shard.name, False, f"not moved: {stopped}")
                continue
            yield _back(hand, zone, line, now)
            if not plan.forced and hand.look(zone)[-1].instance is Sight.BAD:
                stopped = f"the instance's probe failed after {line.shard.name} was back"


def _back(hand: Hands, zone: str, line: Line, now: float) -> Outcome:
    assert line.move is not None
    name, move = line.shard.name, line.move
    done = hand.routes.to_instance(move, hand.config.zones[zone], now)
    if done.failed:
        where = "something changed while it moved, and it could not go back" if done.reverted else "not moved"
        return Outcome(name, False, f"{where}: {faults(hand)}")
    if done.reverted:
        return Outcome(name, False, "went there and back to the gateway: something changed while it moved")
    if not done.shards:
        return Outcome(name, False, "not moved: its marks, its route or the instance changed meanwhile; run it again")
    # Only now: without its hold a shard that could not be moved would be the controller's to move.
    hand.routes.remember([line.shard.table], {marks.HOLD: "0", marks.REASON: move.reason})
    (outcome,) = _read_back(hand, [line], lambda _, shard: _is_on_the_instance(shard, now))
    return outcome


def _zones(plan: Plan) -> list[tuple[str, list[Line]]]:
    zones: dict[str, list[Line]] = {}
    for line in plan.todo:
        zones.setdefault(line.place.zone, []).append(line)
    return list(zones.items())


def _still(hand: Hands, lines: Sequence[Line]) -> tuple[list[Line], list[Outcome]]:
    """Lines whose shards are still what the plan was made of, as they are now; and what to say of the others."""
    hand.faults.taken()
    now = hand.reading.shards([line.shard.table for line in lines])
    if now is None:
        said = faults(hand)
        return [], [Outcome(line.shard.name, False, f"not touched: {said}") for line in lines]
    fresh, told = [], []
    for line in lines:
        shard = now.get(line.shard.table)
        if shard is None:
            told.append(Outcome(line.shard.name, False, "not touched: its route table or its tags are gone"))
        elif (shard.way, shard.marks.deciding()) != (line.shard.way, line.shard.marks.deciding()):
            way = (
                f"it leads to {_the(shard.way)} now" if shard.way is not line.shard.way else "its marks are others now"
            )
            told.append(
                Outcome(line.shard.name, False, f"not touched: somebody was there meanwhile, {way}; run it again")
            )
        else:
            assert line.move is not None
            fresh.append(replace(line, shard=shard, move=replace(line.move, shard=shard)))
    return fresh, told


def _read_back(hand: Hands, lines: Sequence[Line], judge: Callable[[Line, Shard], str]) -> list[Outcome]:
    """Outcomes by what stands, not by what the calls answered."""
    if not lines:
        return []
    refused = faults(hand)
    now = hand.reading.shards([line.shard.table for line in lines])
    if now is None:
        said = f"unknown: could not be read afterwards ({faults(hand)})"
        return [Outcome(line.shard.name, False, said) for line in lines]
    found = []
    for line in lines:
        shard = now.get(line.shard.table)
        wrong = "unknown: its route table or its tags are gone" if shard is None else judge(line, shard)
        found.append(
            Outcome(line.shard.name, not wrong, f"{wrong} ({refused})" if wrong and refused else wrong or "done")
        )
    return found


def _is_on_the_gateway(line: Line, shard: Shard) -> str:
    """What is wrong after a failover, or nothing."""
    assert line.move is not None
    if shard.way is not Way.GATEWAY:
        return f"still leads to {_the(shard.way)}"
    doomed, was_there = line.move.doomed, line.shard.way is Way.GATEWAY
    # A shard that was there already and learns of a doomed instance keeps hold and reason as they were.
    held = shard.marks.hold >= int(line.move.hold) or bool(doomed and was_there)
    if not held or shard.marks.doomed != (doomed or shard.marks.doomed):
        return "leads to the gateway, but its marks were not written: the controller may bring it back; run it again"
    return ""


def _is_on_the_instance(shard: Shard, now: float) -> str:
    if shard.way is not Way.INSTANCE:
        return f"was there, and leads to {_the(shard.way)} again: {shard.marks.reason or 'somebody moved it'}"
    if shard.marks.hold > now:
        return f"leads to the instance, but its hold until {clock(shard.marks.hold, now)} is still written"
    return ""


def _the(way: Way) -> str:
    return {Way.MISSING: "nowhere", Way.FOREIGN: "something else"}.get(way, f"the {way.value}")


def faults(hand: Hands) -> str:
    """What AWS refused since somebody last asked."""
    seen, throttled = hand.faults.taken()
    said = "; ".join(dict.fromkeys(seen))
    return f"{said}; AWS is throttling, run it again" if throttled else said
