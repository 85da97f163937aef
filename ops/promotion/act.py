"""A plan is carried out: blobs, then the manifest, then the tag; and the tag is read back.

Whatever happens on the way, the channel names the bundle that stood or the one that was wanted, whole.
"""

from __future__ import annotations

from collections.abc import Callable

from fleet import names
from ops.promotion.image import Image, Unusable
from ops.promotion.plan import Plan
from ops.promotion.registry import Broken, Refused, Registry

Say = Callable[[str], None]
Blobs = Callable[[str], bytes]
"""Digest to the content, for what the registry lacks."""


class Stopped(Exception):
    """It was not done, or nobody knows. The text says how far it came, and that the same command goes on."""


class Overtaken(Exception):
    """Somebody else moved the channel after the plan was made: the plan is void, and nothing was moved."""


def act(plan: Plan, registry: Registry, blobs: Blobs, say: Say) -> None:
    """Carry out a plan that moves the channel.

    Raises:
        Stopped: the registry refused, or did not answer.
        Overtaken: the channel is not where the plan found it.
    """
    try:
        for digest in plan.lacking:
            registry.send(digest, blobs(digest))
            say(f"sent {digest}")
        if not plan.stored:
            registry.put(plan.target)
            say(f"sent the manifest {plan.target.digest}")
        now = registry.tagged(plan.channel)
        if _digest(now) != _digest(plan.current):
            raise Overtaken(
                f"{plan.channel} names {_digest(now) or 'nothing'} by now, and named {_digest(plan.current) or 'nothing'} "
                "when the plan was made; look again, and decide again"
            )
        if plan.current is not None and _digest(plan.previous) != plan.current.digest:
            registry.put(plan.current, names.previous_channel(plan.channel))
    except (Refused, Unusable) as error:
        raise Stopped(_where(plan, error, f"the tag {plan.channel} was not moved")) from None
    _move(plan, registry)
    say(f"{plan.channel} names {plan.target.digest}")


def _move(plan: Plan, registry: Registry) -> None:
    """Put the tag, and read it back: also when no answer came, for then it may have been put all the same."""
    unheard: Refused | None = None
    try:
        registry.put(plan.target, plan.channel)
    except Broken as error:
        unheard = error
    except Refused as error:
        raise Stopped(_where(plan, error, f"the tag {plan.channel} was not moved")) from None
    try:
        names_now = _digest(registry.tagged(plan.channel))
    except (Refused, Unusable) as error:
        where = f"whether the tag {plan.channel} was moved cannot be read back"
        raise Stopped(_where(plan, unheard or error, where)) from None
    if names_now != plan.target.digest:
        why = unheard or Unusable(f"it names {names_now or 'nothing'}")
        raise Stopped(_where(plan, why, f"the tag {plan.channel} was not moved")) from None


def _where(plan: Plan, error: Exception, state: str) -> str:
    return f"{plan.repository}: {error}. {state[0].upper()}{state[1:]}; run the same command again, it sends what lacks"


def _digest(image: Image | None) -> str:
    return "" if image is None else image.digest
