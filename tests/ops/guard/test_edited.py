"""A resource that stays where it is may still be wiped, weakened or opened; each such edit wants a signature."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.guard.report import Verdict
from ops.guard.snapshot import Snapshot
from tests.ops.guard.fleets import Edit, edited, judged, recorded, the

CELL, EGRESS, NETWORK = "skyline-use1-a-cell", "skyline-use1-egress", "skyline-use1-network"
TRAFFIC, SITE, KEYS = "skyline-edge-traffic-use1", "skyline-edge-site", "skyline-use1-keys"
LAKE, BACKUP, TABLES = "skyline-use1-streams", "skyline-use1-backup", "skyline-use1-service-who-to-ask"
QUEUES = "skyline-use1-service-quote-retrieval"
CACHES, ALARMS, ZONE = "skyline-use1-service-sessions", "skyline-use1-observability", "skyline-edge-dns"
DATA, BOUNDARY = "skyline-dsql-bookings-us-g2-use1", "skyline-account-edge"
ANY: Any = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def put(*path: str | int, to: Any) -> Edit:
    def edit(one: dict[str, Any]) -> None:
        here: Any = one
        for part in path[:-1]:
            here = here[part]
        here[path[-1]] = to

    return edit


def drop(*path: str | int) -> Edit:
    def edit(one: dict[str, Any]) -> None:
        here: Any = one
        for part in path[:-1]:
            here = here[part]
        del here[path[-1]]

    return edit


def grant(statement: dict[str, Any], *path: str | int) -> Edit:
    def edit(one: dict[str, Any]) -> None:
        here: Any = one
        for part in path:
            here = here[part]
        here["Statement"].append(statement)

    return edit


P = "Properties"
TRUST = (P, "AssumeRolePolicyDocument")
INLINE = (P, "Policies", 0, "PolicyDocument")
CHECK = (P, "HealthCheckConfig")
DELIVERS = {
    "Effect": "Allow",
    "Action": "sqs:SendMessage",
    "Resource": "*",
    "Principal": {"Service": "sns.amazonaws.com"},
}
STRANGER = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}

# Stack, type, a text by which the resource is the only one, the edit, and the rule that refuses it.
REFUSED: dict[str, tuple[str, str, str, Edit, str]] = {
    "keeps no more when deleted": (CELL, "AWS::EKS::Cluster", "", put("DeletionPolicy", to="Delete"), "guard"),
    "keeps no more when replaced": (KEYS, "AWS::KMS::Key", "KeysData", drop("UpdateReplacePolicy"), "guard"),
    "cluster may be deleted": (CELL, "AWS::EKS::Cluster", "", put(P, "DeletionProtection", to=False), "guard"),
    "database may be deleted": (DATA, "AWS::DSQL::Cluster", "", drop(P, "DeletionProtectionEnabled"), "guard"),
    "table without history": (
        TABLES, "AWS::DynamoDB::GlobalTable", "",
        put(P, "Replicas", 0, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled", to=False), "guard",
    ),
    "items that expire by another attribute": (
        TABLES, "AWS::DynamoDB::GlobalTable", "", put(P, "TimeToLiveSpecification", "AttributeName", to="route"), "wipe",
    ),
    "cache with fewer snapshots": (
        CACHES, "AWS::ElastiCache::ReplicationGroup", "", put(P, "SnapshotRetentionLimit", to=1), "guard"
    ),
    "key that ends sooner": (KEYS, "AWS::KMS::Key", "KeysData", put(P, "PendingWindowInDays", to=7), "guard"),
    "key switched off": (KEYS, "AWS::KMS::Key", "KeysData", put(P, "Enabled", to=False), "guard"),
    "bucket open to the public": (
        LAKE, "AWS::S3::Bucket", "LakeBucket", put(P, "PublicAccessBlockConfiguration", "BlockPublicPolicy", to=False),
        "guard",
    ),
    "bucket that forgets versions": (
        LAKE, "AWS::S3::Bucket", "LakeBucket", put(P, "VersioningConfiguration", "Status", to="Suspended"), "guard"
    ),
    "bucket that empties itself": (
        LAKE, "AWS::S3::Bucket", "LakeBucket",
        lambda one: one[P]["LifecycleConfiguration"]["Rules"].append({"Id": "x", "ExpirationInDays": 1}), "wipe",
    ),
    "stream that keeps less": (
        LAKE, "AWS::Kinesis::Stream", "skyline-prices", put(P, "RetentionPeriodHours", to=24), "guard"
    ),
    "stream that carries less": (LAKE, "AWS::Kinesis::Stream", "skyline-prices", put(P, "ShardCount", to=10), "guard"),
    "no system nodes": (
        CELL, "AWS::EKS::Nodegroup", "", put(P, "ScalingConfig", "MaxSize", to=0), "wipe"
    ),
    "no NAT instance": (
        EGRESS, "AWS::AutoScaling::AutoScalingGroup", "use1-az1", put(P, "MaxSize", to="0"), "wipe"
    ),
    "controller that may not run": (
        EGRESS, "AWS::Lambda::Function", "ControllerEvents",
        put(P, "ReservedConcurrentExecutions", to=0), "wipe",
    ),
    "controller that sleeps": (
        EGRESS, "AWS::Scheduler::Schedule", "Use1Az1", put(P, "State", to="DISABLED"), "guard"
    ),
    "default route to nowhere": (
        CELL, "AWS::EC2::Route", "Use1Az1", put(P, "NatGatewayId", to="nat-0"), "wipe"
    ),
    "door that leads elsewhere": (
        CELL, "AWS::ElasticLoadBalancingV2::Listener", "15443", put(P, "DefaultActions", to=[]), "wipe"
    ),
    "targets asked at another place": (
        CELL, "AWS::ElasticLoadBalancingV2::TargetGroup", "'Port': 15443", put(P, "HealthCheckPath", to="/x"), "wipe"
    ),
    "record that points elsewhere": (
        TRAFFIC, "AWS::Route53::RecordSet", "'use1-a'", put(P, "AliasTarget", "DNSName", to="elsewhere.example"), "wipe"
    ),
    "weight that no file says": (TRAFFIC, "AWS::Route53::RecordSet", "'use1-a'", put(P, "Weight", to=0), "wipe"),
    "check turned round": (TRAFFIC, "AWS::Route53::HealthCheck", "'a.use1", put(*CHECK, "Inverted", to=True), "guard"),
    "check switched off": (TRAFFIC, "AWS::Route53::HealthCheck", "'a.use1", put(*CHECK, "Disabled", to=True), "guard"),
    "region that leaves at the first loss": (
        TRAFFIC, "AWS::Route53::HealthCheck", "CALCULATED", put(*CHECK, "HealthThreshold", to=6), "wipe"
    ),
    "region that counts one cell": (
        TRAFFIC, "AWS::Route53::HealthCheck", "CALCULATED",
        lambda one: one[P]["HealthCheckConfig"].update(ChildHealthChecks=one[P]["HealthCheckConfig"]["ChildHealthChecks"][:1]),
        "wipe",
    ),
    "site switched off": (
        SITE, "AWS::CloudFront::Distribution", "www", put(P, "DistributionConfig", "Enabled", to=False), "guard"
    ),
    "site without firewall": (
        SITE, "AWS::CloudFront::Distribution", "www", drop(P, "DistributionConfig", "WebACLId"), "wipe"
    ),
    "firewall rule gone": (
        SITE, "AWS::WAFv2::WebACL", "skyline-api", lambda one: one[P]["Rules"].pop(0), "wipe"
    ),
    "firewall rule that counts": (
        SITE, "AWS::WAFv2::WebACL", "skyline-api",
        lambda one: [rule.update(Action={"Count": {}}) for rule in one[P]["Rules"] if "Action" in rule], "guard",
    ),
    "alarm that calls nobody": (CELL, "AWS::CloudWatch::CompositeAlarm", "", put(P, "AlarmActions", to=[]), "guard"),
    "alarm switched off": (CELL, "AWS::CloudWatch::CompositeAlarm", "", put(P, "ActionsEnabled", to=False), "guard"),
    "alarm that forgets one": (
        CELL, "AWS::CloudWatch::CompositeAlarm", "",
        lambda one: one[P].update(AlarmRule=one[P]["AlarmRule"].partition(" OR ")[2]), "guard",
    ),
    "alarm that rings late": (
        CELL, "AWS::CloudWatch::Alarm", "-pending-pods", put(P, "Threshold", to=10_000), "guard"
    ),
    "alarm that watches something else": (
        CELL, "AWS::CloudWatch::Alarm", "-pending-pods", put(P, "ComparisonOperator", to="LessThanThreshold"), "guard"
    ),
    "backup of nothing": (
        BACKUP, "AWS::Backup::BackupSelection", "", put(P, "BackupSelection", "ListOfTags", to=[]), "guard"
    ),
    "backup that ends sooner": (
        BACKUP, "AWS::Backup::BackupPlan", "",
        lambda one: one[P]["BackupPlan"]["BackupPlanRule"][0]["Lifecycle"].update(DeleteAfterDays=1), "guard",
    ),
    "zone without one VPC": (NETWORK, "AWS::Route53::HostedZone", "", put(P, "VPCs", to=[]), "wipe"),
    "role that may everything": (
        CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager", grant(ANY, *INLINE), "access"
    ),
    "role for a stranger": (CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager", grant(STRANGER, *TRUST), "access"),
    "role for everybody": (
        CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager",
        grant({**STRANGER, "Principal": "*"}, *TRUST), "access",
    ),
    "role outside the boundary": (
        CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager", drop(P, "PermissionsBoundary"), "access"
    ),
    "role that administers": (
        CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager",
        put(P, "ManagedPolicyArns", to=["arn:aws:iam::aws:policy/AdministratorAccess"]), "access",
    ),
    "trust of everything": (
        CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager", put(*TRUST, "Statement", 0, "Action", to="*"), "access"
    ),
    "boundary that denies less": (
        BOUNDARY, "AWS::IAM::ManagedPolicy", "",
        lambda one: one[P]["PolicyDocument"]["Statement"].pop(
            next(n for n, s in enumerate(one[P]["PolicyDocument"]["Statement"]) if s["Effect"] == "Deny")
        ), "guard",
    ),
    "key open to everybody": (
        KEYS, "AWS::KMS::Key", "KeysData",
        lambda one: one[P]["KeyPolicy"]["Statement"].append({**ANY, "Action": "kms:Decrypt", "Principal": "*"}), "access",
    ),
    "key that nobody may use": (
        KEYS, "AWS::KMS::Key", "KeysData", lambda one: one[P]["KeyPolicy"].update(Statement=[]), "wipe"
    ),
    "queue into which a service of AWS writes for others": (
        QUEUES, "AWS::SQS::QueuePolicy", "QueueRequestsDeadPolicy",
        grant(DELIVERS | {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}}, P, "PolicyDocument"),
        "access",
    ),
    "queue into which a service of AWS writes for anybody": (
        QUEUES, "AWS::SQS::QueuePolicy", "QueueRequestsDeadPolicy", grant(DELIVERS, P, "PolicyDocument"), "access"
    ),
    "cell that is left late": (TRAFFIC, "AWS::Route53::HealthCheck", "use1-a", put(*CHECK, "FailureThreshold", to=10), "guard"),
    "door to the world": (
        CELL, "AWS::EC2::SecurityGroupIngress", "1025",
        lambda one: one[P].update(CidrIp="0.0.0.0/0"), "access",
    ),
    "pods without their role": (
        CELL, "AWS::EKS::PodIdentityAssociation", "keda", put(P, "RoleArn", to="arn:aws:iam::333333333331:role/x"), "wipe"
    ),
    "control plane that goes back": (CELL, "AWS::EKS::Cluster", "", put(P, "Version", to="1.34"), "guard"),
    "control plane that leaves a version out": (CELL, "AWS::EKS::Cluster", "", put(P, "Version", to="1.37"), "guard"),
    "operator who administers": (
        CELL, "AWS::EKS::AccessEntry", "operator",
        put(P, "AccessPolicies", to=[{"PolicyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"}]),
        "access",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_and_may_be_signed_for(big: Snapshot, name: str) -> None:
    stack, type_, holding, edit, rule = REFUSED[name]
    place = the(big, stack, type_, holding)
    report = judged(big, edited(big, stack, lambda resources: edit(resources[place])))
    assert report.verdict is Verdict.REFUSED
    found = [one for one in report.reasons if (one.rule, one.where) == (rule, f"{stack}/{place}")]
    assert found, [(one.rule, one.what) for one in report.reasons]
    assert big.stacks[stack].digest in found[0].remedy


ALLOWED: dict[str, tuple[str, str, str, Edit]] = {
    "another description": (CELL, "AWS::CloudWatch::Alarm", "-pending-pods", put(P, "AlarmDescription", to="words")),
    "an alarm that rings sooner": (CELL, "AWS::CloudWatch::Alarm", "-pending-pods", put(P, "Threshold", to=10)),
    "more system nodes": (CELL, "AWS::EKS::Nodegroup", "", put(P, "ScalingConfig", "MaxSize", to=9)),
    "one more thing for one role": (
        CELL, "AWS::IAM::Role", "skyline-use1-a-cert-manager",
        grant({"Effect": "Allow", "Action": "route53:GetChange", "Resource": "arn:aws:route53:::change/C1"}, *INLINE),
    ),
    "logs kept longer": (CELL, "AWS::Logs::LogGroup", "/cluster", put(P, "RetentionInDays", to=365)),
    "a dashboard": (ALARMS, "AWS::CloudWatch::Dashboard", "ADashboard", put(P, "DashboardBody", to=json.dumps({}))),
    "the next version": (CELL, "AWS::EKS::Cluster", "", put(P, "Version", to="1.36")),
    "an order of deployment": (CELL, "AWS::EKS::Nodegroup", "", put("DependsOn", to=[])),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_passes_in_one_cell(big: Snapshot, name: str) -> None:
    stack, type_, holding, edit = ALLOWED[name]
    place = the(big, stack, type_, holding)
    report = judged(big, edited(big, stack, lambda resources: edit(resources[place])))
    assert [(one.rule, one.what) for one in report.reasons] == []
    assert report.verdict is Verdict.ALLOWED


def test_a_weight_may_be_what_the_files_say(big: Snapshot) -> None:
    place = the(big, TRAFFIC, "AWS::Route53::RecordSet", "'use1-a'")
    head = edited(big, TRAFFIC, lambda resources: resources[place][P].update(Weight=50))
    head = recorded(head, lambda fields: fields["cells"]["use1-a"].update(weight=50))
    report = judged(big, head)
    assert (report.verdict, report.reasons, report.radius.cells) == (Verdict.ALLOWED, (), {"use1-a"})


def test_a_service_of_aws_may_write_for_the_fleet_into_a_new_queue(big: Snapshot) -> None:
    here = big.record.stacks[QUEUES].account
    statement = {
        **DELIVERS,
        "Resource": {"Fn::GetAtt": ["Another", "Arn"]},
        "Condition": {"StringEquals": {"aws:SourceAccount": here}},
    }
    policy = {"Queues": [{"Ref": "Another"}], "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}

    def edit(resources: dict[str, Any]) -> None:
        resources["Another"] = {"Type": "AWS::SQS::Queue", P: {}}
        resources["AnothersPolicy"] = {"Type": "AWS::SQS::QueuePolicy", P: policy}

    assert judged(big, edited(big, QUEUES, edit)).reasons == ()


def test_a_new_record_answers_for_a_cell_or_a_region_of_the_fleet(big: Snapshot) -> None:
    beside = big.stacks[TRAFFIC].resources[the(big, TRAFFIC, "AWS::Route53::RecordSet", "'use1-a'")]
    stranger = {**beside, P: {**beside[P], "SetIdentifier": "elsewhere"}}
    report = judged(big, edited(big, TRAFFIC, lambda resources: resources.update(Stranger=stranger)))
    assert report.verdict is Verdict.REFUSED
    assert ("wipe", f"{TRAFFIC}/Stranger") in [(one.rule, one.where) for one in report.reasons]
