"""A plan is shown, agreed to or not, and only then acted on: the same for every verb that changes something."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ops.asking import Ask
from ops.egress.moving import Outcome
from ops.egress.plan import Plan

DONE, PARTLY, REFUSED, INTERRUPTED = 0, 1, 3, 130
"""Exit codes. 2 stays for what could not be looked at."""

COLUMNS = ("shard", "from", "to", "what happens")


def propose(
    plan: Plan, act: Callable[[], Iterable[Outcome]], *, to: str, yes: bool, as_json: bool, ask: Ask | None
) -> int:
    """Show a plan, have it agreed to, act. The exit code.

    Args:
        act: does it, and says of each line what became of it.
        to: where shards go, for the table.
        ask: None: nobody is there to answer. Without `yes` nothing is changed then.
    """
    refused, outcomes, code, said = plan.refused, [], DONE, ""
    if not as_json:
        _show(plan, to)
    if refused:
        code, said = REFUSED, "refused: nothing was changed" + ("" if plan.never else " (--force overrules it)")
    elif not plan.todo and not plan.more:
        said = "nothing to do"
    elif not yes and (as_json or ask is None):
        said = "nothing was changed: read-only without --yes"
    else:
        try:
            if not yes and ask is not None and not ask(_question(plan)):
                said = "nothing was changed"
            else:
                for outcome in act():
                    outcomes.append(outcome)
                    if not as_json:
                        print(f"{outcome.shard}: {outcome.says}", flush=True)
                failed = sum(not one.done for one in outcomes)
                code = PARTLY if failed else DONE
                said = f"{len(outcomes) - failed} of {len(outcomes)} done"
                said += "; run it again: what is done is not done twice" if failed else ""
        except KeyboardInterrupt as stop:
            where = f"interrupted after {len(outcomes)} of {_count(plan)}; see hypercell nat status"
            code, said = INTERRUPTED, str(stop) or where
    if as_json:
        _print_json(plan, outcomes, said)
    else:
        print(said)
    return code


def _show(plan: Plan, to: str) -> None:
    from ops.console import print_table

    rows = [(line.shard.name, line.shard.way.value, to if line.acts else "", line.does) for line in plan.lines]
    print_table(plan.title, COLUMNS, rows)
    for note in plan.says:
        print(note)
    for reason in plan.never:
        print(f"impossible: {reason}")
    for reason in plan.against:
        print(f"{'forced against' if plan.forced else 'against it'}: {reason}")


def _print_json(plan: Plan, outcomes: list[Outcome], said: str) -> None:
    from ops.console import print_json

    lines = [
        {"shard": one.shard.name, "from": one.shard.way.value, "acts": one.acts, "what": one.does} for one in plan.lines
    ]
    print_json(
        {
            "plan": lines,
            "more": plan.more or None,
            "against": [*plan.never, *plan.against],
            "forced": plan.forced,
            "says": plan.says,
            "outcomes": outcomes,
            "said": said,
        }
    )


def _question(plan: Plan) -> str:
    """`Change 6 shards, and end i-1?`"""
    parts = [f"change {_count(plan)}"] if plan.todo else []
    parts += [plan.more] if plan.more else []
    text = ", and ".join(parts)
    return f"{text[0].upper()}{text[1:]}?"


def _count(plan: Plan) -> str:
    count = len(plan.todo)
    return f"{count} shard" if count == 1 else f"{count} shards"
