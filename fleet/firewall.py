"""What a web ACL of each kind is made of: the construct builds it, and the estimate counts it."""

from __future__ import annotations

RATES = ("rate-address", "rate-path")
"""Our own rules: requests of one address, and of one address to one path."""

GROUPS: dict[str, tuple[str, ...]] = {
    "standard": (
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesAnonymousIpList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    ),
    # Programs call from clouds: the anonymous list would refuse most of them.
    "api": (
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    ),
}
"""Amazon's rule groups by kind, in the order they are asked."""


def rules(kind: str) -> int:
    """Rules of a web ACL, as they are billed: a group is one."""
    return len(RATES) + len(GROUPS[kind])
