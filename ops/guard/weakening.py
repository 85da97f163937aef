"""Edits that leave a resource where it is and take off what protected it, or what it protected with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ops.guard.pieces import ABSENT, Edit

KEEPS = {"Retain": 3, "RetainExceptOnCreate": 3, "Snapshot": 2}
"""Deletion policies by how much they keep; everything else keeps nothing."""
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")

SWITCHES_ON = frozenset({
    "ActionsEnabled", "AtRestEncryptionEnabled", "AutomaticFailoverEnabled", "AutoPublish", "BlockPublicAcls",
    "BlockPublicPolicy", "CloudWatchMetricsEnabled", "DeletionProtection", "DeletionProtectionEnabled",
    "DisassociationProtectionEnabled", "EnableAcceleratedRecovery", "EnableDnsHostnames", "EnableDnsSupport",
    "EnableKeyRotation", "EnableLogFileValidation", "Enabled", "Encrypted", "EndpointPrivateAccess",
    "EvaluateTargetHealth", "IgnorePublicAcls", "InsightsEnabled", "MultiAZEnabled", "MultiRegion",
    "NotificationsEnabled", "PointInTimeRecoveryEnabled", "PrivateDnsEnabled", "RestrictPublicBuckets", "SSEEnabled",
    "SampledRequestsEnabled", "ScanOnPush", "SqsManagedSseEnabled", "TransitEncryptionEnabled", "deletion_protection.enabled",
})  # fmt: skip
"""Fields of yes or no that somebody is safer with."""
SWITCHES_OFF = frozenset({
    "AutoMinorVersionUpgrade", "BypassPolicyLockoutSafetyCheck", "Disabled", "EmptyOnDelete", "EndpointPublicAccess",
    "BootstrapClusterCreatorAdminPermissions", "Inverted", "MapPublicIpOnLaunch", "AssociatePublicIpAddress",
    "PubliclyAccessible", "SourceDestCheck", "DisableSessionTags", "SkipFinalSnapshot", "ForceDelete",
})  # fmt: skip
"""Fields of yes or no that somebody is safer without."""

ON_BY_THEMSELVES = frozenset({"ActionsEnabled", "EnableDnsSupport", "Enabled", "HealthCheckEnabled"})
"""Those of the former that are on where nothing is said."""

KEPT_NUMBERS = frozenset({
    "AbortIncompleteMultipartUpload", "ChangeableForDays", "DaysAfterInitiation", "DeleteAfterDays", "ExpirationInDays",
    "MaximumRetryAttempts", "MaxRetentionDays", "MessageRetentionPeriod", "MinRetentionDays", "NoncurrentDays",
    "NumNodeGroups", "PendingWindowInDays", "RecoveryPeriodInDays", "ReplicasPerNodeGroup", "RetentionInDays",
    "RetentionPeriodHours", "ShardCount", "SnapshotRetentionLimit", "countNumber", "maxReceiveCount",
})  # fmt: skip
"""Numbers that keep more, longer, or in more places, the greater they are; none at all is for ever."""
FOR_EVER = frozenset({"RetentionInDays", "ExpirationInDays", "NoncurrentDays", "DeleteAfterDays", "countNumber"})
"""Those of them without which nothing ends."""

STRICT: dict[str, tuple[str, ...]] = {
    "AuthenticationMode": ("API",),
    "HttpTokens": ("required",),
    "ImageTagMutability": ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"),
    "MinimumProtocolVersion": ("TLSv1.3_2025", "TLSv1.2_2021"),
    "Mode": ("ENABLED", "ACTIVE"),
    "ObjectOwnership": ("BucketOwnerEnforced",),
    "State": ("ENABLED",),
    "Status": ("Enabled", "ENABLED", "enabled"),
    "TransitEncryptionMode": ("required",),
    "TreatMissingData": ("breaching",),
    "ViewerProtocolPolicy": ("redirect-to-https", "https-only"),
}
"""Fields of few words, to those that are the strict ones."""

_WATCHES = frozenset({
    "ComparisonOperator", "Dimensions", "ExtendedStatistic", "MetricName", "Metrics", "Namespace", "Statistic",
})  # fmt: skip
"""What an alarm looks at."""
_SLOWER = frozenset({"EvaluationPeriods", "DatapointsToAlarm", "Period"})
_PATIENCE = frozenset({"FailureThreshold", "RequestInterval"})
"""What a health check waits for before traffic leaves."""
_DOUBLE = 2
"""An alarm that rings at twice the number, or after twice the time, is another alarm."""

_CAME_IN = frozenset({
    "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "CustomSuppression", "ExcludedRules", "RuleActionOverrides",
    "ScopeDownStatement", "Count",
})  # fmt: skip
"""Fields whose coming takes something off a guard."""


def weakened(type_: str, edit: Edit, definition: Any) -> Iterator[str]:
    """What an edit would take off, as the end of a sentence that begins with the resource.

    Args:
        definition: properties of the resource before.
    """
    field, before, after = edit.field, edit.before, edit.after
    if edit.path[0] in POLICIES and len(edit.path) == 1:
        if KEEPS.get(str(after), 1) < KEEPS.get(str(before), 1):
            yield f"{field} would become {after} where {before} stands: the next mistake deletes it"
    elif _protected(edit):
        yield f"{edit.dotted} would become {after} where {before} stands"
    elif field in KEPT_NUMBERS and _fewer(field, before, after):
        yield f"{edit.dotted} would fall from {before} to {after}"
    elif field in STRICT and _loose(field, before, after):
        yield f"{edit.dotted} would become {after} where {before} stands"
    elif edit.came and _came_in(edit):
        yield f"{edit.dotted} would be added, by which it lets more pass than before"
    elif type_ == "AWS::Route53::HealthCheck" and field in _PATIENCE and _doubled(before, after):
        yield f"{edit.dotted} would rise from {before} to {after}: traffic would leave late"
    elif type_ == "AWS::EKS::Cluster" and field == "Version" and not _next_version(before, after):
        yield f"{edit.dotted} would go from {before} to {after}: a control plane goes one minor version up, and not back"
    elif type_ == "AWS::CloudWatch::Alarm":
        yield from _alarm(edit, definition)


def _protected(edit: Edit) -> bool:
    before, after = _yes(edit.before), _yes(edit.after)
    on = _named(edit, SWITCHES_ON)
    if on and before is True and after is not True:
        return True
    if edit.came and after is False and edit.field in ON_BY_THEMSELVES:
        return True
    return _named(edit, SWITCHES_OFF) and after is True and before is not True


def _named(edit: Edit, names: frozenset[str]) -> bool:
    """Whether a place is one of these fields, or the value of an attribute of that name."""
    if edit.field in names:
        return True
    return edit.field == "Value" and len(edit.path) > 1 and edit.path[-2].strip("[]") in names


def _yes(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def _loose(field: str, before: Any, after: Any) -> bool:
    # What is scheduled runs unless somebody says that it does not.
    strict = before in STRICT[field] or (before is ABSENT and field == "State")
    return strict and after not in STRICT[field]


def _fewer(field: str, before: Any, after: Any) -> bool:
    then, now = number(before), number(after)
    if then is None:
        return field in FOR_EVER and now is not None
    return (now is None and field not in FOR_EVER) or (now is not None and now < then)


def _came_in(edit: Edit) -> bool:
    return any(part in _CAME_IN for part in edit.path) or (
        isinstance(edit.after, dict) and any(part in _CAME_IN for part in edit.after)
    )


def _alarm(edit: Edit, definition: Any) -> Iterator[str]:
    top = edit.path[1] if len(edit.path) > 1 else ""
    then, now = number(edit.before), number(edit.after)
    if top in _WATCHES:
        yield f"{edit.dotted} would become {_short(edit.after)}: it would watch something else"
    elif top in _SLOWER and _doubled(edit.before, edit.after):
        yield f"{edit.dotted} would rise from {edit.before} to {edit.after}: it would ring late, or never"
    elif top == "Threshold" and then is not None and now is not None:
        greater = "Greater" in str(definition.get("ComparisonOperator", ""))
        loose = now >= then + max(abs(then), 1) if greater else now <= then - max(abs(then) / _DOUBLE, 1e-9)
        if loose:
            yield f"{edit.dotted} would move from {edit.before} to {edit.after}: it would ring late, or never"


def _doubled(before: Any, after: Any) -> bool:
    then, now = number(before), number(after)
    return then is not None and now is not None and now >= then * _DOUBLE


def _next_version(before: Any, after: Any) -> bool:
    """Whether one is the next minor version of Kubernetes after the other. What is no version is somebody else's."""
    found = [re.fullmatch(r"1\.(\d+)", str(value)) for value in (before, after)]
    return found[0] is None or (found[1] is not None and int(found[1][1]) == int(found[0][1]) + 1)


def number(value: Any) -> float | None:
    """A number, also where a template writes it as text; None for what is none."""
    if isinstance(value, bool) or value is ABSENT or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
