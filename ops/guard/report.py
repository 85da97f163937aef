"""What the guard says of a change: what it touches, the verdict, and every reason for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ops.guard.change import Change


class Verdict(StrEnum):
    """Whether a change may go, and how."""

    ALLOWED = "allowed"
    ROLLOUT = "allowed with roll-out"
    REFUSED = "refused"
    UNDECIDED = "undecided"

    @property
    def exit_code(self) -> int:
        """0 it may, 1 it may not, 2 nobody can tell."""
        return {Verdict.REFUSED: 1, Verdict.UNDECIDED: 2}.get(self, 0)


@dataclass(frozen=True)
class Reason:
    """One thing that speaks against a change, or keeps it from being judged."""

    rule: str
    """One word that stays: `stateful`, `absence`, `state`, `scope`, `shared-fate`, `wipe`, `guard`, `unreadable`."""
    where: str
    """`skyline-use1-network/Vpc`, `us-east-1/a`, `fleet.yaml regions.us-east-1.cells.a.state`."""
    what: str
    """What would happen, and why that is not let pass."""
    remedy: str
    """What to do."""
    refuses: bool = True
    """False: it leaves the change undecided."""


@dataclass(frozen=True)
class Radius:
    """What is touched: by one change, one input, one wave, or all of it."""

    cells: frozenset[str] = frozenset()
    """`use1-a`."""
    zones: frozenset[str] = frozenset()
    """Zone ids of which something zonal, or everything, is touched."""
    regions: frozenset[str] = frozenset()
    """AWS regions of the fleet."""
    share: float = 0.0
    """Part of the fleet's traffic weight that the cells carry, 0 to 1."""
    everywhere: bool = False
    """Something of the whole fleet: the zone, the site, an account."""

    def __or__(self, other: Radius) -> Radius:
        """Both. The share of both is for who knows the weights to say; this keeps the greater."""
        return Radius(
            self.cells | other.cells,
            self.zones | other.zones,
            self.regions | other.regions,
            max(self.share, other.share),
            self.everywhere or other.everywhere,
        )


@dataclass(frozen=True)
class Shared:
    """A resource that changes and is reached from more than one cell."""

    path: str
    cells: frozenset[str]
    declared: str | None
    """Why it may be shared, from the declared list; None: it is not on it."""


@dataclass(frozen=True)
class Input:
    """An input that changed and reaches more than one cell: a field of a file, a file of code, a table."""

    file: str
    field: str
    """`releases.2026-10.kubernetes`; empty for a file of code."""
    radius: Radius
    why: str
    """How it gets there: `release of 24 cells`, `code of the egress controller`."""


@dataclass(frozen=True)
class Step:
    """One wave of the roll-out that would carry the change."""

    title: str
    stacks: tuple[str, ...]
    bundles: tuple[tuple[str, str], ...]
    """Cell and channel."""
    radius: Radius


@dataclass(frozen=True)
class Report:
    """The whole answer."""

    fleet: str
    base: str
    head: str
    verdict: Verdict
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    radius: Radius
    radii: Mapping[str, Radius] = field(default_factory=dict)
    """Path of a change to what it alone touches."""
    shared: tuple[Shared, ...] = ()
    inputs: tuple[Input, ...] = ()
    waves: tuple[Step, ...] = ()
    scope: str = "cell"
    """`policies.change_scope`: the widest that may be touched at once."""
    exempted: tuple[tuple[str, str], ...] = ()
    """Id of an exception, and the path that it let pass."""
    unused: tuple[tuple[str, str], ...] = ()
    """Id of an exception that let nothing pass, and why."""

    @property
    def rollout_required(self) -> bool:
        return self.verdict is Verdict.ROLLOUT
