"""The services of a cell."""

from __future__ import annotations

from hypercell.cell.placed import PlacedServices
from stacks.stack import CellStackBase


class ServicesStack(CellStackBase):
    """Identities of the services placed in a cell."""

    about = "The services placed in a cell: who they are to AWS"

    def build(self) -> None:
        PlacedServices(self, "Placed", cell=self.cell, data_key_arn=self.key_arn("data"))
