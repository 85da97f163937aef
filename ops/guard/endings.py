"""What would end: resources that are deleted, replaced, or left to nobody."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.exemption import Deed
from ops.guard.about import buried_streams
from ops.guard.carries import Carries
from ops.guard.change import Action, Change
from ops.guard.comparison import Comparison, Objection
from ops.guard.declared import carries
from ops.guard.dependents import Dependents, Place
from ops.guard.named import text_of
from ops.guard.reach import kind_of

_DEED: dict[Action, Deed] = {
    Action.ORPHAN: "orphan",
    Action.MAY_REPLACE: "replace",
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
}
_WOULD = {
    Action.ORPHAN: "would leave its stack and stay in AWS, where nobody changes or removes it any more",
    Action.MAY_REPLACE: "may be replaced, which only CloudFormation knows when it is too late",
    Action.REPLACE: "would be replaced: a new one is made, and the old one goes",
    Action.DELETE: "would be deleted",
}
_LOST = {
    Carries.TRAFFIC: "requests, or what answers them, need it",
    Carries.DATA: "what was written is behind it",
    Carries.HANDS: "it acts while nobody looks",
    Carries.GUARD: "it guards what stays",
}

_REPLACED_FREELY = frozenset({
    "AWS::CloudFormation::WaitConditionHandle",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
})  # fmt: skip
"""Types that are replaced whenever they change, the new one before the old one goes, and that nobody knows by name."""


def objections(compared: Comparison) -> Iterator[Objection]:
    """Of every resource that ends, unless the fleet's own files say of the very noun it belongs to that it goes."""
    yield from _outputs(compared)
    for change in compared.changes:
        if compared.old(change) is None:
            continue
        if change.in_cluster or change.action not in _DEED or change.home not in compared.head.stacks:
            continue
        if change.stateful:
            if change.action != Action.ORPHAN or not _of_what_is_buried(compared, change):
                yield _objection("stateful", change, "it holds what nobody can make again")
            continue
        kept = carries(kind_of(compared, change.home), change.type)
        freely = change.action != Action.DELETE and change.type in _REPLACED_FREELY
        if kept == Carries.SIGHT or freely or explained(compared, change):
            continue
        yield _objection("guard" if kept == Carries.GUARD else "traffic", change, _LOST[kept])


def _outputs(compared: Comparison) -> Iterator[Objection]:
    """Of outputs that go while somebody reads them."""
    gone = [one for one in compared.changes if one.action == Action.DELETE and one.name.startswith("Outputs.")]
    if not gone:
        return
    readers = Dependents(compared.head).readers
    for change in gone:
        reading = readers.get((change.home, change.name.partition(".")[2]))
        if reading and change.home in compared.head.stacks:
            yield _output(change, sorted(reading))


def _output(change: Change, readers: list[Place]) -> Objection:
    more = f" and {len(readers) - 1} more" if len(readers) > 1 else ""
    what = f"the output would be gone, and {'/'.join(readers[0])}{more} still reads it: its next deployment fails"
    return Objection("traffic", change.path, what, "publish it as long as anybody reads it")


def explained(compared: Comparison, change: Change) -> bool:
    """Whether a resource goes because the one thing that it is for goes, by the fleet's own files."""
    old = compared.old(change)
    if old is None:
        return False
    text = text_of(change.name, old)
    cells = compared.names.cells(text)
    if cells and cells <= compared.buried_cells:
        return True
    if _of_buried_stream(compared, change, text):
        return True
    services = compared.names.services(text)
    if services and services <= _removed_services(compared):
        return True
    plan = compared.base.record.stacks.get(change.home)
    if plan is not None and plan.cell is not None and change.type == "AWS::EKS::PodIdentityAssociation":
        return bool(services) and services <= _moved_out(compared, plan.cell)
    return False


def _of_what_is_buried(compared: Comparison, change: Change) -> bool:
    """Whether what is retained is of a cell or a stream whose tombstone the change brings."""
    old = compared.old(change)
    if old is None:
        return False
    text = text_of(change.name, old)
    cells = compared.names.cells(text)
    return (bool(cells) and cells <= compared.buried_cells) or _of_buried_stream(compared, change, text)


def _of_buried_stream(compared: Comparison, change: Change, text: str) -> bool:
    old = compared.old(change) or {}
    said = old.get("Properties", {}).get("LogStreamName")
    return kind_of(compared, change.home) == "streams" and (
        buried_streams(compared, text) or f"streams/{said}" in compared.buried
    )


def _removed_services(compared: Comparison) -> frozenset[str]:
    return frozenset(key.partition("/")[2] for key in compared.buried if key.startswith("services/"))


def _moved_out(compared: Comparison, cell: str) -> frozenset[str]:
    """Services that the placement takes out of a cell."""
    before, after = (side.record.cells.get(cell) for side in (compared.base, compared.head))
    if before is None or after is None:
        return frozenset()
    return frozenset(before.services) - frozenset(after.services)


def _objection(rule: str, change: Change, lost: str) -> Objection:
    why = f" ({change.why})" if change.why else ""
    what = f"{change.type} {_WOULD[change.action]}{why}; {lost}"
    return Objection(rule, change.path, what, "keep it as it is, or build the next one beside it", _DEED[change.action])
