"""`hypercell diff`: both sides taken, compared, judged, and told."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from pathlib import Path

from ops.delta.day import day
from ops.diff import sides
from ops.diff.outputs import Outputs
from ops.diff.parsed import Parsed
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.standing import EXIT_UNREADABLE, Stages, run


def show(asked: sides.Asked, outputs: Outputs, *, now: str | None = None, role: str | None = None) -> int:
    """Compare, and say whether the change may go.

    Args:
        now: the day that exceptions are measured by, YYYY-MM-DD; today in UTC when None.
        role: to take in each account of the fleet, for what is deployed.

    Returns:
        0 it may, at once or by waves; 1 it may not; 2 nobody can tell, or a side cannot be had; 130 interrupted.
    """
    code = EXIT_UNREADABLE
    try:
        today = day(now, "--now")
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_UNREADABLE

    def verb() -> None:
        nonlocal code
        stages = Stages()
        with tempfile.TemporaryDirectory(prefix="hypercell-") as scratch:
            base, head = sides.read(asked, Path(scratch), stages, _deployed(role))
            code = _told(base, head, today, outputs, stages)

    try:
        return run(verb) or code
    except Unusable as error:
        print(error, file=sys.stderr)
        return EXIT_UNREADABLE


def _told(base: Snapshot, head: Snapshot, today: date, outputs: Outputs, stages: Stages) -> int:
    # The guard loads CloudFormation's schemas: not before there is something to judge.
    from ops.guard.judge import judge

    with stages.stage("judge"):
        report = judge(base, head, now=today)
    outputs.put(report, head.record, base.record)
    return report.verdict.exit_code


def _deployed(role: str | None) -> sides.Deployed:
    def read(head: Snapshot, parsed: Parsed) -> Snapshot:
        from ops import clients
        from ops.diff import deployed

        try:
            return deployed.read(head, parsed, clients.with_own_credentials(role))
        except clients.NoCredentials as error:
            raise Unusable(str(error)) from None

    return read
