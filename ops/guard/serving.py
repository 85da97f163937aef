"""Whom a shared stack serves by what it is: the declaration, where no reference says more."""

from __future__ import annotations

import re

from fleet.record import Record
from ops.guard.comparison import Resource

_EVERYWHERE = ("edge-dns", "edge-site")
_GENERATION = re.compile(r"-dsql-(.+)-g(\d)-[a-z0-9]+$")


def serves(record: Record, stack: str, resource: Resource | None = None) -> frozenset[str] | None:
    """Cells that a stack serves, planned ones too; None: the whole fleet.

    Args:
        resource: one of the stack's, where single ones serve fewer: an image's repository, the cells with its service.
    """
    plan = record.stacks.get(stack)
    if plan is None or plan.kind in _EVERYWHERE:
        return None
    if plan.cell is not None:
        return frozenset({plan.cell})
    if plan.kind == "account":
        regions = {name for name, region in record.regions.items() if region.account == plan.account}
        shared = plan.account in (record.accounts.get("edge"), record.accounts.get("data"))
        return None if shared or not regions else _in(record, regions)
    if plan.kind == "dsql":
        named = _GENERATION.search(stack)
        generation = record.databases.get(named[1], {}).get(int(named[2])) if named else None
        return None if generation is None else _in(record, set(generation.regions))
    if plan.home is None:
        return _in(record, {plan.region}) or None
    here = _in(record, {plan.home})
    service = _service(stack, plan.kind, resource)
    if service is None:
        return here
    return frozenset(cell for cell in here if service in record.cells[cell].services)


def _in(record: Record, regions: set[str]) -> frozenset[str]:
    return frozenset(key for key, cell in record.cells.items() if cell.region in regions)


def _service(stack: str, kind: str, resource: Resource | None) -> str | None:
    if kind == "service":
        return stack.partition("-service-")[2]
    name = str((resource or {}).get("Properties", {}).get("RepositoryName", ""))
    return name.removeprefix("services/") if kind == "registry" and name.startswith("services/") else None
