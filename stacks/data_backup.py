"""Backups of a region's databases."""

from __future__ import annotations

from fleet import backup, geography, names
from hypercell.data.backup import Plan, Vault, vault_arn
from hypercell.data.backup_alarms import BackupAlarms
from hypercell.data.keeper import Keeper
from hypercell.data.keys import BACKUP, DATABASES
from stacks.stack import FleetStack


class DataBackupStack(FleetStack):
    """A vault in the data account, a plan for the clusters, and the keeper that finds them awake.

    A pair is backed up in both of its regions, each with a copy in the other: a restore of a pair starts from equal
    recovery points in both.
    """

    about = "Locked backups of the region's databases, with a copy in the region of the peer"

    def build(self) -> None:
        region, account = self.plan.region, self.plan.account
        name = self._vault(self.plan.code)
        vault = Vault(self, "Vault", name=name, key_arn=self._key(BACKUP), stage=self.fleet.stage)
        peer = backup.database_copy(self.fleet, region)
        copy_to = None if peer is None else vault_arn(peer, account, self._vault(geography.code(peer)))
        Plan(
            self,
            "Plan",
            name=name,
            vault=vault.name,
            tagged=backup.DATABASES,
            account_id=account,
            copy_to=copy_to,
        )
        Keeper(
            self,
            "Keeper",
            fleet=self.fleet,
            region=region,
            clusters=self._clusters(),
            key_arn=self._key(DATABASES),
        )
        BackupAlarms(
            self,
            "Alarms",
            vault=name,
            prefix=names.data_alarm(self.fleet, self.plan.code, "backup"),
            topic=names.data_alarm_topic_arn(self.fleet, region, self.plan.code),
            every_day=True,
        )

    def _vault(self, code: str) -> str:
        """Apart from the region's own vault: a founder has both in one account."""
        return names.backup_vault(self.fleet, f"data-{code}")

    def _key(self, purpose: str) -> str:
        return self.read(names.stack(self.fleet, "data-keys", self.plan.code), names.key_output(purpose))

    def _clusters(self) -> dict[str, tuple[str, str]]:
        """Every cluster of the region, whatever its state: one that retires is backed up until it is gone."""
        return {
            f"{database.name}-g{generation.number}": (
                self.read(names.dsql_stack(generation, self.plan.code), names.DSQL_ARN),
                self.read(names.dsql_stack(generation, self.plan.code), names.DSQL_ENDPOINT),
            )
            for database in self.fleet.databases.values()
            for generation in database.generations.values()
            if self.plan.region in generation.regions
        }
