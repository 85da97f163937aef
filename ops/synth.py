"""`hypercell synth`: a whole fleet as a stored assembly, to be compared and rolled out as it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ops.console import print_json
from ops.promotion.image import Unusable
from ops.standing import EXIT_UNREADABLE, Stages, run
from ops.stored import store


def show(blueprint: Path, out: Path, *, as_json: bool) -> int:
    """Synthesize, judge, store, and say what is there.

    Returns:
        0 stored, or stored already; 1 the fleet breaks rules or a finding is open; 2 something cannot be read or
        written, or something else is in the folder; 130 interrupted.
    """

    def verb() -> None:
        # CDK's own switch, as app.py has it: the inner loop goes without judgement, a roll-out never.
        judged = os.environ.get("CDK_VALIDATION") != "false"
        with Stages().stage("synth") as step:
            made = store(out, blueprint, step=step, judged=judged)
        said = {"folder": str(out), "digest": made.digest, **made.model_dump(exclude={"code", "files"})}
        if as_json:
            print_json(said)
            return
        of = made.revision[:12] if made.revision else "no commit"
        changed = " and what is not committed" if made.revision and made.dirty else ""
        print(f"{out}: fleet {made.fleet}, {len(made.files):,} files, of {of}{changed}")
        print(made.digest)

    try:
        return run(verb)
    except Unusable as error:
        print(error, file=sys.stderr)
        return EXIT_UNREADABLE
