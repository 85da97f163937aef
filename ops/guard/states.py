"""Lives of cells, regions and databases: one step at a time, and what is fixed at birth stays."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.record import CellRecord, GenerationRecord, Record, RegionRecord
from ops.guard.comparison import Comparison, Objection

STEPS: dict[str, tuple[str, ...]] = {
    "planned": ("proving",),
    "proving": ("active", "draining"),
    "active": ("draining",),
    "draining": ("active", "retired"),
    "retired": (),
}
"""State of a cell to those it may take next. The two that are no step forward: a cell that proves itself unfit drains,
and a drain that was a mistake is taken back."""

BIRTHS = ("planned", "proving")
"""How a cell begins."""
ENDS = ("planned", "retired")
"""From where a cell may go, with its tombstone: the others serve, or did a moment ago."""

_GENERATION = {"restoring": ("active",), "active": ("retiring",), "retiring": ()}


def objections(compared: Comparison) -> Iterator[Objection]:
    base, head = compared.base.record, compared.head.record
    yield from _fleet(base, head)
    yield from _accounts(base, head)
    for name, region in base.regions.items():
        if name in head.regions:
            yield from _region(name, region, head.regions[name])
    for name in head.regions.keys() - base.regions.keys():
        yield from _new_region(name, base, head)
    for key, cell in head.cells.items():
        before = base.cells.get(key)
        if before is None:
            yield from _born(key, cell, base, head)
        else:
            yield from _cell(key, before, cell, base, head)
    yield from _databases(base, head)
    yield from _stacks(base, head)


def _state(where: str, what: str, remedy: str) -> Objection:
    return Objection("state", where, what, remedy)


def _fleet(base: Record, head: Record) -> Iterator[Objection]:
    for field in ("fleet", "domain", "stage"):
        before, after = getattr(base, field), getattr(head, field)
        if before != after:
            what = f"would become {after} where {before} stands: every name is made of it, so all would be made anew"
            yield _state(
                f"fleet.yaml {field}", what, "a fleet of another name is another folder; leave this one as it is"
            )


def _accounts(base: Record, head: Record) -> Iterator[Objection]:
    for alias, account in base.accounts.items():
        after = head.accounts.get(alias)
        if after is not None and after != account:
            final = alias in ("edge", "data")
            what = f"would move from {account} to {after}: nothing moves between accounts, it would be made anew"
            remedy = (
                f"leave it: {alias} is final from the first day"
                if final
                else "open a region in the new account beside the old one, and retire the old one"
            )
            yield _state(f"fleet.yaml accounts.{alias}", what, remedy)


def _region(name: str, old: RegionRecord, new: RegionRecord) -> Iterator[Objection]:
    where = f"fleet.yaml regions.{name}"
    beside = "a region elsewhere is another region: open it beside this one, and retire this one"
    if old.account != new.account:
        what = f"would move from account {old.account} to {new.account}: everything in it would be made anew"
        yield _state(f"{where}.account", what, beside)
    if old.slot != new.slot:
        what = f"would change from {old.slot} to {new.slot}: it is the region's addresses, all of them"
        yield _state(f"{where}.slot", what, f"put {old.slot} back")
    if old.market != new.market:
        what = f"would move from market {old.market} to {new.market}: its data are the old market's"
        yield _state(f"{where}.market", what, beside)
    if new.zones[: len(old.zones)] != old.zones:
        what = f"would become {', '.join(new.zones)}, and {', '.join(old.zones)} stand: a zone's place is its addresses"
        yield _state(f"{where}.zones", what, "put them back as they were, and add a zone at the end")


def _new_region(name: str, base: Record, head: Record) -> Iterator[Objection]:
    region = head.regions[name]
    markets = {one.market for one in base.regions.values()}
    if region.weight and region.market in markets:
        what = (
            f"would take {region.weight} of its market's traffic on the day it is built, before anybody saw it answer"
        )
        yield _state(f"fleet.yaml regions.{name}.weight", what, "begin with weight 0, and raise it in a later change")


def _born(key: str, cell: CellRecord, base: Record, head: Record) -> Iterator[Objection]:
    where = _where(key, cell)
    if cell.state not in BIRTHS:
        what = f"would begin as {cell.state}; a cell begins as {' or '.join(BIRTHS)}"
        yield _state(f"{where}.state", what, "write state: proving, and weight: 0")
    elif cell.weight and _serves(cell, base, head):
        yield _first_weight(where, cell)


def _first_weight(where: str, cell: CellRecord) -> Objection:
    what = f"would take weight {cell.weight} on the day it is built, before anybody saw it answer"
    return _state(f"{where}.weight", what, "begin with weight: 0, and raise it in a later change")


def _serves(cell: CellRecord, base: Record, head: Record) -> bool:
    """Whether viewers are sent to a cell's region from the first day: not while it is new in its market or has no
    weight. A region that opens a market cannot do without: there is nobody else.
    """
    return bool(cell.region in base.regions and head.regions[cell.region].weight)


def _cell(key: str, old: CellRecord, new: CellRecord, base: Record, head: Record) -> Iterator[Objection]:
    where = _where(key, new)
    if old.slot != new.slot:
        what = f"would change from {old.slot} to {new.slot}: it is the cell's addresses, all of them"
        yield _state(f"{where}.slot", what, f"put {old.slot} back; a cell at other addresses is another cell")
    if old.capacity != new.capacity and old.state != "planned":
        what = f"would change from {old.capacity} to {new.capacity}: that is fixed at a cluster's birth"
        yield _state(f"{where}.capacity", what, "build a cell of the other kind beside it, and retire this one")
    if new.state != old.state and new.state not in STEPS.get(old.state, ()):
        following = " or ".join(STEPS.get(old.state, ())) or "its tombstone"
        what = f"would go from {old.state} to {new.state}; after {old.state} comes {following}"
        yield _state(f"{where}.state", what, "take one step a change, and wait until it has shown itself")
    elif old.state == "planned" and new.weight and _serves(new, base, head):
        yield _first_weight(where, new)
    elif new.state == "retired" and old.weight:
        what = f"would retire with weight {old.weight}: traffic leaves one change before the cell does"
        yield _state(f"{where}.state", what, "drain it first")


def _where(key: str, cell: CellRecord) -> str:
    return f"fleet.yaml regions.{cell.region}.cells.{key.rpartition('-')[2]}"


def _databases(base: Record, head: Record) -> Iterator[Objection]:
    for name, generations in head.databases.items():
        before = base.databases.get(name, {})
        for number, new in generations.items():
            where = f"fleet.yaml databases.{name}.generations.{number}"
            old = before.get(number)
            if old is None:
                yield from _new_generation(where, new, bool(before))
            else:
                yield from _generation(where, old, new)
                others = {one.state for other, one in before.items() if other > number}
                if (old.state, new.state) == ("active", "retiring") and "active" not in others:
                    what = "would retire while no later generation serves: there would be nobody to take over"
                    yield _state(f"{where}.state", what, "make the next generation active in a change of its own first")


def _new_generation(where: str, new: GenerationRecord, beside: bool) -> Iterator[Objection]:
    if new.peering == "linked":
        what = "would begin linked: a peer is named by its ARN, and there is none before the first deployment"
        yield _state(f"{where}.peering", what, "write peering: pending, and link in the next change")
    if beside and new.state != "restoring":
        what = f"would begin as {new.state} beside a generation that serves, with nothing in it"
        yield _state(f"{where}.state", what, "write state: restoring, and make it active when its data are there")


def _generation(where: str, old: GenerationRecord, new: GenerationRecord) -> Iterator[Objection]:
    if (old.regions, old.witness) != (new.regions, new.witness):
        shown = [", ".join(one.regions) + (f", witness {one.witness}" if one.witness else "") for one in (old, new)]
        what = f"would move from {shown[0]} to {shown[1]}: a cluster never changes its regions"
        yield _state(f"{where}.regions", what, "put them back, and begin the next generation beside this one")
    if old.peering == "linked" and new.peering == "pending":
        what = "would go back from linked to pending: peers do not part while they hold one set of data"
        yield _state(f"{where}.peering", what, "put linked back")
    if new.state != old.state and new.state not in _GENERATION[old.state]:
        following = " or ".join(_GENERATION[old.state]) or "its tombstone"
        what = f"would go from {old.state} to {new.state}; after {old.state} comes {following}"
        yield _state(f"{where}.state", what, "take one step a change; data written since are in the other generation")


def _stacks(base: Record, head: Record) -> Iterator[Objection]:
    """A stack is where it is: the same name in another account or region is another stack, and the old one stays."""
    for name, old in base.stacks.items():
        new = head.stacks.get(name)
        if new is not None and (old.account, old.region) != (new.account, new.region):
            what = f"would move from {old.account}/{old.region} to {new.account}/{new.region}; the old one would stay"
            yield _state(name, what, "leave accounts and regions of what stands as they are")
