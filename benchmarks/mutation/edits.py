"""Wipe by edit: the resource stays, and does not do any more what it was for. Each row says what it kills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Properties = dict[str, Any]
Edit = tuple[str, str | None, Callable[[Properties], bool]]
"""What is done, what it kills (`oracle.DANGEROUS`), and the deed, which says whether there was anything to do it to."""


def _set(how: str, kills: str | None, path: str, value: Any, *, born: bool = False) -> Edit:
    """Give a place another value; `born`: also where nothing stood."""

    def act(properties: Properties) -> bool:
        *above, last = path.split(".")
        place: Any = properties
        for part in above:
            place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, dict) or (last not in place and not born) or place.get(last) == value:
            return False
        place[last] = value
        return True

    return how, kills, act


def _drop(how: str, kills: str | None, *paths: str) -> Edit:
    """Take places away."""

    def act(properties: Properties) -> bool:
        done = False
        for path in paths:
            *above, last = path.split(".")
            place: Any = properties
            for part in above:
                place = place.get(part) if isinstance(place, dict) else None
            if isinstance(place, dict) and last in place:
                del place[last]
                done = True
        return done

    return how, kills, act


def _each(how: str, kills: str | None, path: str, change: Callable[[Any], bool]) -> Edit:
    """Change each member of a list."""

    def act(properties: Properties) -> bool:
        place: Any = properties
        for part in path.split("."):
            place = place.get(part) if isinstance(place, dict) else None
        return sum(change(one) for one in place) > 0 if isinstance(place, list) else False

    return how, kills, act


def _put(**values: Any) -> Callable[[Any], bool]:
    def change(one: Any) -> bool:
        if not isinstance(one, dict) or all(one.get(key) == value for key, value in values.items()):
            return False
        one.update(values)
        return True

    return change


def documents(properties: Properties) -> Iterator[dict[str, Any]]:
    """Policy documents of a resource, of an identity or of itself; trust is none of them."""
    for field in ("PolicyDocument", "KeyPolicy", "RepositoryPolicyText", "ResourcePolicy"):
        if isinstance(properties.get(field), dict):
            yield properties[field]
    for one in properties.get("Policies") or ():
        if isinstance(one, dict) and isinstance(one.get("PolicyDocument"), dict):
            yield one["PolicyDocument"]


def statements(properties: Properties, effect: str) -> list[dict[str, Any]]:
    found = []
    for one in documents(properties):
        listed = one.get("Statement", [])
        found += [s for s in (listed if isinstance(listed, list) else [listed]) if s.get("Effect") == effect]
    return found


def _all_actions(properties: Properties) -> bool:
    for one in statements(properties, "Allow"):
        one.pop("NotAction", None)
        one["Action"] = "*"
    return bool(statements(properties, "Allow"))


def _all_resources(properties: Properties) -> bool:
    narrow = [one for one in statements(properties, "Allow") if one.get("Resource") != "*" and "Resource" in one]
    for one in narrow:
        one["Resource"] = "*"
    return bool(narrow)


def _no_conditions(properties: Properties) -> bool:
    return sum(one.pop("Condition", None) is not None for one in statements(properties, "Allow")) > 0


def _no_denials(properties: Properties) -> bool:
    done = False
    for one in documents(properties):
        if isinstance(one.get("Statement"), list):
            left = [s for s in one["Statement"] if s.get("Effect") != "Deny"]
            done |= len(left) < len(one["Statement"])
            one["Statement"] = left
    return done


def _anybody(properties: Properties) -> bool:
    trust = properties.get("AssumeRolePolicyDocument", {}).get("Statement", [])
    for one in trust:
        one["Principal"] = {"AWS": "*"}
        one.pop("Condition", None)
    return bool(trust)


def _nobody(properties: Properties) -> bool:
    trust = properties.get("AssumeRolePolicyDocument", {}).get("Statement", [])
    for one in trust:
        one["Effect"] = "Deny"
    return bool(trust)


def _nothing_allowed(properties: Properties) -> bool:
    allowed = statements(properties, "Allow")
    for one in allowed:
        one["Effect"] = "Deny"
    return bool(allowed)


def _open(properties: Properties) -> bool:
    properties["SecurityGroupIngress"] = [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
    return True


def _unversioned(properties: Properties) -> bool:
    properties["VersioningConfiguration"] = {"Status": "Suspended"}
    return True


def _expires(properties: Properties) -> bool:
    properties["LifecycleConfiguration"] = {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1}]}
    return True


def _never_reached(properties: Properties) -> bool:
    if "Threshold" not in properties:
        return False
    properties["Threshold"] = -1e18 if str(properties.get("ComparisonOperator")).startswith("Less") else 1e18
    return True


def _attribute(name: str, value: str) -> Callable[[Properties], bool]:
    def act(properties: Properties) -> bool:
        put = _put(Value=value)
        return any(one.get("Key") == name and put(one) for one in properties.get("LoadBalancerAttributes", []))

    return act


EVERYWHERE: tuple[Edit, ...] = (
    ("widen actions", "rights", _all_actions),
    ("widen resources", "rights", _all_resources),
    ("widen conditions", "rights", _no_conditions),
    ("widen denials", "guard", _no_denials),
    ("edit nothing is allowed", "traffic", _nothing_allowed),
    _drop("edit encryption off", "state", "KmsKeyId", "KmsKeyArn", "KmsMasterKeyId", "KmsEncryptionKey", "EncryptionKeyArn",
          "StreamEncryption", "BucketEncryption", "EncryptionConfiguration", "SSESpecification", "EncryptionConfig"),
)  # fmt: skip

EDITS: dict[str, tuple[Edit, ...]] = {
    "AWS::IAM::Role": (
        ("widen trust", "rights", _anybody),
        ("edit nobody may take it", "traffic", _nobody),
        _drop("widen boundary", "guard", "PermissionsBoundary"),
    ),
    "AWS::Route53::RecordSet": (
        _set("edit weight 0", "traffic", "Weight", 0),
        _set("edit blind to health", "traffic", "AliasTarget.EvaluateTargetHealth", False),
        _set("edit target", "traffic", "AliasTarget.DNSName", "nowhere.example"),
        _set("edit records", "traffic", "ResourceRecords", ["192.0.2.1"]),
        _drop("edit no health check", "traffic", "HealthCheckId"),
    ),
    "AWS::Route53::HealthCheck": (
        _set("edit inverted", "traffic", "HealthCheckConfig.Inverted", True, born=True),
        _set("edit path", "traffic", "HealthCheckConfig.ResourcePath", "/nothing"),
        _set("edit never healthy", "traffic", "HealthCheckConfig.HealthThreshold", 255),
        _set("edit never sick", "traffic", "HealthCheckConfig.HealthThreshold", 0),
        _set("edit no members", "traffic", "HealthCheckConfig.ChildHealthChecks", []),
    ),
    "AWS::CloudWatch::Alarm": (
        _set("edit no actions", "guard", "AlarmActions", []),
        _set("edit actions off", "guard", "ActionsEnabled", False, born=True),
        ("edit threshold never reached", "guard", _never_reached),
    ),
    "AWS::CloudWatch::CompositeAlarm": (
        _set("edit no actions", "guard", "AlarmActions", []),
        _set("edit never", "guard", "AlarmRule", "FALSE"),
        _set("edit actions off", "guard", "ActionsEnabled", False, born=True),
    ),
    "AWS::SNS::Subscription": (_set("edit endpoint", "guard", "Endpoint", "nobody@example.com"),),
    "AWS::Scheduler::Schedule": (_set("edit disabled", "traffic", "State", "DISABLED", born=True),),
    "AWS::Events::Rule": (
        _set("edit disabled", "guard", "State", "DISABLED", born=True),
        _set("edit no targets", "guard", "Targets", []),
    ),
    "AWS::Lambda::Function": (
        _set("edit no concurrency", "traffic", "ReservedConcurrentExecutions", 0, born=True),
        _set("edit handler", "traffic", "Handler", "nothing.handler"),
    ),
    "AWS::EC2::SecurityGroup": (
        _set("edit nobody comes in", "traffic", "SecurityGroupIngress", []),
        ("edit everybody comes in", "guard", _open),
    ),
    "AWS::EC2::SecurityGroupIngress": (_set("edit everybody comes in", "guard", "CidrIp", "0.0.0.0/0", born=True),),
    "AWS::EC2::Route": (_set("edit target", "traffic", "NatGatewayId", "nat-0000000000000000"),),
    "AWS::EC2::VPC": (_set("edit no names", "traffic", "EnableDnsSupport", False),),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        ("edit protection off", "traffic", _attribute("deletion_protection.enabled", "false")),
        _set("edit no subnets", "traffic", "Subnets", []),
    ),
    "AWS::ElasticLoadBalancingV2::Listener": (_set("edit no actions", "traffic", "DefaultActions", []),),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (_set("edit check port", "traffic", "HealthCheckPort", "1"),),
    "AWS::EKS::Cluster": (
        _set("edit protection off", "cell", "DeletionProtection", False),
        _set("edit public endpoint", "guard", "ResourcesVpcConfig.EndpointPublicAccess", True),
        _set("edit no logs", "guard", "Logging.ClusterLogging.EnabledTypes", []),
    ),
    "AWS::EKS::Nodegroup": (
        _set("edit no nodes", "cell", "ScalingConfig", {"MinSize": 0, "DesiredSize": 0, "MaxSize": 1}),
    ),
    "AWS::AutoScaling::AutoScalingGroup": (
        _set("edit no instances", "traffic", "MaxSize", "0"),
    ),
    "AWS::DSQL::Cluster": (
        _set("edit protection off", "state", "DeletionProtectionEnabled", False),
        _drop("edit parted", "state", "MultiRegionProperties"),
        _set("edit witness", "state", "MultiRegionProperties.WitnessRegion", "ca-central-1"),
    ),
    "AWS::DynamoDB::GlobalTable": (
        _each("edit protection off", "state", "Replicas", _put(DeletionProtectionEnabled=False)),
        _each("edit no recovery", "state", "Replicas", _put(PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})),
    ),
    "AWS::KMS::Key": (
        _set("edit disabled", "state", "Enabled", False, born=True),
        _set("edit gone in a week", "state", "PendingWindowInDays", 7, born=True),
        _set("edit no rotation", "guard", "EnableKeyRotation", False),
        _set("edit key spec", "state", "KeySpec", "RSA_2048", born=True),
    ),
    "AWS::S3::Bucket": (
        ("edit no versions", "state", _unversioned),
        ("edit expires in a day", "state", _expires),
        _drop("edit public", "guard", "PublicAccessBlockConfiguration"),
    ),
    "AWS::Kinesis::Stream": (_set("edit a day is kept", "state", "RetentionPeriodHours", 24),),
    "AWS::SQS::Queue": (
        _set("edit a minute is kept", "state", "MessageRetentionPeriod", 60),
        _drop("edit no dead letters", "state", "RedrivePolicy"),
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        _set("edit no fail-over", "traffic", "AutomaticFailoverEnabled", False),
        _set("edit no snapshots", "state", "SnapshotRetentionLimit", 0),
        _set("edit plain text", "guard", "TransitEncryptionEnabled", False),
    ),
    "AWS::Backup::BackupVault": (_drop("edit unlocked", "guard", "LockConfiguration"),),
    "AWS::Backup::BackupPlan": (_set("edit no rules", "guard", "BackupPlan.BackupPlanRule", []),),
    "AWS::Backup::BackupSelection": (_set("edit selects nothing", "guard", "BackupSelection.ListOfTags", []),),
    "AWS::WAFv2::WebACL": (
        _set("edit no rules", "guard", "Rules", []),
        _set("edit blocks all", "traffic", "DefaultAction", {"Block": {}}),
    ),
    "AWS::CloudFront::Distribution": (
        _set("edit disabled", "traffic", "DistributionConfig.Enabled", False),
        _set("edit no names", "traffic", "DistributionConfig.Aliases", []),
        _set("edit no firewall", "guard", "DistributionConfig.WebACLId", ""),
        _each("edit origin", "traffic", "DistributionConfig.Origins", _put(DomainName="nowhere.example")),
    ),
    "AWS::Logs::LogGroup": (_set("edit a day is kept", "guard", "RetentionInDays", 1),),
    "AWS::SSM::Parameter": (_set("edit emptied", "traffic", "Value", "-"),),
    "AWS::ECR::Repository": (_set("edit tags move", "guard", "ImageTagMutability", "MUTABLE"),),
    "AWS::EC2::PrefixList": (_set("edit emptied", "traffic", "Entries", []),),
    "AWS::Budgets::Budget": (_set("edit no mail", "guard", "NotificationsWithSubscribers", []),),
}  # fmt: skip
