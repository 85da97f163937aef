"""A minute at a zone's ways out: look every second, act when the rules say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from .controller import Controller
from .marks import Proof
from .probing import Probing
from .report import Counts
from .settings import Settings
from .sight import Round, Sight, Watch
from .zone import Way, Zone


class Clock(Protocol):
    """`time`, as far as it is needed."""

    def time(self) -> float:
        """Epoch; jumps when somebody sets the clock."""

    def monotonic(self) -> float:
        """Seconds; never jumps."""

    def sleep(self, seconds: float) -> None: ...


def run(controller: Controller, probing: Probing, clock: Clock) -> Watch:
    """One tick; the watch it ended with."""
    settings, watch = controller.settings, Watch()
    started = clock.monotonic()
    controller.read(clock.time())
    watch = _adopted(watch, controller, clock.time())
    unread = 0
    while True:
        begun = clock.monotonic()
        seen, proven = probing.look(), watch.instance_ok
        watch = watch.after(seen, clock.monotonic())
        if proven and not watch.instance_ok:
            # At once: the next tick must not take up a proof that is broken.
            _remember(controller, watch, clock.time())
        _count(controller.report.counts, seen)
        acted = controller.step(watch, clock.time())
        unread += 1
        if acted or controller.zone is None or unread >= settings.reread_rounds:
            before = controller.zone
            controller.read(clock.time())
            watch = _of_the_same_instance(watch, before, controller.zone)
            _remember(controller, watch, clock.time())
            if unread >= settings.reread_rounds:
                controller.publish(clock.time())
            unread = 0
        now = clock.monotonic()
        if now - started >= settings.length_seconds:
            break
        clock.sleep(max(0.0, begun + settings.cadence_seconds - now))
    _remember(controller, watch, clock.time())
    controller.publish(clock.time())
    return watch


def proven(zone: Zone, now: float, settings: Settings) -> int:
    """Good rounds in a row of the zone's instance, by the proof that is written on its shards; 0: stale, or none."""
    if zone.machine is None:
        return 0
    # Of two ticks that overlap the older one knows more.
    proofs = [shard.marks.proof for shard in zone.shards if shard.marks.proof is not None]
    fresh = [
        proof.rounds
        for proof in proofs
        if proof.machine == zone.machine.id and -1 <= now - proof.last <= settings.proof_gap_seconds
    ]
    return max(fresh, default=0)


def _adopted(watch: Watch, controller: Controller, now: float) -> Watch:
    """The watch with the proof that the tick before left, if it is fresh and of this instance."""
    zone = controller.zone
    return watch if zone is None else replace(watch, instance_ok=proven(zone, now, controller.settings))


def _of_the_same_instance(watch: Watch, before: Zone | None, now: Zone | None) -> Watch:
    """An instance that is new, or in service only now, has neither proven anything nor failed yet."""
    was, is_now = _identity(before), _identity(now)
    if was == is_now:
        return watch
    if was is None or is_now is None:
        # There is none, or nobody could say: no proof, and no excuse either.
        return replace(watch, instance_ok=0)
    return replace(watch, instance_ok=0, instance_bad=0, bad_since=None, bad_seconds=0)


def _identity(zone: Zone | None) -> tuple[str, bool] | None:
    return None if zone is None or zone.machine is None else (zone.machine.id, zone.machine.serving)


def _remember(controller: Controller, watch: Watch, now: float) -> None:
    """Leave the proof to the next tick, as long as a shard waits for it."""
    zone = controller.zone
    if zone is None or zone.machine is None or all(shard.way is not Way.GATEWAY for shard in zone.shards):
        return
    most = min(watch.instance_ok, controller.settings.proof_rounds)
    controller.remember(Proof(zone.machine.id, now, most))


def _count(counts: Counts, seen: Round) -> None:
    counts.rounds += 1
    counts.instance_probe_failed += seen.instance is Sight.BAD
    counts.gateway_probe_failed += seen.gateway is Sight.BAD
    counts.prober_unknown += Sight.UNKNOWN in (seen.instance, seen.gateway)
    counts.both_paths_down += seen.instance is seen.gateway is Sight.BAD
