"""Vaults are locked, plans end."""

from hypercell.guards.rules.locked_vaults import RULE


def test_a_vault_without_a_lock_is_refused(broken):
    locked = {"Type": "AWS::Backup::BackupVault", "Properties": {"LockConfiguration": {"MinRetentionDays": 7}}}
    assert broken(RULE, {"Vault": locked}) == []
    assert broken(RULE, {"Vault": {"Type": "AWS::Backup::BackupVault"}}) == [
        ("Vault", "may be emptied by whoever may delete")
    ]


def test_a_plan_that_keeps_everything_for_ever_is_refused(broken):
    ends, lasts = {"Lifecycle": {"DeleteAfterDays": 35}}, {"RuleName": "daily"}
    plan = {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanRule": [ends]}}}
    assert broken(RULE, {"Plan": plan}) == []
    plan["Properties"]["BackupPlan"]["BackupPlanRule"].append(lasts)
    assert broken(RULE, {"Plan": plan}) == [("Plan", "keeps its recovery points for ever")]
