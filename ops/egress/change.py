"""From names to a plan to what became of it: the way of every verb that changes shards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from ops.asking import Ask
from ops.clients import ClientFor
from ops.egress.hands import Hands
from ops.egress.moving import Outcome
from ops.egress.places import Place
from ops.egress.plan import Plan
from ops.egress.proposal import propose
from ops.egress.seen import Seen, look

LOOKS = 3
"""At the way that shards would be moved to; all must be good."""

Decide = Callable[[Sequence[Seen], float], Plan]
Act = Callable[[Plan, dict[str, Hands], float], Iterable[Outcome]]


def change(
    places: Sequence[Place],
    client_for: ClientFor,
    decide: Decide,
    act: Act,
    *,
    to: str,
    yes: bool,
    as_json: bool,
    ask: Ask | None,
) -> int:
    """Look, decide, show, ask, act. The exit code (`ops.egress.proposal`)."""
    now = time.time()
    sights = look(places, client_for, now, rounds=LOOKS)
    plan = decide(sights.seen, now)
    return propose(plan, lambda: act(plan, sights.hands, time.time()), to=to, yes=yes, as_json=as_json, ask=ask)
