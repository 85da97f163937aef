"""Every order in which calls of several runs can reach AWS, walked through with the real code.

A run is deterministic in the answers it gets. So a run stopped between two calls is its list of answers so far, and the
next call is found by running it again on that list until it asks for more. A state is what stands in AWS and those
lists; states that are reached in several orders are walked once, and the orders are counted.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.egress.control.world import AutoScaling, CloudWatch, Ec2, World

Run = Callable[["Channel"], None]
"""One run of the controller, or something that happens in AWS."""


class Asked(BaseException):
    """The run wants an answer that it has not got yet. No Exception: nobody may catch it on the way."""

    def __init__(self, call: Callable[[World], Any]) -> None:
        self.call = call


class Channel:
    """What a run calls: answers from its list, then stops."""

    def __init__(self, answers: Sequence[Any]) -> None:
        self._answers = list(answers)

    def ask(self, call: Callable[[World], Any]) -> Any:
        """One step: an answer that was given before, or a stop."""
        if self._answers:
            return copy.deepcopy(self._answers.pop(0))
        raise Asked(call)

    def client(self, kind: Callable[[World], Any]) -> Client:
        return Client(self, kind)


class Client:
    """A client whose every call is a step."""

    def __init__(self, channel: Channel, kind: Callable[[World], Any]) -> None:
        self._channel, self._kind = channel, kind

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "get_paginator":
            return lambda operation: Paginated(self._channel, self._kind, operation)
        return lambda **asked: self._channel.ask(lambda world: getattr(self._kind(world), name)(**asked))


class Paginated:
    def __init__(self, channel: Channel, kind: Callable[[World], Any], operation: str) -> None:
        self._channel, self._kind, self._operation = channel, kind, operation

    def paginate(self, **asked: Any) -> Any:
        return self._channel.ask(lambda world: self._kind(world).get_paginator(self._operation).paginate(**asked))


def clients(channel: Channel) -> tuple[Client, Client, Client]:
    """EC2, Auto Scaling and CloudWatch of one run."""
    return channel.client(Ec2), channel.client(AutoScaling), channel.client(CloudWatch)


@dataclass
class Outcome:
    orders: int
    """Orders of calls in all."""
    wrong: int
    """Those that end wrong."""
    states: int


def walk(world: World, runs: Sequence[Run], right: Callable[[World], bool]) -> Outcome:
    """Every order of the runs' calls, from one world on."""
    known: dict[str, tuple[int, int]] = {}

    def orders(world: World, lists: tuple[tuple[Any, ...], ...]) -> tuple[int, int]:
        """(orders from here, wrong ones)."""
        key = json.dumps([world.routes, world.tags, world.instances, lists], sort_keys=True, default=str)
        if key in known:
            return known[key]
        total = wrong = 0
        for place, run in enumerate(runs):
            call = _next(run, lists[place])
            if call is None:
                continue
            after = _copy(world)
            answer = call(after)
            longer = (*lists[:place], (*lists[place], copy.deepcopy(answer)), *lists[place + 1 :])
            more, bad = orders(after, longer)
            total, wrong = total + more, wrong + bad
        if total == 0:
            total, wrong = 1, 0 if right(world) else 1
        known[key] = (total, wrong)
        return total, wrong

    total, wrong = orders(world, ((),) * len(runs))
    return Outcome(total, wrong, len(known))


def _next(run: Run, answers: tuple[Any, ...]) -> Callable[[World], Any] | None:
    try:
        run(Channel(answers))
    except Asked as asked:
        return asked.call
    return None


def _copy(world: World) -> World:
    made = World(shards=())
    made.routes, made.tags = copy.deepcopy(world.routes), copy.deepcopy(world.tags)
    made.instances, made.alarm = copy.deepcopy(world.instances), world.alarm
    return made
