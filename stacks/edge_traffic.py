"""Where a region's traffic goes."""

from __future__ import annotations

from fleet import names
from hypercell.routing.checks import CellCheck, RegionCheck
from hypercell.routing.weights import RegionTraffic
from stacks.stack import RegionStack


class EdgeTrafficStack(RegionStack):
    """Health checks and weights of a region and its cells: the stack that evacuates.

    It reads the zone's id beside it and nothing else, so that it deploys while the region it is about is down.
    """

    about = "Health checks and weights of the region and its cells"

    def build(self) -> None:
        cells = self.home.standing_cells
        checks = {cell.key: CellCheck(self, f"Check{names.pascal(cell.key)}", cell=cell).check_id for cell in cells}
        whole = RegionCheck(self, "RegionCheck", region=self.home, cell_checks=checks)
        self.publish(names.REGION_CHECK_ID, whole.check_id)
        RegionTraffic(
            self,
            "Traffic",
            region=self.home,
            zone_id=self.read(names.stack(self.fleet, "edge-dns"), names.PUBLIC_ZONE_ID),
            cell_checks=checks,
            region_check=whole.check_id,
        )
