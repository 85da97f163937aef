"""The doing of a plan: one cell after the other, and none after the first that fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from fleet import authority, names
from fleet.cell import Cell
from ops.authority import certificates
from ops.authority.certificates import Signer
from ops.authority.plan import SIGNS, Plan, Seen, Todo
from ops.authority.root import Refused
from ops.authority.stored import Vault

_DONE = {
    "issue": "has an authority",
    "renew": "has a new intermediate",
    "trust": "trusts both roots",
    "move": "has an intermediate under the new root",
    "forget": "trusts the new root alone",
}


def act(
    plan: Plan, *, cells: Mapping[str, Cell], seen: Mapping[str, Seen], vault: Vault, root: Signer | None, now: datetime
) -> Iterator[Seen]:
    """Take each step of a plan, and say of each cell what stands then.

    Raises:
        Refused: a step wants a root that nobody brought, or was refused. The cells before it have taken theirs.
    """
    if plan.wants_key and root is None:
        raise Refused("this signs: bring the region's root with --root-in, or make its first one with --root-out")
    for todo in plan.steps:
        cell = cells[todo.cell]
        yield vault.write(cell, value(todo, cell, plan=plan, stored=vault.values, root=root, now=now), seen[todo.cell])


def said(todo: Todo, after: Seen) -> str:
    """One line about a step that was taken."""
    assert after.authority is not None
    return f"{todo.cell} {_DONE[todo.step]}, until {after.authority.ends:%Y-%m-%d}"


def value(
    todo: Todo, cell: Cell, *, plan: Plan, stored: Mapping[str, Mapping[str, str]], root: Signer | None, now: datetime
) -> dict[str, str]:
    """What is to stand for a cell after its step.

    Args:
        stored: cell to its value, of the region's cells that have one.
        root: the root that was brought or made.
    """
    if todo.step in SIGNS:
        assert root is not None
        roots = stored[cell.name][authority.ROOTS] if cell.name in stored else _roots(stored, root)
        made = certificates.make_intermediate(
            root=root, trust_domain=names.trust_domain(cell.region), cell=cell.name, now=now
        )
        return certificates.bundle(made, roots)
    own = stored[cell.name]
    if todo.step == "trust":
        return certificates.with_root(own, _new_root(plan, stored, root))
    return {**own, authority.ROOTS: certificates.root_of(own, plan.new)}


def _roots(stored: Mapping[str, Mapping[str, str]], root: Signer) -> str:
    """What a cell that joins trusts: what the others do, and both roots while one replaces the other."""
    every = [value[authority.ROOTS] for value in stored.values()]
    return max(every, key=len, default=certificates.pem(root.certificate))


def _new_root(plan: Plan, stored: Mapping[str, Mapping[str, str]], root: Signer | None) -> str:
    """The certificate of the root that is coming: of its file, or as another cell has it, which needs no file."""
    if root is not None and root.fingerprint == plan.new:
        return certificates.pem(root.certificate)
    for value in stored.values():
        try:
            return certificates.root_of(value, plan.new)
        except LookupError:
            continue
    raise Refused("no cell knows the new root yet: bring it with --root-in")
