"""Alarms on backups: the one thing nobody looks at until it is needed."""

from __future__ import annotations

from constructs import Construct

from hypercell.alarm import alarm, metric

DAY = 86_400


class BackupAlarms(Construct):
    """A backup failed; and, where something must be chosen every day, none was made."""

    def __init__(self, scope: Construct, id: str, *, vault: str, prefix: str, topic: str, every_day: bool) -> None:
        """
        Args:
            vault: name of the vault.
            prefix: of the alarms' names.
            topic: ARN of where they go.
            every_day: a day without a finished backup is a fault. Not where a plan may find nothing to take.
        """
        super().__init__(scope, id)

        def jobs(how: str) -> str:
            return f"NumberOfBackupJobs{how}"

        alarm(
            self, "Failed", name=f"{prefix}-failed", topic=topic,
            about=f"a backup into {vault} failed",
            metrics=[metric("AWS/Backup", jobs("Failed"), {"BackupVaultName": vault})],
            statistic="Sum", seconds=3600, periods=1, threshold=1,
        )  # fmt: skip
        if every_day:
            alarm(
                self, "Missing", name=f"{prefix}-missing", topic=topic,
                about=f"no backup into {vault} was finished for a day",
                metrics=[metric("AWS/Backup", jobs("Completed"), {"BackupVaultName": vault})],
                statistic="Sum", seconds=DAY, periods=1, threshold=1, below=True, silence="breaching",
            )  # fmt: skip
