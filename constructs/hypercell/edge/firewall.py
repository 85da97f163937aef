"""Web ACLs in front of the distributions: one for browsers, one for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct, IConstruct

from fleet import firewall as made_of
from fleet import names
from fleet.model import Fleet

WINDOW_SECONDS = 60
"""Over which rates are counted: the shortest that WAF offers, with 10 s of its own delay."""
RATE_CAPACITY = 2
"""WCU of a rate rule, and of each of its aggregation keys and their transformations below (WAF developer guide)."""
KEY_CAPACITY = 30
TRANSFORMATION_CAPACITY = 10
INCLUDED_CAPACITY = 1500
"""WCU that the price of a web ACL includes; 5,000 is the end."""
LOG_DAYS = 365
REDACTED = ("authorization", "cookie", "x-api-key")
"""Headers that carry what opens an account."""

GROUPS: dict[str, int] = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
}
"""Amazon's rule groups and their WCU (managed rule groups list, 2026-10)."""


@dataclass(frozen=True)
class Firewall:
    """What one kind lets through."""

    groups: tuple[str, ...]
    per_address: int
    """Requests a window from one address. A carrier's whole city may share one."""
    per_path: int
    """Requests a window from one address to one path: what scrapes or guesses hits one page."""
    counted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Group to rules that only count: right for some callers, wrong for those of this kind."""


# Rates are judgement: ten times what a busy office does, a hundredth of what hurts a cell. Tune them by the logs.
KINDS: dict[str, Firewall] = {
    "standard": Firewall(
        groups=made_of.GROUPS["standard"],
        per_address=6_000,
        per_path=1_200,
        # Companies browse through hosted proxies.
        counted={"AWSManagedRulesAnonymousIpList": ("HostingProviderIPList",)},
    ),
    "api": Firewall(
        groups=made_of.GROUPS["api"],
        per_address=12_000,
        per_path=3_000,
        # They send bodies above 8 KB, and not all of them say who they are.
        counted={"AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY", "NoUserAgent_HEADER")},
    ),
}


def capacity(kind: str) -> int:
    """WCU of a kind's web ACL: its groups, the rate per address, the rate per address and path."""
    per_path = RATE_CAPACITY + 2 * KEY_CAPACITY + TRANSFORMATION_CAPACITY
    return sum(GROUPS[group] for group in KINDS[kind].groups) + RATE_CAPACITY + per_path


