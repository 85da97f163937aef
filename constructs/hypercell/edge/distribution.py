"""A distribution: one for each family of host names, since a name can live on one distribution only."""

from __future__ import annotations

from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet import names
from fleet.edge import Host
from fleet.model import Fleet

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""Hosted zone of every distribution's alias (Route 53 API reference)."""
CONNECT_SECONDS = 3
CONNECT_ATTEMPTS = 2
"""A cell that does not answer costs a viewer 3 s, not the usual 3 x 10 s: the next attempt takes another address."""
READ_SECONDS = 30
KEEPALIVE_SECONDS = 5
"""Idle connections go soon, so that moved weights are asked for again; busy ones end by the gateway's own limit."""

_Config = cloudfront.CfnDistribution


class Certificate(Construct):
    """Viewers' certificate of a host family, in us-east-1 as CloudFront wants it.

    The domain and its wildcard, whatever the names: names of a certificate never change, so a family that gains a
    name would have to swap its certificate under load.

    Attributes:
        arn: of the certificate.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, zone_id: str) -> None:
        super().__init__(scope, id)
        covered = [fleet.domain, f"*.{fleet.domain}"]
        certificate = acm.CfnCertificate(
            self,
            "Resource",
            domain_name=covered[0],
            subject_alternative_names=covered[1:],
            validation_method="DNS",
            key_algorithm="EC_prime256v1",
            domain_validation_options=[
                acm.CfnCertificate.DomainValidationOptionProperty(domain_name=name, hosted_zone_id=zone_id)
                for name in covered
            ],
        )
        self.arn = certificate.ref


class SiteDistribution(Construct):
    """The distribution of a host family, and the names that lead to it.

    Decided:
        No Origin Shield before cells. A shield asks for the origin's name from where it stands: every market's
        requests would go to the one nearest to the shield. Before a bucket it stands in the bucket's region.
        The origin is locked by its security group (CloudFront's prefix list) and its host names. A secret header would
        stand in clear in every distribution's configuration and rotate in all cells at once; origin mTLS is the next
        step and needs a client certificate that CloudFormation cannot make. TCP pass-through keeps it open.

    Attributes:
        distribution_id, domain_name, arn: minted by CloudFront.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        fleet: Fleet,
        host: Host,
        certificate_arn: str,
        cache_policy_id: str,
        request_policy_id: str | None,
        headers_policy_id: str,
        function_arn: str | None,
        web_acl_arn: str | None,
        bucket_domain: str | None,
        bucket_region: str,
    ) -> None:
        """
        Args:
            request_policy_id: None where the cache key alone goes to the origin.
            function_arn: what rewrites requests, if anything does.
            web_acl_arn: None for `firewall: none`.
            bucket_domain: None when the cells are the origin.
        """
        super().__init__(scope, id)
        if bucket_domain is None:
            origin, errors = _cells(fleet), _uncached_failures()
        else:
            origin = _bucket(self, names.edge_policy(fleet, host.key), bucket_domain, bucket_region)
            errors = _missing_objects()
        rewriting = [_Config.FunctionAssociationProperty(event_type="viewer-request", function_arn=function_arn)]
        distribution = cloudfront.CfnDistribution(
            self,
            "Resource",
            distribution_config=_Config.DistributionConfigProperty(
                enabled=True,
                comment=f"{fleet.name} {host.key}",
                aliases=list(host.names),
                http_version="http2and3",
                ipv6_enabled=True,
                price_class=price_class(fleet),
                web_acl_id=web_acl_arn,
                viewer_certificate=_Config.ViewerCertificateProperty(
                    acm_certificate_arn=certificate_arn,
                    minimum_protocol_version="TLSv1.2_2021",
                    ssl_support_method="sni-only",
                ),
                origins=[origin],
                default_cache_behavior=_Config.DefaultCacheBehaviorProperty(
                    target_origin_id=origin.id,
                    # A program that calls over http has already sent its key in clear: refuse, do not redirect.
                    viewer_protocol_policy="https-only" if host.cache == "none" else "redirect-to-https",
                    allowed_methods=_methods(host),
                    cached_methods=["GET", "HEAD"],
                    compress=True,
                    cache_policy_id=cache_policy_id,
                    origin_request_policy_id=request_policy_id,
                    response_headers_policy_id=headers_policy_id,
                    function_associations=rewriting if function_arn else None,
                ),
                custom_error_responses=errors,
                default_root_object="index.html" if bucket_domain else None,
            ),
        )
        self.distribution_id = distribution.attr_id
        self.domain_name = distribution.attr_domain_name
        self.arn = f"arn:aws:cloudfront::{fleet.accounts['edge']}:distribution/{distribution.attr_id}"


