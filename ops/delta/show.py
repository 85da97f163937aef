"""`hypercell delta`: what bundles in one folder would take away from those in another, before anybody promotes them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from fleet.exemption import Wipe
from fleet.known import instead
from fleet.load import load
from fleet.model import Fleet
from ops.console import print_json
from ops.delta.folders import Bundles, read
from ops.delta.gate import REMEDY, Change, holds, tombs, wiped
from ops.delta.objects import Wiped
from ops.promotion.image import Unusable

PASSES, REFUSED, UNREADABLE = 0, 1, 2
"""Exit codes."""


def compare(old: Bundles, new: Bundles, fleet: Fleet, today: date) -> dict[tuple[str, str], tuple[Wiped, ...]]:
    """Cell and channel to what speaks against its new bundle, for every bundle of both folders."""
    found = {}
    for cell, channel in sorted({*old, *new}):
        change = Change(cell, channel, old.get((cell, channel), {}), new.get((cell, channel), {}))
        if (cell, channel) in new:
            found[cell, channel] = wiped(change, fleet, today)
        else:
            gone = Wiped("remove", (change.bundle,), "there would be no such bundle")
            meant = cell in tombs(fleet) or holds("remove", change.bundle, cell, fleet, today)
            found[cell, channel] = () if meant else (gone,)
    return found


def show(
    blueprint: Path,
    old: Path,
    new: Path,
    *,
    cells: Sequence[str] = (),
    today: str | None = None,
    draft: bool = False,
    as_json: bool = False,
) -> int:
    """Compare two folders of bundles, and print what would be taken away.

    Args:
        cells: only these.
        draft: print exceptions for what is refused, to be filled in, and nothing else.
        today: the day that exceptions are measured by, YYYY-MM-DD; the clock's, in UTC, when None.

    Returns:
        0 nothing is taken away, or all of it is meant; 1 refused; 2 something cannot be read.

    Raises:
        FleetError: the fleet cannot be used.
    """
    from ops.delta.day import day

    fleet = load(blueprint)
    try:
        on = day(today)
        before, after = (_of(cells, read(folder), folder) for folder in (old, new))
    except (Unusable, ValueError) as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    found = compare(before, after, fleet, on)
    said = [(cell, channel, one) for (cell, channel), some in found.items() for one in some]
    if as_json:
        refused = [
            {"cell": cell, "channel": channel, "action": one.action, "resources": one.resources, "why": one.why}
            for cell, channel, one in said
        ]
        print_json({"compared": len(found), "refused": refused})
    elif draft:
        print(drafts(found), end="")
    elif said:
        for cell, channel, one in said:
            print(f"{cell} {channel}: {one}")
        bundles = len({(cell, channel) for cell, channel, _ in said})
        print(f"{bundles:,} of {len(found):,} bundles are refused; {REMEDY}")
    else:
        print(f"nothing is taken away from {len(found):,} bundles")
    return REFUSED if said else PASSES


def drafts(found: Mapping[tuple[str, str], Sequence[Wiped]]) -> str:
    """Exceptions for what was refused, one file an action and set of cells. Who, why and until when is left empty, and
    no fleet loads until somebody has written it."""
    cells: dict[tuple[Wipe, str], list[str]] = {}
    for (cell, _), some in found.items():
        for one in some:
            for resource in one.resources:
                cells.setdefault((one.action, resource), []).append(cell)
    files: dict[tuple[Wipe, tuple[str, ...]], list[str]] = {}
    for (action, resource), where in cells.items():
        files.setdefault((action, tuple(dict.fromkeys(where))), []).append(resource)
    return "---\n".join(
        f"# exceptions/<id>.yaml\naction: {action}\nresources:\n"
        + "".join(f"  - {resource}\n" for resource in resources)
        + f'cells: [{", ".join(where)}]\nreason: ""\nwho: ""\nuntil: ""\n'
        for (action, where), resources in files.items()
    )


def _of(cells: Sequence[str], bundles: Bundles, folder: Path) -> Bundles:
    known = {cell for cell, _ in bundles}
    for cell in cells:
        if cell not in known:
            raise Unusable(f"--cell {cell}: {folder} holds no bundles of it; {instead(cell, sorted(known))}")
    return {key: files for key, files in bundles.items() if not cells or key[0] in cells}
