"""CloudFront, WAF, certificates."""

from __future__ import annotations

from typing import Any

from local.api import Making, Row

Properties = dict[str, Any]


def _behavior(wanted: Properties) -> Properties:
    """In the API the cached methods are a part of the allowed ones."""
    behavior = dict(wanted)
    cached = behavior.pop("CachedMethods", ["GET", "HEAD"])
    allowed = behavior.pop("AllowedMethods", ["GET", "HEAD"])
    behavior["AllowedMethods"] = {
        "Quantity": len(allowed),
        "Items": allowed,
        "CachedMethods": {"Quantity": len(cached), "Items": cached},
    }
    return behavior


def _origin(wanted: Properties) -> Properties:
    origin = dict(wanted)
    headers = origin.pop("OriginCustomHeaders", None)
    if headers is not None:
        origin["CustomHeaders"] = headers
    if "CustomOriginConfig" in origin:
        # CloudFormation fills in what the API demands.
        origin["CustomOriginConfig"] = {"HTTPPort": 80, "HTTPSPort": 443, **origin["CustomOriginConfig"]}
    return origin


def _distribution(properties: Properties) -> Properties:
    """The configuration of a template as CloudFront's own, where the names differ."""
    config = dict(properties["DistributionConfig"])
    config.setdefault("Comment", "")
    config["Origins"] = [_origin(origin) for origin in config["Origins"]]
    config["DefaultCacheBehavior"] = _behavior(config["DefaultCacheBehavior"])
    if "CacheBehaviors" in config:
        config["CacheBehaviors"] = [_behavior(one) for one in config["CacheBehaviors"]]
    if "IPV6Enabled" in config:
        config["IsIPV6Enabled"] = config.pop("IPV6Enabled")
    restriction = config.get("Restrictions", {}).get("GeoRestriction")
    if restriction:
        places = restriction.get("Locations", [])
        geo = {"RestrictionType": restriction["RestrictionType"], "Quantity": len(places), "Items": places}
        config["Restrictions"] = {"GeoRestriction": geo}
    # One creation, one reference; the comment and the first name tell two distributions apart.
    config["CallerReference"] = "/".join([config["Comment"], *config.get("Aliases", [])]) or "hypercell"
    return config


def _with_scope(making: Making) -> dict[str, str]:
    return {"Scope": making.properties["Scope"], "Arn": making.made("ARN")}


def _without_validation(properties: Properties) -> Properties:
    """CloudFormation validates through the zone it is given; the API has no such thing."""
    return {name: value for name, value in properties.items() if name != "DomainValidationOptions"}


ROWS = (
    Row(
        "AWS::CloudFront::Distribution", "cloudfront.create_distribution", "Distribution", ref="Id",
        inside="DistributionConfig", prepare=_distribution,
    ),
    Row(
        "AWS::CloudFront::OriginAccessControl", "cloudfront.create_origin_access_control", "OriginAccessControl",
        ref="Id",
    ),
    Row(
        "AWS::CloudFront::Function", "cloudfront.create_function", "FunctionSummary",
        ref="FunctionMetadata.FunctionARN",
        attributes={"FunctionARN": "FunctionMetadata.FunctionARN", "Stage": "FunctionMetadata.Stage"},
        prepare=lambda p: {k: v for k, v in p.items() if k not in ("AutoPublish", "Tags")},
    ),
    Row("AWS::CloudFront::KeyValueStore", "cloudfront.create_key_value_store", "KeyValueStore", ref="Name"),
    Row(
        "AWS::WAFv2::WebACL", "wafv2.create_web_acl", "Summary", name="Name", ref="{Name}|{Id}|{Scope}",
        finish=_with_scope,
    ),
    Row(
        "AWS::WAFv2::IPSet", "wafv2.create_ip_set", "Summary", name="Name", ref="{Name}|{Id}|{Scope}",
        finish=_with_scope,
    ),
    Row(
        "AWS::WAFv2::LoggingConfiguration", "wafv2.put_logging_configuration", "LoggingConfiguration",
        inside="LoggingConfiguration", ref="=ResourceArn",
    ),
    Row(
        "AWS::CertificateManager::Certificate", "acm.request_certificate", ref="CertificateArn",
        prepare=_without_validation,
    ),
)  # fmt: skip
