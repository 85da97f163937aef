"""What a roll-out stands on: the stored assembly, the fleet it is of, and what stands of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fleet.model import Fleet
from ops.clients import ClientFor
from ops.diff.folder import read
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.rollout.plan import Bundle, Found, Seen
from ops.rollout.standing import channels, found, look
from ops.stored import Stored, opened


@dataclass(frozen=True)
class Ground:
    """One stored assembly, whole and checked."""

    folder: Path
    stored: Stored
    snapshot: Snapshot
    fleet: Fleet


def ground(folder: Path) -> Ground:
    """Read and check an assembly.

    Raises:
        Unusable: it is none, or not what was stored, or the code of now cannot read its files.
    """
    stored = opened(folder)
    snapshot = read(folder)
    if snapshot.fleet is None:
        raise Unusable(
            f"{folder}/blueprint cannot be read by the code that runs; check out the revision it was made of"
        )
    return Ground(folder, stored, snapshot, snapshot.fleet)


@dataclass(frozen=True)
class Standing:
    """What stands of an assembly."""

    seen: Seen
    base: Snapshot
    """The same as the base of a comparison."""
    changed: Mapping[str | Bundle, datetime]
    """Stack or channel to when it last changed; of a channel, when what it names was pushed."""

    def since(self, moment: datetime) -> tuple[list[str], list[Bundle]]:
        """Stacks and channels that changed after a moment."""
        late = [what for what, when in self.changed.items() if when > moment]
        return [one for one in late if isinstance(one, str)], [one for one in late if not isinstance(one, str)]


def deployed(of: Ground, bundles: Mapping[Bundle, str], client_for: ClientFor) -> Standing:
    """Look at what stands of an assembly.

    Manifests are taken for those of the assembly: each is compared with what its channel names when it is promoted.

    Args:
        bundles: channels to the digests that they shall name.

    Raises:
        Unseen, NoCredentials.
    """
    wanted = of.snapshot.stacks
    standing = look(wanted.values(), client_for)
    named = {cell: channels(of.fleet.cell(cell), client_for) for cell in dict.fromkeys(cell for cell, _ in bundles)}
    seen = Seen(
        stacks={name: found(stack, standing[name]) for name, stack in wanted.items()},
        bundles={
            (cell, channel): (named[cell].get(channel, (None,))[0], digest)
            for (cell, channel), digest in bundles.items()
        },
    )
    stacks = {name: one.stack for name, one in standing.items() if one is not None and one.stack is not None}
    changed: dict[str | Bundle, datetime] = {name: one.changed for name, one in standing.items() if one is not None}
    changed |= {(c, channel): named[c][channel][1] for c, channel in bundles if channel in named[c]}
    return Standing(seen, Snapshot("deployed", of.snapshot.record, stacks, of.snapshot.bundles), changed)


def stored_before(of: Ground, base: Snapshot) -> Seen:
    """The same against another assembly, as if that were what stands.

    Raises:
        Unusable: it is of another fleet.
    """
    if base.record.fleet != of.snapshot.record.fleet:
        raise Unusable(f"{base.origin} is of fleet {base.record.fleet}, and {of.folder} of {of.snapshot.record.fleet}")
    stacks = {}
    for name, stack in of.snapshot.stacks.items():
        before = base.stacks.get(name)
        same = before is not None and before.template == stack.template and dict(before.tags) == dict(stack.tags)
        stacks[name] = Found(None if before is None else "UPDATE_COMPLETE", same)
    bundles: dict[Bundle, tuple[str | None, str]] = {}
    for place, files in of.snapshot.bundles.items():
        old = base.bundles.get(place)
        bundles[place] = (None if old is None else "wanted" if old == files else "another"), "wanted"
    return Seen(stacks, bundles)
