"""`hypercell cell ca`: what the authorities of a region's cells are, what comes next, and, with --yes, its doing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fleet import authority, names
from fleet.model import Fleet
from fleet.region import Region
from ops.authority import certificates
from ops.authority import root as roots
from ops.authority.act import act, said
from ops.authority.certificates import Signer
from ops.authority.plan import Given, Plan, Seen, due, plan
from ops.authority.root import Refused
from ops.authority.stored import Vault
from ops.clients import ClientFor
from ops.console import print_json, print_table

COLUMNS = ("cell", "ends", "days", "trusts", "signed by", "since", "next", "why")
_TO_BE_MADE = "new"
"""Stands for the fingerprint of a root that is not made before somebody says yes."""

Passphrase = Callable[[bool], str]
"""Asks for the passphrase of a root's file; `True` for a new one, which is asked for twice."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    region: str | None = None
    cell: str | None = None
    rotate: bool = False
    root_in: Path | None = None
    root_out: Path | None = None
    settled: bool = False
    yes: bool = False

    @property
    def changes(self) -> bool:
        return bool(self.rotate or self.root_in or self.root_out or self.yes)


@dataclass(frozen=True)
class Sight:
    """One region: what stands, and what comes next."""

    region: Region
    seen: tuple[Seen, ...]
    plan: Plan
    refused: str = ""


def show(
    fleet: Fleet, wish: Wish, client_for: ClientFor, passphrase: Passphrase, now: datetime, *, as_json: bool
) -> int:
    """Look, plan, act where somebody said yes, and print.

    Exit code: 0 all is well, 1 something is missing, due or under way, 2 something was not looked at or not done.

    Raises:
        Refused: nothing of what was asked for can be done.
    """
    if wish.root_in and wish.root_out:
        raise Refused("--root-in brings a root, --root-out makes one: give one of them")
    vault = Vault(client_for)
    regions = regions_of(fleet, wish)
    if not wish.changes:
        sights = [look(region, vault, wish, now) for region in regions]
        _print(sights, wish, now, done=[], failed="", as_json=as_json)
        return max(verdict(sight, wish.cell, now) for sight in sights)
    (region,) = regions
    seen = tuple(vault.look(cell) for cell in region.standing_cells)
    sight, signer = _planned(Sight(region, seen, Plan(())), wish, passphrase, now)
    if not (wish.yes and sight.plan.steps):
        _print([sight], wish, now, done=[], failed="", as_json=as_json)
        return verdict(sight, wish.cell, now)
    if wish.root_out is not None:
        signer = _make(region, wish.root_out, passphrase, now)
        sight = _with(sight, wish, _given(signer), now)
    sight, done, failed = _act(sight, wish, vault, signer, now)
    _print([sight], wish, now, done=done, failed=failed, as_json=as_json)
    return 2 if failed else verdict(sight, wish.cell, now)


def regions_of(fleet: Fleet, wish: Wish) -> list[Region]:
    """The regions that are meant: one, unless somebody only looks.

    Raises:
        Refused: a name is unknown or contradicts another, the region has no mesh, or a change names none.
    """
    cells = {cell.name: cell for cell in fleet.cells}
    if wish.cell is not None and wish.cell not in cells:
        raise Refused(f"--cell: {wish.cell!r} is no cell here; one of {', '.join(cells)}")
    if wish.region is not None and wish.region not in fleet.regions:
        raise Refused(f"--region: {wish.region!r} is no region here; one of {', '.join(fleet.regions)}")
    home = cells[wish.cell].region if wish.cell else fleet.regions[wish.region] if wish.region else None
    if home is not None and wish.region not in (None, home.name):
        raise Refused(f"--cell: {wish.cell} is in {home.name}, not in {wish.region}")
    if home is not None and not home.meshed:
        raise Refused(f"regions.{home.name}.mesh: 'none' has no authorities: no pod there shows a certificate")
    meshed = [home] if home else [region for region in fleet.regions.values() if region.meshed]
    if not meshed:
        raise Refused("no region of this fleet has a mesh, so there are no authorities")
    if wish.changes and len(meshed) > 1:
        raise Refused(f"name one region with --region: {', '.join(region.name for region in meshed)}")
    return meshed


def look(region: Region, vault: Vault, wish: Wish, now: datetime) -> Sight:
    """A region as it stands. What does not go together is said, not raised: other regions are shown all the same."""
    seen = tuple(vault.look(cell) for cell in region.standing_cells)
    try:
        return _with(Sight(region, seen, Plan(())), wish, None, now)
    except Refused as error:
        return Sight(region, seen, Plan(()), str(error))


def _planned(sight: Sight, wish: Wish, passphrase: Passphrase, now: datetime) -> tuple[Sight, Signer | None]:
    if wish.root_out is not None:
        roots.check_absent(wish.root_out)
        ends = now + timedelta(days=authority.ROOT_DAYS)
        return _with(sight, wish, Given(_TO_BE_MADE, ends), now), None
    if wish.root_in is not None:
        domain = names.trust_domain(sight.region)
        signer = roots.read(wish.root_in, passphrase(False), trust_domain=domain, now=now)
        return _with(sight, wish, _given(signer), now), signer
    return _with(sight, wish, None, now), None


