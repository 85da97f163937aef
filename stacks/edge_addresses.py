"""Addresses of a region's cells."""

from __future__ import annotations

from fleet import names
from hypercell.routing.addresses import CellAddress
from stacks.stack import RegionStack


class EdgeAddressesStack(RegionStack):
    """The name of each cell in a region, read from the cell's account: deployed when a cell comes or goes."""

    about = "Names of the region's cells, as aliases of their load balancers"

    def build(self) -> None:
        zone_id = self.read(names.stack(self.fleet, "edge-dns"), names.PUBLIC_ZONE_ID)
        for cell in self.home.standing_cells:
            stack = names.stack(self.fleet, self.home.code, cell.key, "cell")
            CellAddress(
                self,
                names.pascal(cell.key),
                cell=cell,
                zone_id=zone_id,
                load_balancer_name=self.read(stack, names.INGRESS_DNS, region=self.home.name, alias=self.home.account),
                load_balancer_zone=self.read(stack, names.INGRESS_ZONE, region=self.home.name, alias=self.home.account),
            )
