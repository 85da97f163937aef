"""Every resource and every manifest object that a change touches, and what becomes of it."""

from __future__ import annotations

from ops.guard import leftovers, objects, templates
from ops.guard.change import Change
from ops.guard.drafts import Drafts
from ops.guard.propagation import Propagation
from ops.guard.snapshot import Snapshot


def classify(base: Snapshot, head: Snapshot) -> tuple[Change, ...]:
    """All changes, by home and name; empty where nothing differs.

    A change of a template's other parts has a type of its own and a name with its section: `Outputs.VpcId` is an
    `Output`. A stack's tags are `Tags`, of type `Stack`.
    """
    drafts = Drafts()
    for name in dict.fromkeys([*base.stacks, *head.stacks]):
        templates.compare(base.stacks.get(name), head.stacks.get(name), drafts)
    Propagation(base, head, drafts).run()
    leftovers.note(base, head, drafts)
    for cell, channel in dict.fromkeys([*base.bundles, *head.bundles]):
        old, new = base.bundles.get((cell, channel), {}), head.bundles.get((cell, channel), {})
        if old is new:
            continue
        pruned = objects.prunes(base.bundles, cell, channel) or objects.prunes(head.bundles, cell, channel)
        objects.compare(cell, channel, old, new, pruned, drafts)
    objects.note_moves(drafts)
    return tuple(drafts)
