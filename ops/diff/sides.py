"""The two sides of a comparison, each by its name: a folder, a commit, the working tree, or what is deployed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ops.child import PROJECT
from ops.diff import folder, revision
from ops.diff.parsed import Parsed
from ops.diff.revision import Revision
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.standing import Stages
from ops.synthesis import Code

DEPLOYED = "deployed"
WORKING_TREE = "working tree"

Deployed = Callable[[Snapshot, Parsed], Snapshot]
"""What stands in the accounts of a fleet; told the other side, whose record says where to look."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants compared."""

    base: str
    head: str | None
    """None: the working tree."""
    blueprint: Path
    """Of the working tree and of commits; of folders that do not say which files they came from."""
    project: Path = PROJECT


def read(asked: Asked, scratch: Path, stages: Stages, deployed: Deployed) -> tuple[Snapshot, Snapshot]:
    """Base and head. Names are looked at before any work is done.

    Args:
        scratch: ours, for as long as the comparison takes.

    Raises:
        Unusable: a side cannot be had, or they are of different fleets.
        OSError.
    """
    if asked.head == DEPLOYED:
        raise Unusable("HEAD deployed: what stands is what a change is measured by; name it first, as BASE")
    base, head = _named("BASE", asked.base, asked.project), _named("HEAD", asked.head, asked.project)
    parsed = Parsed()
    # The head first: who changed something there wants to know of it soon, and it says where deployed stacks are.
    after = _snapshot(head, "head", asked, scratch, stages, parsed, deployed, None)
    before = _snapshot(base, "base", asked, scratch, stages, parsed, deployed, after)
    if before.record.fleet != after.record.fleet:
        raise Unusable(
            f"{before.origin} is of fleet {before.record.fleet}, and {after.origin} of {after.record.fleet}: name two "
            "sides of one fleet; another name is another fleet, with resources of its own"
        )
    return before, after


Side = Revision | Path | str


def _named(side: str, name: str | None, project: Path) -> Side:
    if name is None:
        return WORKING_TREE
    if name == DEPLOYED:
        return DEPLOYED
    if folder.holds(Path(name)):
        return Path(name)
    found = revision.find(name, project)
    if found is not None:
        return found
    if Path(name).is_dir():
        return Path(name)
    raise Unusable(f"{side} {name}: is no commit of this repository, no folder with an assembly, and not `{DEPLOYED}`")


def _snapshot(
    side: Side,
    stage: str,
    asked: Asked,
    scratch: Path,
    stages: Stages,
    parsed: Parsed,
    deployed: Deployed,
    other: Snapshot | None,
) -> Snapshot:
    if isinstance(side, Path):
        return folder.read(side, parsed=parsed, blueprint=asked.blueprint)
    if isinstance(side, Revision):
        with stages.stage(stage) as step:
            made = side.assembly(asked.blueprint, scratch, step=step)
        return folder.read(made, parsed=parsed, origin=side.origin)
    if side == WORKING_TREE:
        with stages.stage(stage) as step:
            made = revision.working_tree(asked.blueprint, scratch, step=step, code=Code(folder=asked.project))
        return folder.read(made, parsed=parsed, origin=WORKING_TREE)
    assert other is not None, "only a base is deployed"
    with stages.stage(DEPLOYED):
        return deployed(other, parsed)
