"""Backups: what is taken, how long it cannot be deleted, and where the second copy lives."""

import pytest

from fleet import backup, names, phases

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def of(template, kind):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def rules(template):
    [plan] = of(template, "AWS::Backup::BackupPlan")
    return plan["BackupPlan"]["BackupPlanRule"]


def copies(template):
    return {c["DestinationBackupVaultArn"] for rule in rules(template) for c in rule.get("CopyActions", [])}


def vault_arn(region, account, code):
    return f"arn:aws:backup:{region}:{account}:backup-vault:skyline-{code}"


@pytest.fixture(params=BLUEPRINTS)
def kept(request, fleet_of, synthesized):
    """Fleet, plan and template of every backup stack: the regions' and the data account's."""
    fleet = fleet_of(request.param)
    return [
        (fleet, plan, synthesized(plan.kind, of=request.param)[plan.name])
        for plan in phases.every_stack(fleet)
        if plan.kind in ("backup", "data-backup")
    ]


def test_no_vault_can_be_emptied_before_its_time(kept):
    for _fleet, _plan, template in kept:
        [vault] = [r for r in template["Resources"].values() if r["Type"] == "AWS::Backup::BackupVault"]
        lock = vault["Properties"]["LockConfiguration"]
        assert lock["MinRetentionDays"] >= 7
        # In production the lock itself cannot be taken off, once there was time to think.
        assert lock["ChangeableForDays"] >= 3
        for rule in rules(template):
            assert lock["MinRetentionDays"] <= rule["Lifecycle"]["DeleteAfterDays"] <= lock["MaxRetentionDays"]
        assert vault["DeletionPolicy"] == "RetainExceptOnCreate"


def test_vaults_of_one_account_and_region_have_different_names(kept):
    places = [
        (plan.account, plan.region, vault["BackupVaultName"])
        for _fleet, plan, template in kept
        for vault in of(template, "AWS::Backup::BackupVault")
    ]
    assert len(places) == len(set(places)) == len(kept)


def test_what_carries_the_tag_is_taken_every_day_and_every_month(kept):
    for _fleet, plan, template in kept:
        assert {rule["RuleName"] for rule in rules(template)} == {"daily", "monthly"}
        [selection] = of(template, "AWS::Backup::BackupSelection")
        [condition] = selection["BackupSelection"]["ListOfTags"]
        value = backup.SERVICES if plan.kind == "backup" else backup.DATABASES
        assert (condition["ConditionKey"], condition["ConditionValue"]) == (backup.TAG, value)
        assert "Resources" not in selection["BackupSelection"]


def test_every_cluster_and_every_table_carries_the_tag(synthesized):
    for kind, type, value in (
        ("dsql", "AWS::DSQL::Cluster", backup.DATABASES),
        ("service", "AWS::DynamoDB::GlobalTable", backup.SERVICES),
    ):
        found = [p for template in synthesized(kind).values() for p in of(template, type)]
        assert found
        for properties in found:
            tags = properties.get("Tags") or properties["Replicas"][0]["Tags"]
            assert {"Key": backup.TAG, "Value": value} in tags


def test_the_second_copy_lives_in_another_region_of_the_same_market(kept):
    for fleet, plan, template in kept:
        if plan.kind != "backup":
            continue
        home = plan.subject
        others = [region for region in fleet.markets[home.market] if region is not home]
        allowed = {vault_arn(r.name, r.account_id, r.code) for r in others}
        assert copies(template) <= allowed
        assert bool(copies(template)) is bool(others)


def test_each_peer_keeps_a_copy_of_the_other_s_recovery_points(kept):
    for fleet, plan, template in kept:
        if plan.kind != "data-backup":
            continue
        peers = {
            g.peer_of(plan.region)
            for database in fleet.databases.values()
            for g in database.generations.values()
            if g.paired and plan.region in g.regions
        }
        codes = {p.region: p.code for _f, p, _t in kept if p.kind == "data-backup"}
        assert copies(template) == {vault_arn(peer, plan.account, f"data-{codes[peer]}") for peer in peers}


def test_vaults_take_copies_from_the_regions_that_send_here_and_from_nobody_else(kept):
    senders = {}
    for _fleet, plan, template in kept:
        for arn in copies(template):
            senders.setdefault(arn, set()).add(plan.account)
    for _fleet, plan, template in kept:
        [vault] = of(template, "AWS::Backup::BackupVault")
        arn = f"arn:aws:backup:{plan.region}:{plan.account}:backup-vault:{vault['BackupVaultName']}"
        admitted = set()
        for statement in vault.get("AccessPolicy", {}).get("Statement", []):
            assert statement["Action"] == "backup:CopyIntoBackupVault"
            principals = statement["Principal"]["AWS"]
            admitted |= {p.split(":")[4] for p in (principals if isinstance(principals, list) else [principals])}
        assert admitted == senders.get(arn, set()) - {plan.account}


def test_a_failed_backup_is_heard_of(kept):
    for fleet, plan, template in kept:
        topics = {a["AlarmActions"][0] for a in of(template, "AWS::CloudWatch::Alarm")}
        if plan.kind == "backup":
            assert topics == {names.alarm_topic_arn(plan.subject)}
        else:
            assert topics == {names.data_alarm_topic_arn(fleet, plan.region, plan.code)}
        watched = {
            q["MetricStat"]["Metric"]["MetricName"]
            for a in of(template, "AWS::CloudWatch::Alarm")
            for q in a["Metrics"]
        }
        assert "NumberOfBackupJobsFailed" in watched


def test_a_day_without_a_database_s_backup_is_heard_of(kept):
    for _fleet, plan, template in kept:
        if plan.kind == "data-backup":
            [alarm] = [a for a in of(template, "AWS::CloudWatch::Alarm") if a["AlarmName"].endswith("-missing")]
            assert alarm["TreatMissingData"] == "breaching"
            assert alarm["ComparisonOperator"] == "LessThanThreshold"


def test_the_keeper_wakes_every_cluster_of_its_region_before_the_backups_start(kept):
    for fleet, plan, template in kept:
        if plan.kind != "data-backup":
            continue
        [function] = of(template, "AWS::Lambda::Function")
        clusters = function["Environment"]["Variables"]["CLUSTERS"]
        named = "".join(part for part in clusters["Fn::Join"][1] if isinstance(part, str))
        for database in fleet.databases.values():
            for generation in database.generations.values():
                there = plan.region in generation.regions
                assert (f'"{database.name}-g{generation.number}"' in named) is there
        [schedule] = of(template, "AWS::Scheduler::Schedule")
        minutes, hours, *rest = schedule["ScheduleExpression"].removeprefix("cron(").removesuffix(")").split()
        first, last = map(int, hours.split("-"))
        start = next(int(r["ScheduleExpression"].split()[1]) for r in rules(template) if r["RuleName"] == "daily")
        assert first < start <= last
        assert (minutes, rest) == ("0/10", ["*", "*", "?", "*"])


def test_the_keeper_may_log_in_and_nothing_else(kept):
    for fleet, plan, template in kept:
        if plan.kind != "data-backup":
            continue
        name = names.database_keeper(fleet, plan.code)
        [role] = [r for r in of(template, "AWS::IAM::Role") if r.get("RoleName") == name]
        statements = [s for p in role["Policies"] for s in p["PolicyDocument"]["Statement"]]
        actions = [a for s in statements for a in (s["Action"] if isinstance(s["Action"], list) else [s["Action"]])]
        assert sorted(actions) == ["dsql:DbConnect", "logs:CreateLogStream", "logs:PutLogEvents"]
