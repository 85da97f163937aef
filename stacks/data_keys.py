"""Keys of the data account in a region."""

from __future__ import annotations

from fleet import names
from hypercell.data.keys import DATABASES, DataAlarms, DataKeys
from stacks.stack import FleetStack


class DataKeysStack(FleetStack):
    """What every database of the region and its backups stand on: keys, and somebody to tell."""

    about = "Keys of the databases and their backups in the region, and where their alarms go"

    def build(self) -> None:
        keys = DataKeys(self, "Keys", fleet=self.fleet, region=self.plan.region)
        for purpose, arn in keys.arns.items():
            self.publish(names.key_output(purpose), arn)
        DataAlarms(self, "Alarms", fleet=self.fleet, region=self.plan.region, key_arn=keys.arns[DATABASES])
