"""One zone's controller: reads, decides, moves. Ticks and events are two ways to call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import marks
from .config import Config
from .decision import Decision, Move, decide
from .faults import Faults
from .lifecycle import Lifecycle
from .reading import Reading
from .report import Report
from .routes import Each, Moved, Routes
from .settings import Settings
from .sight import Watch
from .zone import Way, Zone


@dataclass(frozen=True)
class Clients:
    """boto3 clients, or what behaves like them."""

    ec2: Any
    autoscaling: Any
    cloudwatch: Any
    prober: Any
    """A Lambda client that waits no longer than `probing.PATIENCE_SECONDS`, and does not try again."""


class Controller:
    """Decides for one zone and acts.

    Attributes:
        zone: what was last read; None before the first reading that succeeded.
    """

    def __init__(
        self, config: Config, zone: str, clients: Clients, settings: Settings, report: Report, each: Each = map
    ) -> None:
        self.config = config.zones[zone]
        self.zone: Zone | None = None
        self.settings, self.report = settings, report
        self.faults = Faults()
        self.reading = Reading(
            config,
            ec2=clients.ec2,
            autoscaling=clients.autoscaling,
            cloudwatch=clients.cloudwatch,
            faults=self.faults,
        )
        self.lifecycle = Lifecycle(clients.autoscaling, self.faults)
        self._routes = Routes(clients.ec2, self.reading, self.faults, each)
        self._shed = config.shed

    def read(self, now: float) -> Zone | None:
        """Read the zone again. What was known stays known when the reading fails: the tables do not go away."""
        seen = self.reading.zone(self.config.name, now)
        self._account()
        if seen is not None:
            self.zone = seen
        return seen

    def step(self, watch: Watch, now: float, going: str = "") -> bool:
        """Decide on what was read and seen, and act. Returns whether anything was done."""
        if self.zone is None:
            return False
        decision = decide(self.zone, watch, now, self.settings, limit=self.config.limit, shed=self._shed, going=going)
        self._leave([move for move in decision.moves if move.to is Way.GATEWAY], now)
        for move in decision.moves:
            if move.to is Way.INSTANCE:
                self._return(move, now)
        self._give_up(decision, now)
        self._account()
        return decision != Decision()

    def remember(self, proof: marks.Proof) -> None:
        """Write how long the instance is proven already, where the next tick looks for it."""
        if self.zone is not None:
            self._routes.remember([shard.table for shard in self.zone.shards], {marks.PROOF: proof.text()})
            self._account()

    def publish(self, now: float) -> None:
        """Publish what happened and how the zone is."""
        levels = {}
        if self.zone is not None:
            foreign = sum(shard.way is Way.FOREIGN for shard in self.zone.shards)
            levels = {
                "shards_on_gateway": sum(shard.way is Way.GATEWAY for shard in self.zone.shards),
                "shards_unreadable": len(self.zone.unreadable) + foreign,
                "shards_frozen": sum(shard.marks.manual > now for shard in self.zone.shards),
            }
        self.report.publish(now, levels)

    def _leave(self, moves: Sequence[Move], now: float) -> None:
        done = self._routes.to_gateway(moves, now)
        if moves:
            self._say(moves, done)
        self.report.counts.failovers += done.shards

    def _return(self, move: Move, now: float) -> None:
        done = self._routes.to_instance(move, self.config, now)
        self._say([move], done)
        self.report.counts.failbacks += done.shards

    def _give_up(self, decision: Decision, now: float) -> None:
        if decision.give_up is None or self.zone is None or not self.lifecycle.give_up(decision.give_up):
            return
        before = {one for shard in self.zone.shards for one in marks.recent(shard.marks.replaced, now)}
        tables = [shard.table for shard in self.zone.shards]
        tags = {marks.DOOMED: decision.give_up, marks.REPLACED: marks.written((*sorted(before), now))}
        self._routes.remember(tables, tags)
        self.report.counts.replaced += 1
        self.report.say("instance given up", instance=decision.give_up)

    def _say(self, moves: Sequence[Move], done: Moved) -> None:
        self.report.counts.route_errors += done.failed
        self.report.say(
            f"to {moves[0].to.value}",
            why=sorted({move.reason for move in moves}),
            shards=[move.shard.name for move in moves],
            moved=done.shards,
            failed=done.failed,
            reverted=done.reverted,
        )

    def _account(self) -> None:
        """Say what AWS refused, once, and count it."""
        seen, throttled = self.faults.taken()
        self.report.counts.throttled += throttled
        for one in dict.fromkeys(seen):
            self.report.say("refused", call=one)
