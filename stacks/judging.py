"""CloudFormation's own validation, by a process of its own: its engine starts while the CDK builds the stacks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.model import Fleet
from fleet.phases import every_stack
from stacks.beside import Act, Beside

if TYPE_CHECKING:
    from hypercell.guards.findings import Finding


def schemas(fleet: Fleet) -> Beside:
    """Judges the assembly in a folder when told which."""

    def prepare() -> Act:
        # In here: it starts a Node, which must be this process's own.
        from hypercell.guards.schemas import engine

        return engine({plan.name: plan for plan in every_stack(fleet)})

    return Beside(prepare)


class SchemaFindings:
    """What the process finds, as `hypercell.guards.validation` wants to hear it."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside

    def start(self, folder: Path) -> None:
        self._beside.order(str(folder.absolute()))

    def findings(self) -> Iterable[Finding]:
        from hypercell.guards.schemas import read

        return read(self._beside.answer())
