"""The judgement: what a change touches, and whether it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.guard import absence, edited, endings, inputs, shared, states, wipes
from ops.guard.change import Change
from ops.guard.classify import classify
from ops.guard.comparison import Comparison, Objection
from ops.guard.exceptions import Signatures
from ops.guard.reach import NOWHERE, Reach
from ops.guard.report import Radius, Reason, Report, Verdict
from ops.guard.scope import Scope
from ops.guard.snapshot import Snapshot
from ops.guard.waves import steps


def judge(base: Snapshot, head: Snapshot, *, now: date) -> Report:
    """Compare two snapshots and say whether the change from one to the other may go, and how.

    Args:
        now: the day that exceptions are measured by.
    """
    return weigh(base, head, classify(base, head), now=now)


def weigh(base: Snapshot, head: Snapshot, changes: tuple[Change, ...], *, now: date) -> Report:
    """The same for changes that somebody else classified."""
    compared = Comparison(base, head, changes)
    reach = Reach(compared)
    scope = Scope(compared, reach)
    signatures = Signatures(compared, now)
    radii = {change: reach.of(change) for change in changes}
    fates = shared.shared(compared, reach)
    reasons = list(_unreadable(compared))
    if not any(reason.rule == "fleet" for reason in reasons):
        used: list[tuple[str, str]] = []
        reasons += signatures.reasons(
            [
                *absence.objections(compared),
                *states.objections(compared),
                *endings.objections(compared),
                *edited.objections(compared),
                *shared.objections(fates),
            ]
        )
        reasons += wipes.reasons(compared, now, used)
        signatures.used += used
        reasons += signatures.reasons(scope.objections(_unsigned(radii, signatures)))
    counted = {c: NOWHERE if _signed(c, signatures) else radius for c, radius in radii.items()}
    whole = reach.all(radii.values())
    return Report(
        fleet=head.record.fleet,
        base=base.origin,
        head=head.origin,
        verdict=_verdict(reasons, scope, reach.all(counted.values())),
        reasons=tuple(dict.fromkeys(reasons)),
        changes=changes,
        radius=whole,
        radii={change.path: radius for change, radius in radii.items()},
        shared=fates,
        inputs=inputs.inputs(compared, reach, whole.cells),
        waves=steps(compared, reach, radii),
        scope=scope.allowed,
        exempted=tuple(signatures.used),
        unused=signatures.unused(),
    )


def _unreadable(compared: Comparison) -> Iterator[Reason]:
    base, head = compared.base, compared.head
    if base.record.fleet != head.record.fleet:
        what = f"{base.origin} is {base.record.fleet}, and {head.origin} is {head.record.fleet}: they are two fleets"
        yield Reason("fleet", head.origin, what, "compare a fleet with itself", refuses=False)
    elif head.fleet is None and compared.changes:
        what = "the fleet's files cannot be read: nobody knows which exceptions hold, nor in which order waves would go"
        yield Reason(
            "unreadable", head.origin, what, "compare with a revision, or a folder of `hypercell synth`", False
        )
    for side in (base, head):
        for name in side.record.stacks.keys() - side.stacks.keys():
            what = f"{side.origin} has no template of it, and its fleet has such a stack"
            yield Reason("unreadable", name, what, "synthesize the whole fleet, without a scope", refuses=False)


def _signed(change: Change, signatures: Signatures) -> bool:
    return signatures.lets_pass("exceed-scope", change.path)


def _unsigned(radii: dict[Change, Radius], signatures: Signatures) -> dict[Change, Radius]:
    return {change: radius for change, radius in radii.items() if not _signed(change, signatures)}


def _verdict(reasons: list[Reason], scope: Scope, radius: Radius) -> Verdict:
    if any(reason.refuses for reason in reasons):
        return Verdict.REFUSED
    if reasons:
        return Verdict.UNDECIDED
    return Verdict.ALLOWED if scope.within(radius) else Verdict.ROLLOUT


__all__ = ["Objection", "judge", "weigh"]
