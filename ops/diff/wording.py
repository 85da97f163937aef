"""Sentences that every form of a report has: the verdict in one line, what is touched, what one line of changes says."""

from __future__ import annotations

from collections.abc import Sequence

from ops.diff.groups import Fate, Line, actions
from ops.diff.legible import counted, percent, several
from ops.diff.places import Places
from ops.diff.said import Spot
from ops.guard.change import Action, Change
from ops.guard.report import Input, Radius, Report, Step, Verdict

NAMES, FIELDS = 6, 4
"""Names and fields that one line has; the rest is counted there, and stands in the JSON."""
WHOLE = "all: --json"

ACTIONS: dict[Action, str] = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.ORPHAN: "orphan",
    Action.MAY_REPLACE: "may replace",
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
}
MEANINGS: dict[Action, str] = {
    Action.CREATE: "is made",
    Action.UPDATE: "changed in place",
    Action.ORPHAN: "left standing, and nobody's any more",
    Action.MAY_REPLACE: "replaced, or changed in place: AWS decides",
    Action.REPLACE: "made anew, and the old one deleted",
    Action.DELETE: "deleted",
}


def verdict(report: Report) -> tuple[str, str]:
    """The word, and what there is to say besides: `refused`, `for 2 reasons`."""
    word = report.verdict.value
    if report.verdict is Verdict.REFUSED:
        return word, f"for {counted(sum(one.refuses for one in report.reasons), 'reason')}"
    if report.verdict is Verdict.UNDECIDED:
        return word, f"{counted(len(report.reasons), 'thing')} could not be judged"
    if report.verdict is Verdict.ROLLOUT:
        return word, f"in {counted(len(report.waves), 'wave')}"
    return word, summary(report.changes) if report.changes else "nothing changes"


def allowance(report: Report) -> str:
    """What may be touched at once."""
    return "all of the fleet" if report.scope == "fleet" else f"one {report.scope}, no more"


def summary(changes: Sequence[Change]) -> str:
    """`26 changes: 1 delete, 25 update`."""
    if not changes:
        return "no changes"
    parts = ", ".join(f"{number:,} {ACTIONS[action]}" for action, number in actions(changes))
    return f"{counted(len(changes), 'change')}: {parts}"


def touched(radius: Radius, places: Places) -> str:
    """`6 of 24 cells (us-east-1), 3 of 12 zones, 1 of 4 regions, 25 % of the traffic`."""
    everywhere = "something of the whole fleet" if radius.everywhere else ""
    if not radius.cells and not radius.regions and not radius.zones:
        return everywhere or "nothing that stands"
    parts = [
        f"{len(radius.cells)} of {counted(len(places.cells), 'cell')}",
        f"{len(radius.zones)} of {counted(len(places.zones), 'zone')}",
        f"{len(radius.regions)} of {counted(len(places.regions), 'region')}",
        f"{percent(radius.share)} of the traffic",
        everywhere,
    ]
    return ", ".join(part for part in parts if part)


def which(radius: Radius, places: Places) -> str:
    """The cells by name or number, and what else; short, for a column."""
    parts = [places.cells_called(radius.cells)] if radius.cells else []
    if not radius.cells and radius.regions:
        parts.append(places.regions_called(radius.regions))
    if radius.everywhere:
        parts.append("the whole fleet")
    return ", ".join(parts) or "nothing that stands"


def number(line: Line) -> str:
    """How many there are, where the line does not show it."""
    return f"{len(line.changes):,} " if len(line.changes) > len(line.places) else ""


def of_whole(line: Line) -> str:
    """`135 resources of the new stack`."""
    bundle = line.changes[0].in_cluster
    noun = counted(len(line.changes), "object" if bundle else "resource")
    every = "each " if len(line.places) > 1 else "the "
    return f"{noun} of {every}{'new' if line.action is Action.CREATE else 'ending'} {'bundle' if bundle else 'stack'}"


def upon(line: Line) -> str:
    """`AWS::EKS::Addon VpcCni (Properties.AddonVersion)`: behind the place and the action."""
    if line.types:
        each = len(line.places)
        types = several(tuple(f"{many * each:,} {name}" for name, many in line.types), NAMES, WHOLE)
        return f"{of_whole(line)}: {types}"
    names = several(line.names, NAMES, WHOLE)
    inside = several(line.fields, FIELDS, WHOLE)
    # The name of an object begins with its kind already.
    subject = names if line.changes[0].in_cluster else f"{line.type} {names}"
    return f"{number(line)}{subject}" + (f" ({inside})" if inside else "")


def spot(one: Spot, places: Places) -> str:
    """`skyline-<cell>-cell/Cluster, Nodes in us-east-1 (6 cells)`."""
    names = several(one.names, NAMES, WHOLE)
    return (f"{one.home}/{names}" if names else one.home) + (f" in {places.called(one.places)}" if one.places else "")


def sharing(one: Fate, places: Places) -> str:
    """`us-east-1 (6 cells)`; of several places `6 cells each`."""
    return f"{counted(one.each, 'cell')} each" if one.spot.places else places.cells_called(one.cells)


def waves(report: Report) -> str:
    """Title of the waves: of what is refused they are what would be, not what will."""
    return "Waves" if report.verdict.exit_code == 0 else "Waves, if it were let pass"


def source(one: Input) -> str:
    """`fleet.yaml releases.2026-10.kubernetes`."""
    return f"{one.file} {one.field}".strip()


def carried(step: Step) -> str:
    """`48 stacks, 24 bundles`."""
    parts = [counted(len(step.stacks), "stack")] if step.stacks else []
    parts += [counted(len(step.bundles), "bundle")] if step.bundles else []
    return ", ".join(parts) or "nothing"
