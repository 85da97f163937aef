"""The numbers of the controller: how long it watches before it believes, and how long it waits before it trusts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Seconds and rounds. A round is one look at both ways out of a zone."""

    length_seconds: float = 65
    """How long one tick watches. The next starts a minute after it, so two overlap and no second is unwatched."""
    cadence_seconds: float = 1
    """From the start of one round to the start of the next."""
    reread_rounds: int = 10
    """Rounds after which routes, instance and alarms are read again though nothing happened."""

    bad_rounds: int = 2
    """F1: rounds in which the instance did not carry a probe, with a gateway that does. One lost packet is no outage."""
    bad_rounds_alone: int = 4
    """F3: the same, with nothing known of the gateway."""
    shed_pause_seconds: float = 120
    """F5: between one shard and the next; the alarm needs that long to see what the first one brought."""

    proof_rounds: int = 120
    """B1: rounds in a row that the instance must have carried before traffic goes back."""
    proof_gap_seconds: float = 15
    """B1: a proof older than this was interrupted, and starts anew."""
    probation_seconds: float = 60
    """B1: after one shard went back the next waits this long, and one bad round takes the first away again."""
    urgent_rounds: int = 4
    """B2: rounds in which the gateway was dead and the instance was not, before traffic goes back without any wait."""

    hold_seconds: float = 300
    """First wait after a failover; each further failover within the hour doubles it."""
    hold_cap_seconds: float = 6 * 3600
    saturation_hold_seconds: float = 1800
    """Wait after a shard was shed: load that was too much a minute ago is still there."""
    shed_share: float = 0.5
    """Part of the instance's limit that the gateway's load must stay below before a shed shard goes back."""
    full_share: float = 0.8
    """Part of the limit that both loads together must stay below: what comes back must fit beside what stayed."""

    replace_after_seconds: float = 60
    """An instance that is in service and carries nothing for this long is replaced, if the gateway proves the rest well."""
    replacements_an_hour: int = 3
    """More would be the same fault again and again: somebody has to look."""


HOUR = 3600.0
