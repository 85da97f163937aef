"""Where the stacks and bundles of a change are, and how a set of such places is called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from fleet.record import CellRecord, Record, RegionRecord, StackRecord
from ops.diff.legible import counted, legible, several

FLEET = "the fleet"
_NAMED = 4
"""Cells, or regions, that are called by their names and not by their number."""


@dataclass(frozen=True)
class Place:
    """A stack, or the bundle of a channel."""

    home: str
    """As changes have it: name of the stack, `<cell>/<channel>`."""
    part: str
    """What it is, the same wherever it stands: `stack network`, `stack service-sessions`, `bundle platform`."""
    cell: str | None = None
    region: str | None = None
    """The fleet's region that it serves."""


class Places:
    """The stacks, cells and regions of both sides of a comparison; what both know is as the head has it."""

    def __init__(self, head: Record, base: Record | None = None) -> None:
        sides = (head,) if base is None else (base, head)
        self.fleet = head.fleet
        self._head, self._base = head, base
        self._sides = (head,) if base is None else (head, base)
        self.cells: dict[str, CellRecord] = {name: one for side in sides for name, one in side.cells.items()}
        self.regions: dict[str, RegionRecord] = {name: one for side in sides for name, one in side.regions.items()}
        self.stacks: dict[str, StackRecord] = {name: one for side in sides for name, one in side.stacks.items()}
        self.of = cache(self._of)

    @cached_property
    def zones(self) -> frozenset[str]:
        return frozenset(zone for region in self.regions for zone in self.zones_of_region(region))

    def zones_of_region(self, name: str) -> tuple[str, ...]:
        """Of both sides, in their order; those of the base alone come last."""
        return _joined(side.regions[name].zones for side in self._sides if name in side.regions)

    def zones_of_cell(self, name: str) -> tuple[str, ...]:
        return _joined(side.cells[name].zones for side in self._sides if name in side.cells)

    def _of(self, home: str) -> Place:
        cell, slash, channel = home.partition("/")
        if slash:
            known = self.cells.get(cell)
            return Place(home, f"bundle {channel}", cell, known.region if known else None)
        stack = self.stacks.get(home)
        if stack is None:
            return Place(home, f"stack {home}")
        region = stack.home or (self.cells[stack.cell].region if stack.cell in self.cells else None)
        return Place(home, f"stack {self._bare(home, stack, region)}", stack.cell, region or self._serves(home, stack))

    def _serves(self, home: str, stack: StackRecord) -> str | None:
        """Of what stands for a pair of regions: the one whose code its name has."""
        known = self.regions.get(stack.region)
        return stack.region if known and known.code in home.split("-") else None

    def _bare(self, home: str, stack: StackRecord, region: str | None) -> str:
        """A stack's name without the fleet's, its cell's and its region's."""
        bare = home.removeprefix(f"{self.fleet}-")
        known = self.regions.get(region or stack.region)
        for word in (stack.cell, known and known.code):
            if word and (bare.startswith(f"{word}-") or bare.endswith(f"-{word}")):
                return bare.removeprefix(f"{word}-").removesuffix(f"-{word}")
        return bare

    def on_one_side(self, home: str) -> bool:
        """Whether a stack or a bundle begins or ends as a whole. Never, while only one side is known."""
        if self._base is None:
            return False
        cell, slash, channel = home.partition("/")
        if not slash:
            return (home in self._base.stacks) != (home in self._head.stacks)
        before, after = self._base.cells.get(cell), self._head.cells.get(cell)
        if before is None or after is None:
            return before is not after
        service = channel.removeprefix("service-")
        return service != channel and (service in before.services) != (service in after.services)

    def named(self, text: str) -> Place | None:
        """The place that a sentence or a path begins with or is about: a stack, a bundle, a cell (`use1-a`, or
        `us-east-1/a` as tombstones have it), a cell or region of `fleet.yaml`; None where it names none."""
        start = text.split("/")[0]
        if start in self.stacks:
            return self.of(start)
        if start in self.cells:
            return (
                self.of("/".join(text.split("/")[:2]))
                if "/" in text
                else Place(start, "cell", start, self._home(start))
            )
        if start in self.regions:
            cell = f"{self.regions[start].code}-{text.partition('/')[2]}"
            return Place(text, "cell" if cell in self.cells else "region", cell if cell in self.cells else None, start)
        found = re.search(r"regions\.([a-z0-9-]+)(?:\.cells\.([a-z0-9-]+))?", text)
        region = self.regions.get(found[1]) if found else None
        if found is None or region is None:
            return None
        named = f"{region.code}-{found[2]}" if found[2] else None
        return Place(text, "file", named if named in self.cells else None, found[1])

    def _home(self, cell: str) -> str:
        return self.cells[cell].region

    def alike(self, text: str, place: Place | None) -> str:
        """Text with the names of its place left open: `<cell>`, `<zone>`, `<region>`. Equal for what is the same
        elsewhere. A logical id with a zone in it ends in a digest of its whole path, which is left out with it.
        """
        if place is None:
            return text
        for name, blank in self._blanks(place.cell, place.region):
            if name in text:
                text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", blank, text)
        for zone in self.zones_of_region(place.region) if place.region else ():
            # As the CDK writes it into logical ids: use1-az4 is Use1Az4.
            camel = "".join(part.capitalize() for part in zone.split("-"))
            if camel in text:
                text = re.sub(rf"{camel}(?![0-9](?![0-9A-F]{{7}}\b))", "<Zone>", text)
                text = re.sub(r"(<Zone>\w*?)[0-9A-F]{8}\b", r"\1", text)
        return text

    def _blanks(self, cell: str | None, region: str | None) -> list[tuple[str, str]]:
        known = self.regions.get(region or "")
        blanks = [(cell, "<cell>")] if cell else []
        if region and known:
            blanks += [(zone, "<zone>") for zone in self.zones_of_region(region)]
            blanks += [(region, "<region>"), (known.code, "<code>"), (known.account, "<account>")]
        return blanks

    def called(self, places: Iterable[Place]) -> str:
        """`24 cells`, `us-east-1 (6 cells), euw1-a`, `4 regions`, `the fleet`."""
        some = tuple(places)
        cells = {place.cell for place in some if place.cell}
        regions = {place.region for place in some if place.region and not place.cell}
        words = [self.cells_called(cells)] if cells else []
        if regions:
            words.append(self.regions_called(regions))
        if any(not place.cell and not place.region for place in some):
            words.append(FLEET)
        return ", ".join(words)

    def cells_called(self, cells: Collection[str]) -> str:
        """By number where that says which: all, all but a few, all of a region; else by name."""
        if len(cells) <= _NAMED:
            return several(self.sorted(cells), _NAMED, "")
        without = [cell for cell in self.cells if cell not in cells]
        if not without:
            return counted(len(cells), "cell")
        if len(without) <= _NAMED < len(cells) - len(without):
            return f"{counted(len(cells), 'cell')} (all but {several(tuple(without), _NAMED, '')})"
        inside: dict[str, list[str]] = {}
        for cell in self.sorted(cells):
            inside.setdefault(self.cells[cell].region if cell in self.cells else "", []).append(cell)
        return legible(", ".join(self._of_region(region, some) for region, some in inside.items()))

    def _of_region(self, region: str, cells: list[str]) -> str:
        without = [name for name, one in self.cells.items() if one.region == region and name not in cells]
        if not region or len(cells) < 2 or len(without) > 1:
            return ", ".join(cells)
        return f"{region} ({counted(len(cells), 'cell')}{f', not {without[0]}' if without else ''})"

    def regions_called(self, regions: Collection[str]) -> str:
        every = len(regions) == len(self.regions) > 1
        known = [region for region in self.regions if region in regions]
        named = ", ".join([*known, *sorted(set(regions) - set(known))])
        return counted(len(regions), "region") if every else legible(named)

    def sorted(self, cells: Collection[str]) -> tuple[str, ...]:
        """In the order of the fleet."""
        order = {name: number for number, name in enumerate(self.cells)}
        return tuple(sorted(cells, key=lambda name: (order.get(name, len(order)), name)))


def _joined(some: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(zone for zones in some for zone in zones))
