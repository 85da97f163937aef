"""Backups of a region."""

from __future__ import annotations

from fleet import backup, names
from hypercell.data.backup import Plan, Vault, vault_arn
from hypercell.data.backup_alarms import BackupAlarms
from stacks.stack import RegionStack


class BackupStack(RegionStack):
    """A vault of the region and a plan for what its services keep: tables, by their tag.

    The second copy lives in another region of the same market. Two things are left out with intent: the lake, whose
    copies would cost more than the lake and whose versions already forgive mistakes; and the clusters, which are made
    anew from their bundles.
    """

    about = "Locked backups of what the region's services keep, with a copy in another region of its market"

    def build(self) -> None:
        region, name = self.home, names.backup_vault(self.fleet, self.home.code)
        others = sorted({other.account_id for other in backup.sends_here(region)} - {region.account_id})
        vault = Vault(self, "Vault", name=name, key_arn=self.key_arn("backup"), stage=self.fleet.stage, kept_for=others)
        sibling = backup.sibling(region)
        copy_to = None
        if sibling is not None:
            copy_to = vault_arn(sibling.name, sibling.account_id, names.backup_vault(self.fleet, sibling.code))
        Plan(
            self,
            "Plan",
            name=name,
            vault=vault.name,
            tagged=backup.SERVICES,
            account_id=region.account_id,
            copy_to=copy_to,
        )
        BackupAlarms(
            self,
            "Alarms",
            vault=name,
            prefix=names.region_alarm(region, "backup"),
            topic=names.alarm_topic_arn(region),
            every_day=any(self.fleet.services[service].tables for service in region.services),
        )
