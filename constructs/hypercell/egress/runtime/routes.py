"""Moves shards: the only place that writes to EC2.

Two runs may race (ticks overlap, events come in the middle of them), and there is no lock to hold or to lose. What
makes every end state right is the order of calls. To the gateway: routes, then marks, then a look whether somebody led
a shard back meanwhile, and again. To the instance: a look at marks and lifecycle, the route, the same look again, and
back to the gateway if anything changed. The interleaving tests show that none of the looks can be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from . import marks
from .config import ZoneConfig
from .decision import Move
from .faults import Faults, code
from .reading import EVERYWHERE, Reading
from .zone import Shard, Way

Each = Callable[..., Iterable[Any]]
"""`map`, or what behaves like it."""

LOOKS = 3
"""Times that a failover looks whether its shards still lead to the gateway."""

NO_ROUTE = frozenset({"InvalidRoute.NotFound", "RouteNotFound", "InvalidParameterValue"})
"""ReplaceRoute on a table without a default route: documented one, seen one, and moto's."""


@dataclass
class Moved:
    """What a move did."""

    calls: int = 0
    """ReplaceRoute and CreateRoute calls made."""
    failed: int = 0
    """Calls among them that AWS refused or never answered."""
    shards: int = 0
    """Shards that lead somewhere else now."""
    reverted: int = 0
    """Shards that were led to the instance and back at once."""


class Routes:
    """Moves through a client handed in."""

    def __init__(self, ec2: Any, reading: Reading, faults: Faults, each: Each = map) -> None:
        """
        Args:
            each: `map`, or a pool's: with several cells in a zone the last must not wait for the calls of the others.
        """
        self._ec2, self._reading, self._faults, self._each = ec2, reading, faults, each

    def to_gateway(self, moves: Sequence[Move], now: float) -> Moved:
        """Failover. Goes on after a call that failed; whoever comes next finds the rest and moves it."""
        done = Moved()
        if not moves:
            return done
        pending = [move.shard for move in moves if move.shard.way is not Way.GATEWAY]
        unmarked = {move.shard.table: move for move in moves}
        there = {move.shard.table for move in moves if move.shard.way is Way.GATEWAY}
        for _look in range(LOOKS):
            there |= self._lead(pending, Way.GATEWAY, done)
            # Only what was moved: a call that AWS refuses every second is no failover every second.
            for table in [table for table in unmarked if table in there]:
                self._mark(unmarked.pop(table), now)
            seen = self._reading.shards([move.shard.table for move in moves])
            if seen is None:
                break  # nothing can be seen now; the next round looks again
            pending = [shard for shard in seen.values() if shard.way is Way.INSTANCE and shard.marks.manual <= now]
            if not pending:
                break
        return done

    def to_instance(self, move: Move, config: ZoneConfig, now: float) -> Moved:
        """Failback of one shard, if nothing that the decision stood on has changed; undone if it changes meanwhile."""
        done, shard = Moved(), move.shard
        if not self._unchanged(move, config, shard.way):
            return done
        if not self._lead([shard], Way.INSTANCE, done):
            # No answer is no refusal: it may lead to the instance, and nobody would look again.
            self._lead([shard], Way.GATEWAY, done)
            done.shards = 0
            return done
        if not self._unchanged(move, config, Way.INSTANCE):
            self._lead([shard], Way.GATEWAY, done)
            done.shards, done.reverted = 0, 1
            return done
        self._tag([shard.table], {marks.BACK: f"{now:.0f}"})
        return done

    def remember(self, tables: Sequence[str], tags: dict[str, str]) -> None:
        """Write marks that move nothing."""
        self._tag(tables, tags)

    def _unchanged(self, move: Move, config: ZoneConfig, way: Way) -> bool:
        """Whether marks, route and instance are still what the move was decided on."""
        seen = self._reading.shards([move.shard.table])
        now = None if seen is None else seen.get(move.shard.table)
        if now is None or now.way is not way or now.marks.deciding() != move.shard.marks.deciding():
            return False
        machine = self._reading.machine(config)
        return machine is not None and machine.serving and machine.id == move.machine != now.marks.doomed

    def _lead(self, shards: Sequence[Shard], way: Way, done: Moved) -> set[str]:
        """Lead shards one way, all at once; the tables of those that AWS took."""
        led = set()
        for shard, error in zip(shards, self._each(lambda one: self._point(one, way), shards), strict=True):
            done.calls += 1
            if error is None:
                done.shards += 1
                led.add(shard.table)
            else:
                done.failed += 1
                self._faults.note(f"lead {shard.name} to its {way.value}", error)
        return led

    def _point(self, shard: Shard, way: Way) -> ClientError | BotoCoreError | None:
        """Lead a shard's default route. ReplaceRoute and not Delete and Create: between them would be none."""
        target = {"NatGatewayId": shard.gateway} if way is Way.GATEWAY else {"NetworkInterfaceId": shard.interface}
        route = {"RouteTableId": shard.table, "DestinationCidrBlock": EVERYWHERE, **target}
        try:
            self._replace_or_create(route)
        except (ClientError, BotoCoreError) as error:
            return error
        return None

    def _replace_or_create(self, route: dict[str, str]) -> None:
        try:
            self._ec2.replace_route(**route)
        except ClientError as error:
            if code(error) not in NO_ROUTE:
                raise
            self._create(route)

    def _create(self, route: dict[str, str]) -> None:
        try:
            self._ec2.create_route(**route)
        except ClientError as error:
            if code(error) != "RouteAlreadyExists":
                raise
            self._ec2.replace_route(**route)  # somebody was faster, and may have led it elsewhere

    def _mark(self, move: Move, now: float) -> None:
        if move.shard.way is Way.GATEWAY:
            # It was there already: what is new is only why it stays.
            hold = max(move.hold, marks.believed(move.shard.marks.hold, now))
            why = {marks.HOLD: f"{hold:.0f}", marks.REASON: move.reason}
            self._tag([move.shard.table], {marks.DOOMED: move.doomed} if move.doomed else why)
            return
        tags = marks.moved(move.shard.marks, reason=move.reason, now=now, until=move.hold, doomed=move.doomed)
        if move.machine:
            tags[marks.LOST] = move.machine
        self._tag([move.shard.table], tags)

    def _tag(self, tables: Sequence[str], tags: dict[str, str]) -> None:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._faults.attempt("tag", lambda: self._ec2.create_tags(Resources=list(tables), Tags=listed))
