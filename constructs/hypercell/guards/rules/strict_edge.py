"""Distributions: TLS on both sides, a log; a firewall with limits, and origins that only CloudFront may read."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Resource, Template, referenced

MINIMUM_TLS = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    delivered = {delivery.at("DeliverySourceName") for delivery in template.of("AWS::Logs::Delivery")}
    logged: set[str] = set()
    for source in template.of("AWS::Logs::DeliverySource"):
        if source.at("Name") in delivered:
            logged |= referenced(source.at("ResourceArn"))
    for distribution in template.of("AWS::CloudFront::Distribution"):
        yield from _distribution(distribution, logged)
    watched: set[str] = set()
    for logging in template.of("AWS::WAFv2::LoggingConfiguration"):
        watched |= referenced(logging.at("ResourceArn"))
    for acl in template.of("AWS::WAFv2::WebACL"):
        yield from _firewall(acl, watched)


def _distribution(distribution: Resource, logged: set[str]) -> Iterator[Broken]:
    config = distribution.properties["DistributionConfig"]
    certificate = config.get("ViewerCertificate", {})
    if certificate.get("MinimumProtocolVersion") not in MINIMUM_TLS:
        yield Broken(distribution.id, "speaks TLS older than 1.2 with viewers")
    for behavior in (config["DefaultCacheBehavior"], *config.get("CacheBehaviors", [])):
        if behavior.get("ViewerProtocolPolicy") not in ("redirect-to-https", "https-only"):
            yield Broken(distribution.id, "answers plain HTTP")
    for origin in config.get("Origins", []):
        custom = origin.get("CustomOriginConfig")
        if custom and custom.get("OriginProtocolPolicy") != "https-only":
            yield Broken(distribution.id, f"asks its origin {origin['Id']} without TLS")
        if "S3OriginConfig" in origin and not origin.get("OriginAccessControlId"):
            yield Broken(distribution.id, f"reads its bucket {origin['Id']} without origin access control")
    if "Logging" not in config and distribution.id not in logged:
        yield Broken(distribution.id, "keeps no access log")


def _firewall(acl: Resource, watched: set[str]) -> Iterator[Broken]:
    if acl.id not in watched:
        yield Broken(acl.id, "logs nothing")
    statements = [rule.get("Statement", {}) for rule in acl.properties.get("Rules", [])]
    if not any("ManagedRuleGroupStatement" in statement for statement in statements):
        yield Broken(acl.id, "has no managed rules")
    if not any("RateBasedStatement" in statement for statement in statements):
        yield Broken(acl.id, "limits nobody's rate")


RULE = Rule("strict-edge", "set it in hypercell.edge, where every distribution and firewall is made", check)