def _with(sight: Sight, wish: Wish, given: Given | None, now: datetime) -> Sight:
    made = plan(sight.seen, given=given, rotate=wish.rotate, now=now, cell=wish.cell, settled=wish.settled)
    return replace(sight, plan=made)


def _given(signer: Signer) -> Given:
    return Given(signer.fingerprint, signer.certificate.not_valid_after_utc)


def _make(region: Region, path: Path, passphrase: Passphrase, now: datetime) -> Signer:
    """A root, on the disk before anything is signed with it."""
    made = certificates.make_root(trust_domain=names.trust_domain(region), now=now)
    roots.write(path, made, roots.fit(passphrase(True)))
    return made


def _act(sight: Sight, wish: Wish, vault: Vault, signer: Signer | None, now: datetime) -> tuple[Sight, list[str], str]:
    """The region afterwards, what was done, and what stopped it."""
    cells = {cell.name: cell for cell in sight.region.standing_cells}
    seen = {one.cell: one for one in sight.seen}
    done: list[str] = []
    failed = ""
    steps = iter(sight.plan.steps)
    try:
        for after in act(sight.plan, cells=cells, seen=dict(seen), vault=vault, root=signer, now=now):
            seen[after.cell] = after
            done.append(said(next(steps), after))
    except Refused as error:
        failed = str(error)
    stands = replace(sight, seen=tuple(seen.values()))
    try:
        # What comes next, once more without --rotate: that was a wish for now.
        return _with(stands, replace(wish, rotate=False), None, now), done, failed
    except Refused as error:
        return replace(stands, plan=Plan(()), refused=str(error)), done, failed


def verdict(sight: Sight, cell: str | None, now: datetime) -> int:
    """0 all is well, 1 something is missing, due or under way, 2 something was not looked at."""
    seen = [one for one in sight.seen if cell in (None, one.cell)]
    if any(one.fault for one in seen):
        return 2
    if sight.refused or sight.plan.new:
        return 1
    return 1 if any(one.authority is None or due(one.authority, now) for one in seen) else 0


def _print(sights: Sequence[Sight], wish: Wish, now: datetime, *, done: list[str], failed: str, as_json: bool) -> None:
    if as_json:
        regions = [described(sight, wish.cell, now) for sight in sights]
        print_json({"regions": regions, "done": done, "failed": failed or None})
        return
    for line in done:
        print(line)
    if failed:
        print(f"stopped: {failed}")
    for sight in sights:
        print_table(f"{sight.region.name}: {names.trust_domain(sight.region)}", COLUMNS, _rows(sight, wish.cell, now))
        if sight.refused:
            print(sight.refused)
        elif sight.plan.new:
            print(f"root {sight.plan.old[:8]} is being replaced by root {sight.plan.new[:8]}")
    if wish.root_out is not None and done:
        print(f"the root is in {wish.root_out}: two copies, apart, off line; nobody can make it again")
    if wish.changes and not wish.yes and any(sight.plan.steps for sight in sights):
        print("nothing was changed: --yes does it")


def _rows(sight: Sight, cell: str | None, now: datetime) -> list[tuple[str, ...]]:
    todos = {todo.cell: todo for todo in sight.plan.todos}
    rows: list[tuple[str, ...]] = []
    for one in sight.seen:
        if cell not in (None, one.cell):
            continue
        todo, found = todos.get(one.cell), one.authority
        why = (todo.why if todo else "") or one.fault or one.broken
        if todo and todo.until:
            why = f"{why}, {todo.until:%Y-%m-%d %H:%M} UTC"
        rows.append(
            (
                one.cell,
                f"{found.ends:%Y-%m-%d}" if found else "unknown" if one.fault else "none",
                str((found.ends - now).days) if found else "",
                " ".join(root[:8] for root in found.roots) if found else "",
                found.issuer[:8] if found else "",
                f"{one.since:%Y-%m-%d %H:%M}" if one.since else "",
                (todo.step if todo and todo.step != "keep" else ""),
                why,
            )
        )
    return rows


def described(sight: Sight, cell: str | None, now: datetime) -> dict[str, Any]:
    """A region for programs; what nobody knows is null."""
    todos = {todo.cell: todo for todo in sight.plan.todos}
    return {
        "region": sight.region.name,
        "trust_domain": names.trust_domain(sight.region),
        "root": sight.plan.old or None,
        "new_root": sight.plan.new or None,
        "problem": sight.refused or None,
        "cells": [
            {
                "cell": one.cell,
                "looked_at": not one.fault,
                "ends": one.authority.ends if one.authority else None,
                "days": (one.authority.ends - now).days if one.authority else None,
                "roots": list(one.authority.roots) if one.authority else [],
                "issuer": one.authority.issuer if one.authority else None,
                "since": one.since,
                "next": todos[one.cell].step if one.cell in todos else None,
                "why": (todos[one.cell].why if one.cell in todos else "") or one.fault or one.broken or None,
                "until": todos[one.cell].until if one.cell in todos else None,
            }
            for one in sight.seen
            if cell in (None, one.cell)
        ],
    }