class ViewerNames(Construct):
    """The names of a host family, IPv4 and IPv6, as aliases of its distribution."""

    def __init__(self, scope: Construct, id: str, *, host: Host, zone_id: str, domain_name: str) -> None:
        super().__init__(scope, id)
        for name in host.names:
            for kind in ("A", "AAAA"):
                route53.CfnRecordSet(
                    self,
                    f"{names.pascal(name.replace('*', 'any'))}{kind}",
                    hosted_zone_id=zone_id,
                    name=name,
                    type=kind,
                    alias_target=route53.CfnRecordSet.AliasTargetProperty(
                        dns_name=domain_name,
                        hosted_zone_id=CLOUDFRONT_ZONE,
                        # Route 53 refuses to evaluate a distribution.
                        evaluate_target_health=False,
                    ),
                )


def price_class(fleet: Fleet) -> str:
    """Edge locations of North America and Europe while there is one market, of the whole world from the second on."""
    return "PriceClass_100" if len(fleet.markets) == 1 else "PriceClass_All"


def _cells(fleet: Fleet) -> cloudfront.CfnDistribution.OriginProperty:
    return _Config.OriginProperty(
        id="cells",
        domain_name=names.origin(fleet),
        connection_attempts=CONNECT_ATTEMPTS,
        connection_timeout=CONNECT_SECONDS,
        custom_origin_config=_Config.CustomOriginConfigProperty(
            https_port=443,
            origin_protocol_policy="https-only",
            origin_ssl_protocols=["TLSv1.2"],
            origin_read_timeout=READ_SECONDS,
            origin_keepalive_timeout=KEEPALIVE_SECONDS,
            ip_address_type="ipv4",
        ),
    )


def _bucket(scope: Construct, name: str, domain: str, region: str) -> cloudfront.CfnDistribution.OriginProperty:
    control = cloudfront.CfnOriginAccessControl(
        scope,
        "AccessControl",
        origin_access_control_config=cloudfront.CfnOriginAccessControl.OriginAccessControlConfigProperty(
            name=name, origin_access_control_origin_type="s3", signing_behavior="always", signing_protocol="sigv4"
        ),
    )
    return _Config.OriginProperty(
        id="bucket",
        domain_name=domain,
        origin_access_control_id=control.ref,
        # Empty: the older way in stays shut.
        s3_origin_config=_Config.S3OriginConfigProperty(origin_access_identity=""),
        origin_shield=_Config.OriginShieldProperty(enabled=True, origin_shield_region=region),
    )


def _methods(host: Host) -> list[str]:
    reading = ["GET", "HEAD", "OPTIONS"]
    return reading if host.origin == "bucket" else [*reading, "PUT", "POST", "PATCH", "DELETE"]


def _uncached_failures() -> list[cloudfront.CfnDistribution.CustomErrorResponseProperty]:
    """Keep no failure: by itself CloudFront repeats one for 10 s, to viewers whom another cell would have served."""
    return [
        _Config.CustomErrorResponseProperty(error_code=code, error_caching_min_ttl=0) for code in (500, 502, 503, 504)
    ]


def _missing_objects() -> list[cloudfront.CfnDistribution.CustomErrorResponseProperty]:
    """A bucket that may not be listed says 403 of what is not there; viewers get its /404.html and a 404."""
    return [
        _Config.CustomErrorResponseProperty(
            error_code=code, response_code=404, response_page_path="/404.html", error_caching_min_ttl=10
        )
        for code in (403, 404)
    ]
