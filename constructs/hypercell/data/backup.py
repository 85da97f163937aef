"""Backups: a locked vault, and a plan for what carries the tag."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import backup as chosen
from hypercell.policy import account, admit, document, trust

HOUR = 3
"""UTC. The quietest hour between the evening of the Americas and the morning of Europe."""
DAILY_DAYS = 35
MONTHLY_DAYS = 395
"""Thirteen months: last year's first of the month is still there."""
LOCK_DAYS = (7, 400)
"""Least and most days a vault keeps anything."""
GRACE_DAYS = 30
"""How long the lock itself can still be taken off, in production. After that nobody can, not even AWS: whoever has
stolen every right cannot delete a backup either."""

POLICY = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"


class Vault(Construct):
    """A vault that keeps what it is given.

    Attributes:
        name: reference to its name.
        arn: of the vault.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, key_arn: str, stage: str, kept_for: Sequence[str] = ()
    ) -> None:
        """
        Args:
            stage: of the fleet; only production locks for ever.
            kept_for: ids of the other accounts whose second copies it keeps.
        """
        super().__init__(scope, id)
        copies = admit("Copies", account(*kept_for), ["backup:CopyIntoBackupVault"]) if kept_for else None
        vault = backup.CfnBackupVault(
            self,
            "Resource",
            backup_vault_name=name,
            encryption_key_arn=key_arn,
            lock_configuration=backup.CfnBackupVault.LockConfigurationTypeProperty(
                min_retention_days=LOCK_DAYS[0],
                max_retention_days=LOCK_DAYS[1],
                changeable_for_days=GRACE_DAYS if stage == "production" else None,
            ),
            access_policy=None if copies is None else document(copies),
        )
        # The last copy of everything outlives its stack.
        vault.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.name = vault.ref
        self.arn = vault.attr_backup_vault_arn


class Plan(Construct):
    """Daily and monthly recovery points of whatever carries the tag, with a second copy elsewhere."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        vault: str,
        tagged: str,
        account_id: str,
        copy_to: str | None,
    ) -> None:
        """
        Args:
            vault: name of the vault.
            tagged: value of `fleet.backup.TAG` on what is chosen.
            copy_to: ARN of the vault, in another region, that gets a copy of each recovery point.
        """
        super().__init__(scope, id)
        plan = backup.CfnBackupPlan(
            self,
            "Resource",
            backup_plan=backup.CfnBackupPlan.BackupPlanResourceTypeProperty(
                backup_plan_name=name,
                backup_plan_rule=[
                    _rule("daily", f"cron(0 {HOUR} * * ? *)", DAILY_DAYS, vault, copy_to),
                    _rule("monthly", f"cron(0 {HOUR} 1 * ? *)", MONTHLY_DAYS, vault, copy_to),
                ],
            ),
        )
        role = iam.CfnRole(
            self,
            "Role",
            description="Takes backups and copies them",
            assume_role_policy_document=trust("backup", {"StringEquals": {"aws:SourceAccount": account_id}}),
            # AWS writes it: each service that AWS Backup learns needs actions of its own.
            managed_policy_arns=[POLICY],
        )
        backup.CfnBackupSelection(
            self,
            "Selection",
            backup_plan_id=plan.ref,
            backup_selection=backup.CfnBackupSelection.BackupSelectionResourceTypeProperty(
                selection_name="tagged",
                iam_role_arn=role.attr_arn,
                list_of_tags=[
                    backup.CfnBackupSelection.ConditionResourceTypeProperty(
                        condition_type="STRINGEQUALS", condition_key=chosen.TAG, condition_value=tagged
                    )
                ],
            ),
        )


def vault_arn(region: str, account_id: str, name: str) -> str:
    """A vault is named before it stands: copies are made at night, long after both vaults were."""
    return f"arn:aws:backup:{region}:{account_id}:backup-vault:{name}"


def _rule(
    name: str, schedule: str, days: int, vault: str, copy_to: str | None
) -> backup.CfnBackupPlan.BackupRuleResourceTypeProperty:
    life = backup.CfnBackupPlan.LifecycleResourceTypeProperty(delete_after_days=days)
    copies = None
    if copy_to is not None:
        action = backup.CfnBackupPlan.CopyActionResourceTypeProperty
        copies = [action(destination_backup_vault_arn=copy_to, lifecycle=life)]
    return backup.CfnBackupPlan.BackupRuleResourceTypeProperty(
        rule_name=name,
        target_backup_vault=vault,
        schedule_expression=schedule,
        schedule_expression_timezone="UTC",
        start_window_minutes=60,
        completion_window_minutes=720,
        lifecycle=life,
        copy_actions=copies,
    )
