"""What a promotion would do: decided from what was seen, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from fleet import names
from fleet.cell import Cell
from fleet.model import Fleet
from ops.delta.gate import Change
from ops.delta.objects import Files, by_identity, title
from ops.promotion.gates import refusals
from ops.promotion.image import Image
from ops.promotion.references import by_version


@dataclass(frozen=True)
class Seen:
    """What was found before anything was decided."""

    current: Image | None
    """What the channel names."""
    previous: Image | None
    """What it named before, as the tag beside it remembers."""
    target: Image
    """What it shall name."""
    stored: bool
    """Whether the registry has the target's manifest."""
    lacking: tuple[str, ...]
    """Blobs of the target that the registry has not."""
    standing: Files = field(default_factory=dict)
    """Objects of what the channel names."""
    wanted: Files = field(default_factory=dict)
    """Objects of the target."""
    absent: tuple[str, ...] = ()
    """Images and charts of the target, `<repository>@<digest>`, that the region's registry has not."""


@dataclass(frozen=True)
class Delta:
    """How the objects differ, each as `Kind namespace/name`."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    """No longer in the bundle. They stay in the cluster: nothing is pruned by itself."""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One channel of one cell, from one digest to another."""

    cell: str
    channel: str
    repository: str
    current: Image | None
    previous: Image | None
    target: Image
    stored: bool
    lacking: tuple[str, ...]
    delta: Delta = field(default_factory=Delta)
    against: tuple[str, ...] = ()
    """What speaks against it; with any, nothing is done."""

    @property
    def moves(self) -> bool:
        """Whether the channel names something else yet."""
        return self.current is None or self.current.digest != self.target.digest

    @property
    def steps(self) -> tuple[str, ...]:
        """What would be done, in this order."""
        if not self.moves:
            return ()
        steps = [f"send {digest}" for digest in self.lacking]
        if not self.stored:
            steps.append(f"send the manifest {self.target.digest}")
        if self.current is not None:
            steps.append(f"remember {self.current.digest} as {names.previous_channel(self.channel)}")
        return (*steps, f"move {self.channel} to {self.target.digest}")


def decide(fleet: Fleet, cell: Cell, channel: str, seen: Seen, today: date) -> Plan:
    """The plan for a channel of a cell.

    Args:
        today: in UTC, that exceptions are measured by.
    """
    against = [*_not_of_the_channel(cell, channel, seen.target)]
    if not against and (seen.current is None or seen.current.digest != seen.target.digest):
        against += [*_not_there(seen.absent), *_not_by_digest(seen.wanted)]
        against += refusals(Change(cell.name, channel, seen.standing, seen.wanted), fleet, today)
    return Plan(
        cell=cell.name,
        channel=channel,
        repository=names.bundle_repository(cell),
        current=seen.current,
        previous=seen.previous,
        target=seen.target,
        stored=seen.stored,
        lacking=seen.lacking,
        delta=delta(seen.standing, seen.wanted),
        against=tuple(against),
    )


def _not_there(absent: Sequence[str]) -> Sequence[str]:
    return [f"{one} is not in the region's registry; push it, or see what `hypercell mirror` says" for one in absent]


def _not_by_digest(wanted: Files) -> Sequence[str]:
    charts = by_version(one for objects in wanted.values() for one in objects)
    if not charts:
        return ()
    return (f"{', '.join(charts)}: named by version; fill the mirror, then `hypercell mirror --record`",)


def _not_of_the_channel(cell: Cell, channel: str, target: Image) -> Sequence[str]:
    """A tag never names what was made for another cell or another service."""
    if (target.cell, target.channel) == (cell.name, channel):
        return ()
    made = f"{target.cell} {target.channel}".strip() or "nobody knows what"
    return (f"{target.digest} was made for {made}, and not for {cell.name} {channel}",)


def delta(old: Files, new: Files) -> Delta:
    """How two bundles differ, object by object."""
    before, after = by_identity(old), by_identity(new)
    return Delta(
        added=tuple(sorted(map(title, after.keys() - before.keys()))),
        removed=tuple(sorted(map(title, before.keys() - after.keys()))),
        changed=tuple(sorted(title(who) for who in before.keys() & after.keys() if before[who] != after[who])),
    )
