"""`hypercell promote`: one bundle into one cell's repository, and the one tag that its Argo CD follows.

A plan first; nothing moves without consent; the tag last, and read back.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from fleet import names
from fleet.cell import Cell
from fleet.known import instead
from fleet.load import load
from fleet.model import Fleet
from ops import bundle
from ops.asking import Ask
from ops.clients import ClientFor
from ops.promotion.act import Blobs, Overtaken, Stopped, act
from ops.promotion.image import Image, Unusable
from ops.promotion.layout import Layout
from ops.promotion.looking import Wish, look
from ops.promotion.plan import Plan, decide
from ops.promotion.registry import Refused, Registry, code

ClientsAs = Callable[[str], ClientFor]
"""Role to clients that have taken it."""

DONE, UNDONE, UNSEEN, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""

_SHOWN = 20
"""Objects of each kind of difference that are shown by name."""


def show(
    blueprint: Path,
    wish: Wish,
    *,
    out: Path,
    today: date,
    role: str | None,
    clients_as: ClientsAs,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    ask: Ask | None,
) -> int:
    """Look, decide, show, ask, act.

    Args:
        out: folder of the layouts.
        today: in UTC; exceptions hold until their day is over.
        role: to take in the region's account; its publisher when None.
        ask: None: nobody is there to answer. Without `yes` nothing is changed then.

    Returns:
        0 done, nothing to do, or only shown; 1 not done, and the same command goes on; 2 something cannot be read or
        looked at; 3 refused; 130 interrupted.

    Raises:
        FleetError: the fleet cannot be used.
        NoCredentials: the account cannot be reached.
    """
    fleet = load(blueprint)
    try:
        cell, channel = _cell(fleet, wish.cell), wish.channel_in(fleet)
        registry = registry_of(cell, clients_as(role or names.publisher_role(cell.region)))
        layout = Layout(out / cell.region.code / cell.key)
        host = names.registry(cell.region)
        seen = look(channel, wish, registry, layout, lambda: _make(blueprint, out, cell, channel), host=host)
        plan = decide(fleet, cell, channel, seen, today)
    except Refused as error:
        absent = code(error) == "RepositoryNotFoundException"
        remedy = f"; deploy {names.stack(fleet, cell.region.code, 'registry')} first" if absent else ""
        print(f"{names.bundle_repository(cell)}: {error}{remedy}", file=sys.stderr)
        return UNSEEN
    except Unusable as error:
        print(error, file=sys.stderr)
        return UNSEEN
    except bundle.BundleError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    if not as_json:
        _print_plan(plan)
    done, said = _carry_out(plan, registry, layout.blob, yes=yes, dry_run=dry_run, as_json=as_json, ask=ask)
    if as_json:
        _print_json(plan, done, said)
    else:
        print(said, file=sys.stdout if done == DONE else sys.stderr)
    return done


def registry_of(cell: Cell, client_for: ClientFor) -> Registry:
    """The cell's repository."""
    return Registry(client_for("ecr", cell.region.account_id, cell.region.name), names.bundle_repository(cell))


def _cell(fleet: Fleet, name: str) -> Cell:
    standing = {cell.name: cell for cell in fleet.cells}
    if name not in standing:
        raise Unusable(f"--cell {name}: no such cell stands in this fleet; {instead(name, standing)}")
    return standing[name]


def _make(blueprint: Path, out: Path, cell: Cell, channel: str) -> None:
    """Bring the bundle up to date: what is promoted is what the files say now."""
    services = [] if channel == names.PLATFORM_CHANNEL else [channel.removeprefix("service-")]
    bundle.make(blueprint, out, cells=[cell.name], services=services, platform=not services)


def _carry_out(
    plan: Plan, registry: Registry, blobs: Blobs, *, yes: bool, dry_run: bool, as_json: bool, ask: Ask | None
) -> tuple[int, str]:
    """The exit code, and what became of it."""
    if plan.against:
        return REFUSED, "refused: nothing was changed"
    if not plan.moves:
        return DONE, f"nothing to do: {plan.channel} names {plan.target.digest}"
    if dry_run:
        return DONE, "nothing was changed: --dry-run"
    if not yes and (as_json or ask is None):
        return DONE, "nothing was changed: read-only without --yes"
    try:
        if not yes and ask is not None and not ask(f"Move {plan.channel} of {plan.cell}?"):
            return DONE, "nothing was changed"
        act(plan, registry, blobs, lambda said: None if as_json else print(said, flush=True))
    except Overtaken as error:
        return REFUSED, f"refused: {error}"
    except Stopped as error:
        return UNDONE, str(error)
    except KeyboardInterrupt:
        return INTERRUPTED, "interrupted; run the same command again, it shows what stands and sends what lacks"
    return DONE, f"done. {_way_back(plan)}"


def _way_back(plan: Plan) -> str:
    if plan.current is None:
        return "It is the first: there is nothing to go back to"
    return f"Before it was {plan.current.digest}: --rollback goes back to it, and --to to any other"


def _print_plan(plan: Plan) -> None:
    print(f"{plan.cell} {plan.channel}, in {plan.repository}")
    print(f"  names     {_shown(plan.current)}")
    print(f"  before    {_shown(plan.previous)}")
    print(f"  shall be  {plan.target.digest}")
    for mark, what, of in (
        ("+", "added", plan.delta.added),
        ("-", "no longer in the bundle; nothing is pruned by itself", plan.delta.removed),
        ("~", "changed", plan.delta.changed),
    ):
        if of:
            print(f"  {len(of):,} {'object' if len(of) == 1 else 'objects'} {what}")
        for name in of[:_SHOWN]:
            print(f"    {mark} {name}")
        if len(of) > _SHOWN:
            print(f"    and {len(of) - _SHOWN:,} more; --json has all of them")
    for step in plan.steps if not plan.against else ():
        print(f"  will {step}")
    for reason in plan.against:
        print(f"  against it: {reason}")


def _shown(image: Image | None) -> str:
    return "nothing" if image is None else image.digest


def _print_json(plan: Plan, done: int, said: str) -> None:
    from ops.console import print_json

    report: dict[str, Any] = {
        "cell": plan.cell,
        "channel": plan.channel,
        "repository": plan.repository,
        "current": plan.current.digest if plan.current else None,
        "previous": plan.previous.digest if plan.previous else None,
        "target": plan.target.digest,
        "steps": plan.steps,
        "objects": asdict(plan.delta),
        "against": plan.against,
        "done": done == DONE,
        "said": said,
    }
    print_json(report)
