"""`hypercell nat rotate`: one zone's instance replaced, with its cells on the gateway meanwhile."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from ops.asking import Ask
from ops.clients import ClientFor
from ops.egress.change import LOOKS
from ops.egress.places import Place, Unusable
from ops.egress.proposal import propose
from ops.egress.rotating import Clock, rotate
from ops.egress.rotation import Templates, rotation, templates
from ops.egress.seen import look, look_again
from ops.egress.times import span

STILL_SECONDS = 30
"""After which what has not changed is said again."""


@dataclass
class Progress:
    """Says on the error stream what is waited for: when it changes, and every half a minute."""

    console: Console
    _said: str = ""
    _at: float = 0

    def __call__(self, passed: float, state: str) -> None:
        if state != self._said or passed - self._at >= STILL_SECONDS:
            self.console.print(f"{span(passed):>8}  {state}", style="dim")
            self._said, self._at = state, passed


def show(
    place: Place,
    beside: Sequence[Place],
    client_for: ClientFor,
    *,
    who: str,
    anyway: bool,
    forced: bool,
    wait: float,
    yes: bool,
    as_json: bool,
    ask: Ask | None,
    clock: Clock = time,
) -> int:
    """Look at the region, decide, show, ask, act. The exit code (`ops.egress.proposal`).

    Args:
        beside: the other zones of the region.
    """
    now = clock.time()
    sights = look((place, *beside), client_for, now, rounds=0)
    hands = sights.hands.get(place.region.name)
    if hands is None:
        raise Unusable("; ".join(sights.seen[0].faults))
    one = look_again(hands, place, now, rounds=LOOKS)
    try:
        machine = one.zone.machine if one.zone else None
        found = templates(hands, place.zone, machine.id if machine else None)
    except (ClientError, BotoCoreError) as error:
        # What is not known is said in the plan; an instance that must go does not wait for it.
        found = Templates(None, None)
        print(f"{place.zone}: its templates could not be read: {error}", file=sys.stderr)
    decided = rotation(one, sights.seen[1:], found, now, who=who, forced=forced, anyway=anyway)
    tell = Progress(Console(stderr=True, highlight=False))
    return propose(
        decided.plan,
        lambda: rotate(decided, hands, place, wait=wait, time=clock, tell=tell),
        to="gateway",
        yes=yes,
        as_json=as_json,
        ask=ask,
    )
