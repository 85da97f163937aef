"""What is measured of egress on a lab. Each returns what it saw; judging it is the table's."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement

from benchmarks.egress.controlling import Controlling, rotation
from benchmarks.egress.zone import PROBER
from benchmarks.lab import sequential
from benchmarks.lab.laboratory import Laboratory, wait_until
from benchmarks.lab.lines import Speaker
from benchmarks.lab.load import Record
from benchmarks.lab.network import PUBLIC, TARGETS
from hypercell.egress.runtime.settings import Settings

SOON = replace(Settings(), proof_rounds=4, probation_seconds=1, hold_seconds=2)
"""The controller's own settings, but it trusts an instance after seconds instead of minutes."""

DOWN_SECONDS = 8.0


@dataclass
class Connections:
    """New connections under load, of several runs."""

    attempts: int = 0
    failed: int = 0
    reset: int = 0

    def add(self, record: Record) -> None:
        self.attempts += len(record.attempts)
        self.failed += record.failed
        self.reset += record.reset


@dataclass
class Egress:
    """A lab with a local AWS and both probers, and the measures on it."""

    lab: Laboratory
    seed: int
    delays: list[float] = field(default_factory=list)
    """Seconds that the kernel had a route after EC2 said it had it, of every move so far."""

    def __post_init__(self) -> None:
        self.zone = self.lab.zone
        self.shard = next(iter(self.zone.cells))
        self.aws, self.probers = self.lab.aws(), self.lab.probers(PROBER)
        self._random = random.Random(self.seed)

    def outages(self, runs: int) -> Iterator[float]:
        """Seconds without new connections after the instance's death, with the controller as it is deployed."""
        for part in self._parts(runs):
            self._begin("instance")
            with self._controlling(Settings()).ticking():
                # Two rounds, and then a moment of the third.
                yield self._outage(after=2 + part * Settings().cadence_seconds)
            self._end()

    def sequential_outages(self, runs: int) -> Iterator[float]:
        """The same with the other schedule. It sits behind the shard's own route, and moves it by the same call."""
        for part in self._parts(runs):
            self._begin("instance")
            checker = self.lab.sequential(self.shard)
            mover = threading.Thread(target=self._move_when_down, args=(checker,))
            mover.start()
            yield self._outage(after=1 + part * sequential.PAUSE)
            mover.join()
            self._end()

    def _move_when_down(self, checker: Speaker) -> None:
        checker.ask("until_down", targets=list(TARGETS[:2]))
        self.aws.move("gateway")

    def _outage(self, after: float) -> float:
        with self.lab.load(self.shard) as records:
            time.sleep(after)
            death = time.monotonic()
            self.lab.network.die()
            wait_until(self._all_on("gateway"), 30)
            time.sleep(0.5)
        (record,) = records
        outage = record.outage(death)
        if outage is None or not record.failed:
            raise RuntimeError("the instance's death was not felt, or never healed: the lab measures nothing")
        return outage

    def swaps(self, times: int) -> Connections:
        """Planned swaps under load: away by the event of a rotation, and back by hand."""
        seen = Connections()
        self._begin("instance")
        controlling = self._controlling(Settings())
        with self.lab.load(self.shard) as records:
            for number in range(times):
                time.sleep(0.5 + self._random.random() / 2)
                if number % 2:
                    self.aws.forget()
                    self.aws.move("instance")
                else:
                    controlling.event(rotation(self.zone, self.aws.instance))
            time.sleep(0.5)
        seen.add(records[0])
        self._end()
        return seen

    def failbacks(self, times: int) -> Connections:
        """Under load: an instance that died is there again, is proven, and every shard goes back."""
        seen = Connections()
        for _ in range(times):
            self._begin("instance")
            with self._controlling(SOON).ticking():
                self.lab.network.die()
                wait_until(self._all_on("gateway"), 30)
                self.lab.network.heal()
                with self.lab.load(self.shard) as records:
                    if not wait_until(self._all_on("instance"), 60):
                        raise RuntimeError("the shards did not go back")
                    time.sleep(0.5)
            seen.add(records[0])
            self._end()
        return seen

    def calls_while_down(self) -> tuple[int, int]:
        """Calls that change routes while nothing leads anywhere, and the rounds in which that was seen."""
        self._begin("instance")
        controlling = self._controlling(Settings())
        self.lab.network.cut_off()
        with controlling.ticking():
            time.sleep(DOWN_SECONDS)
        self._end()
        return len(self.aws.route_calls), int(controlling.counted("BothPathsDown"))

    def _controlling(self, settings: Settings) -> Controlling:
        return Controlling(self.zone, self.aws, self.probers, settings)

    def _all_on(self, path: str) -> Callable[[], bool]:
        return lambda: set(self.aws.paths().values()) == {path}

    def _begin(self, path: str) -> None:
        """Everything works, nothing is remembered, and every shard leads one way."""
        self.lab.reset()
        self.aws.forget()
        self.aws.move(path)
        if not wait_until(lambda: self.lab.call(self.shard, timeout=1).get("seen_as") == PUBLIC[path]):
            raise RuntimeError("the kernel does not follow the route tables")
        self.aws.route_calls.clear()

    def _end(self) -> None:
        self.delays += self.aws.delays()

    def _parts(self, runs: int) -> Sequence[float]:
        """Random moments within a period, one from each of so many equal parts of it, in random order."""
        parts = [(number + self._random.random()) / runs for number in range(runs)]
        self._random.shuffle(parts)
        return parts


def interleavings() -> tuple[int, int]:
    """Orders of calls of runs that race, and how many of them end wrong: a walk of the tests, with the real code."""
    from tests.egress.control.races import EVENTS, MOVES, failback, race

    outcomes = [race(failback, event) for event in EVENTS.values()]
    outcomes += [race(failback, MOVES[one], MOVES[two]) for one, two in combinations_with_replacement(MOVES, 2)]
    return sum(outcome.orders for outcome in outcomes), sum(outcome.wrong for outcome in outcomes)
