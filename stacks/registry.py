"""The registry of a region."""

from __future__ import annotations

from hypercell.cell.registry import RegionRegistry
from stacks.stack import RegionStack


class RegistryStack(RegionStack):
    """Repositories of bundles, images and charts."""

    about = "Registry of the region: bundles of its cells, images of its services, copies of what others publish"

    def build(self) -> None:
        RegionRegistry(self, "Registry", region=self.home, key_arn=self.key_arn("cells"))