class WebAcls(Construct):
    """The web ACLs that the fleet's hosts use, with their logs. None for `firewall: none`.

    Attributes:
        arns: kind to the ARN of its web ACL.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, region: str, key_arn: str) -> None:
        super().__init__(scope, id)
        self.arns: dict[str, str] = {}
        kinds = [kind for kind in KINDS if any(host.firewall == kind for host in fleet.edge.hosts.values())]
        chain: list[IConstruct] = []
        for kind in kinds:
            acl = _web_acl(self, names.pascal(kind), fleet=fleet, kind=kind)
            self.arns[kind] = acl.attr_arn
            chain.append(acl)
        if kinds:
            policy = _let_waf_write(self, "LogPolicy", fleet=fleet, region=region)
            for kind in kinds:
                written = _logging(self, f"{names.pascal(kind)}Log", fleet, kind, region, self.arns[kind], key_arn)
                written.node.add_dependency(policy)
                chain.append(written)
        # WAF takes one change a second: side by side, the second of two fails.
        for earlier, later in pairwise(chain):
            later.node.add_dependency(earlier)


_Acl = wafv2.CfnWebACL


def _web_acl(scope: Construct, id: str, *, fleet: Fleet, kind: str) -> wafv2.CfnWebACL:
    firewall, (by_address, by_path) = KINDS[kind], made_of.RATES
    rules = [
        _rate_rule(by_address, 0, firewall.per_address, by_path=False),
        _rate_rule(by_path, 1, firewall.per_path, by_path=True),
        *(
            _group_rule(group, priority, firewall.counted.get(group, ()))
            for priority, group in enumerate(firewall.groups, start=len(made_of.RATES))
        ),
    ]
    return _Acl(
        scope,
        id,
        name=names.web_acl(fleet, kind),
        description=f"{kind} hosts of {fleet.name}",
        scope="CLOUDFRONT",
        default_action=_Acl.DefaultActionProperty(allow=_Acl.AllowActionProperty()),
        visibility_config=_visibility(kind),
        rules=rules,
        # Logs are redacted by their own configuration; this covers samples and details of matches as well.
        data_protection_config=_Acl.DataProtectionConfigProperty(
            data_protections=[
                _Acl.DataProtectProperty(
                    action="SUBSTITUTION",
                    field=_Acl.FieldToProtectProperty(field_type="SINGLE_HEADER", field_keys=list(REDACTED)),
                )
            ]
        ),
    )


def _rate_rule(name: str, priority: int, limit: int, *, by_path: bool) -> wafv2.CfnWebACL.RuleProperty:
    """Refuse with 429, so that a well-behaved program slows down."""
    keys = [
        _Acl.RateBasedStatementCustomKeyProperty(ip={}),
        _Acl.RateBasedStatementCustomKeyProperty(
            uri_path=_Acl.RateLimitUriPathProperty(
                text_transformations=[_Acl.TextTransformationProperty(priority=0, type="LOWERCASE")]
            )
        ),
    ]
    return _Acl.RuleProperty(
        name=name,
        priority=priority,
        action=_Acl.RuleActionProperty(
            block=_Acl.BlockActionProperty(
                custom_response=_Acl.CustomResponseProperty(
                    response_code=429,
                    response_headers=[_Acl.CustomHTTPHeaderProperty(name="retry-after", value=str(WINDOW_SECONDS))],
                )
            )
        ),
        statement=_Acl.StatementProperty(
            rate_based_statement=_Acl.RateBasedStatementProperty(
                aggregate_key_type="CUSTOM_KEYS" if by_path else "IP",
                custom_keys=keys if by_path else None,
                limit=limit,
                evaluation_window_sec=WINDOW_SECONDS,
            )
        ),
        visibility_config=_visibility(name),
    )


def _group_rule(group: str, priority: int, counted: tuple[str, ...]) -> wafv2.CfnWebACL.RuleProperty:
    name = group.removeprefix("AWSManagedRules")
    overrides = [
        _Acl.RuleActionOverrideProperty(name=rule, action_to_use=_Acl.RuleActionProperty(count={})) for rule in counted
    ]
    return _Acl.RuleProperty(
        name=name,
        priority=priority,
        override_action=_Acl.OverrideActionProperty(none={}),
        statement=_Acl.StatementProperty(
            managed_rule_group_statement=_Acl.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=group, rule_action_overrides=overrides or None
            )
        ),
        visibility_config=_visibility(name),
    )


def _visibility(metric: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return _Acl.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=True
    )


def _let_waf_write(scope: Construct, id: str, *, fleet: Fleet, region: str) -> logs.CfnResourcePolicy:
    account = fleet.accounts["edge"]
    # Written down, or WAF writes one of its own that nobody reviews.
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": [
            f"arn:aws:logs:{region}:{account}:log-group:{names.waf_log_group(fleet, kind)}:log-stream:*"
            for kind in KINDS
        ],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:*"},
        },
    }
    return logs.CfnResourcePolicy(
        scope,
        id,
        policy_name=f"{fleet.name}-firewall-logs",
        policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def _logging(
    scope: Construct, id: str, fleet: Fleet, kind: str, region: str, acl_arn: str, key_arn: str
) -> wafv2.CfnLoggingConfiguration:
    """What was refused or counted, without secrets. What was let through is in CloudFront's logs, at a tenth."""
    name = names.waf_log_group(fleet, kind)
    group = logs.CfnLogGroup(
        scope,
        f"{id}Group",
        log_group_name=name,
        kms_key_id=key_arn,
        retention_in_days=LOG_DAYS,
        deletion_protection_enabled=True,
    )
    # Evidence of an attack.
    group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    conditions = [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")]
    written = wafv2.CfnLoggingConfiguration(
        scope,
        id,
        resource_arn=acl_arn,
        log_destination_configs=[f"arn:aws:logs:{region}:{fleet.accounts['edge']}:log-group:{name}"],
        redacted_fields=[
            wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header}) for header in REDACTED
        ],
        logging_filter={
            "DefaultBehavior": "DROP",
            "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": conditions}],
        },
    )
    written.node.add_dependency(group)
    return written
