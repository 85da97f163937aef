"""How wide a change is, against `policies.change_scope`: all of it together, and in the smallest parts that go alone.

CloudFormation deploys a stack, Argo CD a bundle: nothing smaller goes alone. So a change can be rolled out in waves
within the scope if each of its stacks and bundles is within it; in which order is `fleet.waves`' to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ops.guard.change import Change
from ops.guard.comparison import Comparison, Objection
from ops.guard.reach import Reach
from ops.guard.report import Radius

SCOPES = ("cell", "zone", "region", "fleet")
"""Narrowest first."""


@dataclass(frozen=True)
class Scope:
    """What may be touched at once."""

    compared: Comparison
    reach: Reach

    @property
    def allowed(self) -> str:
        """The narrower one of before and after: a change does not widen its own bounds."""
        return min((side.record.change_scope for side in (self.compared.base, self.compared.head)), key=SCOPES.index)

    def width(self, radius: Radius) -> int:
        """0 nobody, 1 one cell, 2 one zone of a region, 3 one region, 4 more."""
        cells = radius.cells & self.compared.carrying
        if len(cells) < 2:
            return len(cells)
        regions = {self.compared.cells[cell].region for cell in cells}
        if len(radius.zones) == 1:
            return 2
        return 3 if len(regions) == 1 else 4

    def within(self, radius: Radius) -> bool:
        return self.width(radius) <= SCOPES.index(self.allowed) + 1

    def objections(self, radii: Mapping[Change, Radius]) -> Iterator[Objection]:
        """What exceeds the scope even when it goes alone: single changes, else the parts of one stack together."""
        for home, changes in by_home(radii).items():
            if self._of_one_service(home) or self.within(self.reach.all(radii[change] for change in changes)):
                continue
            wide = [change for change in changes if not self.within(radii[change])]
            for change in wide:
                yield self._too_wide(change.path, radii[change])
            if not wide:
                cells = self.reach.all(radii[change] for change in changes)
                for change in changes:
                    if self.width(radii[change]):
                        yield self._together(change.path, home, cells)

    def _of_one_service(self, home: str) -> bool:
        """Whether a stack is what one service keeps in one region: it touches that service alone, wherever it runs.

        The narrowest part of it is the whole: a queue is not in one cell. It goes region by region, in waves.
        """
        record = self.compared.head.record.stacks.get(home)
        return record is not None and record.kind == "service"

    def _too_wide(self, path: str, radius: Radius) -> Objection:
        what = f"would touch {self.shown(radius)} at once, and change_scope is {self.allowed}"
        remedy = "change it beside what stands, cell by cell"
        return Objection("scope", path, what, remedy, "exceed-scope")

    def _together(self, path: str, home: str, radius: Radius) -> Objection:
        what = (
            f"with the rest of {home} would touch {self.shown(radius)} at once, and change_scope is {self.allowed}: "
            f"a stack is deployed as a whole"
        )
        return Objection("scope", path, what, "make one change of each, one after another", "exceed-scope")

    def shown(self, radius: Radius) -> str:
        """`6 cells of us-east-1 in use1-az1`."""
        cells = sorted(radius.cells & self.compared.carrying)
        regions = sorted({self.compared.cells[cell].region for cell in cells})
        named = ", ".join(cells) if len(cells) <= 3 else f"{len(cells)} cells"
        where = f" of {regions[0]}" if len(regions) == 1 else f" of {len(regions)} regions"
        zone = f" in {next(iter(radius.zones))}" if len(radius.zones) == 1 else ""
        return f"{named}{where}{zone}"


def by_home(changes: Iterable[Change]) -> dict[str, list[Change]]:
    """Stack, or cell and channel, to its changes."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.home, []).append(change)
    return found
