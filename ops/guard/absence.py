"""Absence is not deletion: what is missing from the files was lost, unless a tombstone says that it was removed."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import tombstone
from ops.guard.comparison import Comparison, Objection
from ops.guard.states import ENDS


def objections(compared: Comparison) -> Iterator[Objection]:
    """What is no longer there, and what its end still lacks."""
    yield from _cells(compared)
    yield from _regions(compared)
    yield from _databases(compared)
    yield from _services(compared)
    yield from _rest(compared)
    yield from _stacks(compared)


def explained(compared: Comparison, stack: str) -> bool:
    """Whether a stack that is missing belongs to something that is missing too, and so is judged with it."""
    return _owner(compared, stack) is not None


def _gone(key: str, noun: str, where: str) -> Objection:
    what = (
        f"the {noun} would be missing, and nothing says that it was removed: AWS would keep it, and nobody would know"
    )
    remedy = f"put it back; if it is to go, write its tombstone: removed: {{{key}: {{on: YYYY-MM-DD, reason: ...}}}}"
    return Objection("absence", where, what, remedy)


def _early(where: str, what: str, remedy: str) -> Objection:
    return Objection("state", where, what, remedy)


def _cells(compared: Comparison) -> Iterator[Objection]:
    base, head = compared.base.record, compared.head.record
    for name, cell in base.cells.items():
        if name in head.cells:
            continue
        key = f"{cell.region}/{name.rpartition('-')[2]}"
        if key not in head.removed:
            yield _gone(key, "cell", key)
        elif cell.state not in ENDS:
            what = f"would be removed while {cell.state}; a cell goes from {' or '.join(ENDS)}"
            yield _early(key, what, "drain it, retire it, destroy its stacks, then write the tombstone")
    for key in base.removed:
        if tombstone.noun(key) in tombstone.FOR_EVER and key not in head.removed:
            what = "the tombstone would be missing, and with it the knowledge that this key is used up"
            yield Objection("absence", f"fleet.yaml removed.{key}", what, "put it back; tombstones stay")


def _regions(compared: Comparison) -> Iterator[Objection]:
    base, head = compared.base.record, compared.head.record
    for name, region in base.regions.items():
        if name in head.regions:
            continue
        if name not in head.removed:
            yield _gone(name, "region", name)
        elif region.weight:
            what = f"would be removed with weight {region.weight}: traffic leaves one change before the region does"
            yield _early(name, what, "give it weight 0 first, and wait until its traffic has moved")
        left = sorted(key for key, cell in base.cells.items() if cell.region == name and cell.state not in ENDS)
        if name in head.removed and left:
            yield _early(name, f"would be removed while {', '.join(left)} serve", "retire its cells first")


def _databases(compared: Comparison) -> Iterator[Objection]:
    base, head = compared.base.record, compared.head.record
    for name, generations in base.databases.items():
        if name not in head.databases and f"databases/{name}" in head.removed:
            for number, one in generations.items():
                if one.state != "retiring" and len(generations) > 1:
                    what = f"would be removed while generation {number} is {one.state}"
                    yield _early(f"databases/{name}", what, "retire its generations but the last first")
            continue
        if name not in head.databases:
            yield _gone(f"databases/{name}", "database", f"databases/{name}")
            continue
        for number, one in generations.items():
            key = f"databases/{name}/{number}"
            if number in head.databases[name]:
                continue
            if key not in head.removed:
                yield _gone(key, "generation", key)
            elif one.state != "retiring":
                what = f"would be removed while {one.state}; a generation goes from retiring"
                yield _early(key, what, "let the next generation take over, retire this one, then write the tombstone")


def _services(compared: Comparison) -> Iterator[Objection]:
    base, head = compared.base.record, compared.head.record
    for name, regions in base.services.items():
        if name not in head.services:
            if f"services/{name}" not in head.removed:
                yield _gone(f"services/{name}", "service", f"services/{name}")
            continue
        for region in regions:
            key = f"services/{name}/{region}"
            if region not in head.services[name] and region in head.regions and key not in head.removed:
                yield _gone(key, "service", key)


def _rest(compared: Comparison) -> Iterator[Objection]:
    base, head = compared.base.record, compared.head.record
    for key, noun, there in (
        *((f"streams/{name}", "stream", name in head.streams) for name in base.streams),
        *((f"accounts/{name}", "account", name in head.accounts) for name in base.accounts),
    ):
        if not there and key not in head.removed:
            yield _gone(key, noun, key)


def _stacks(compared: Comparison) -> Iterator[Objection]:
    for name in compared.base.stacks:
        if name not in compared.head.stacks and _owner(compared, name) is None:
            what = "would be in no plan any more, and nothing that it belongs to was removed: AWS would keep it"
            yield Objection("absence", name, what, "put back what it was made from")
    for cell, channel in compared.base.bundles:
        if (cell, channel) in compared.head.bundles or cell in compared.leaving:
            continue
        service = channel.removeprefix("service-")
        before = compared.base.record.cells.get(cell)
        after = compared.head.record.cells.get(cell)
        moved = (
            before is not None and after is not None and service in before.services and service not in after.services
        )
        if channel == "platform" or not moved:
            what = "there would be no such bundle: Argo CD would keep what stands, and nobody would change it any more"
            yield Objection("absence", f"{cell}/{channel}", what, "put it back")


def _owner(compared: Comparison, stack: str) -> str | None:
    """What is missing from the files and took the stack along."""
    base, head = compared.base.record, compared.head.record
    plan = base.stacks.get(stack)
    if plan is None or stack in head.stacks:
        return None
    if plan.cell is not None and plan.cell in compared.leaving:
        return plan.cell
    if plan.home is not None and plan.home not in head.regions:
        return plan.home
    if plan.kind == "service":
        service = stack.partition("-service-")[2]
        regions = head.services.get(service, ())
        return None if plan.home in regions else service
    if plan.kind in ("database", "dsql", "data-keys", "data-backup", "data-callers"):
        lost = [name for name, ones in base.databases.items() if ones.keys() - head.databases.get(name, {}).keys()]
        return lost[0] if lost else None
    if plan.kind == "streams" and not head.streams:
        return "streams"
    if plan.kind == "account":
        return next((alias for alias in base.accounts if alias not in head.accounts), None)
    return None
