"""Backups: in a locked vault, copied to another region, and chosen by tag so that nobody must remember."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for vault in template.of("AWS::Backup::BackupVault"):
        if not vault.at("LockConfiguration.MinRetentionDays"):
            yield Broken(vault.id, "may be emptied by whoever may delete", "Properties.LockConfiguration")
    for plan in template.of("AWS::Backup::BackupPlan"):
        rules = plan.at("BackupPlan.BackupPlanRule") or []
        if not all(rule.get("Lifecycle", {}).get("DeleteAfterDays") for rule in rules) or not rules:
            yield Broken(plan.id, "keeps its recovery points for ever")


RULE = Rule("locked-vaults", "set it in hypercell.data.backup, where every vault and plan is made", check)
