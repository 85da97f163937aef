"""Keys of a region."""

from __future__ import annotations

from fleet import names
from hypercell.guards.keys import RegionKeys
from stacks.stack import RegionStack


class KeysStack(RegionStack):
    """KMS keys of a region, one for each class of data."""

    about = "KMS keys of the region, one for each class of data"

    def build(self) -> None:
        keys = RegionKeys(self, "Keys", region=self.home)
        for purpose, arn in keys.arns.items():
            self.publish(names.key_output(purpose), arn)
