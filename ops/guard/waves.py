"""The roll-out that would carry a change, as far as the judgement needs it: which parts go together."""

from __future__ import annotations

from collections.abc import Mapping

from fleet.waves import waves
from ops.guard.change import Change
from ops.guard.comparison import Comparison
from ops.guard.reach import Reach
from ops.guard.report import Radius, Step


def steps(compared: Comparison, reach: Reach, radii: Mapping[Change, Radius]) -> tuple[Step, ...]:
    """Waves in order; none where the files cannot be read."""
    if compared.head.fleet is None or not radii:
        return ()
    homes = dict.fromkeys(change.home for change in radii)
    # What leaves the fleet leaves it by hand: no wave carries it.
    stacks = [home for home in homes if home in compared.head.record.stacks]
    bundles = [place for place in compared.head.bundles if "/".join(place) in homes]
    new = [name for name in stacks if name not in compared.base.stacks]
    found = []
    for wave in waves(compared.head.fleet, stacks, bundles, new=new):
        carried = {*wave.stacks, *("/".join(bundle) for bundle in wave.bundles)}
        radius = reach.all(radius for change, radius in radii.items() if change.home in carried)
        found.append(Step(wave.title, tuple(wave.stacks), tuple(wave.bundles), radius))
    return tuple(found)
