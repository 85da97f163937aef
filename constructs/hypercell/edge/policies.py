"""What the cache keeps and by which key, what the origin is told, and what browsers are told to refuse."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from fleet import names
from fleet.edge import Host
from fleet.model import Fleet

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""Amazon's managed policy CachingDisabled: every request reaches the origin."""
HSTS_SECONDS = 63_072_000
"""Two years, what browsers' preload lists ask for. Not `preload`: that list is hard to leave, and not ours to join."""


@dataclass(frozen=True)
class Keeping:
    """How long a cache keeps an answer. The origin's Cache-Control decides between `least` and `most`."""

    least_seconds: int
    usual_seconds: int
    """When the origin says nothing."""
    most_seconds: int


KEEPING = {
    # Pages see the viewer's cookies and are not kept by them: kept is only what the origin calls public, never what
    # it says nothing about. At most an hour: a bad page goes by itself.
    "pages": Keeping(0, 0, 3600),
    # Long: the name of an asset changes with its content. The origin of an asset never sees a cookie.
    "assets": Keeping(60, 86_400, 31_536_000),
}


class CachePolicies(Construct):
    """One policy for each kind of cache and origin that the fleet's hosts use; at most four of CloudFront's 20.

    Everything a policy names is in the key *and* reaches the origin. In front of cells the host is in it: two names
    of one family may be two services. A bucket has one content, and its signature breaks when the host is forwarded.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id)
        self._ids: dict[tuple[str, str], str] = {}
        for host in fleet.edge.hosts.values():
            key = (host.cache, host.origin)
            if host.cache in KEEPING and key not in self._ids:
                self._ids[key] = self._policy(fleet, *key)

    def id_of(self, host: Host) -> str:
        """Id of the policy for a host family."""
        return self._ids.get((host.cache, host.origin), CACHING_DISABLED)

    def _policy(self, fleet: Fleet, cache: str, origin: str) -> str:
        keeping = KEEPING[cache]
        languages = ["x-language"] if cache == "pages" else []
        headers = ["Host", *languages] if origin == "cells" else []
        # An object of a bucket does not depend on the query; a page does.
        queries = "none" if origin == "bucket" else "all"
        policy = cloudfront.CfnCachePolicy(
            self,
            names.pascal(f"{cache}-{origin}"),
            cache_policy_config=cloudfront.CfnCachePolicy.CachePolicyConfigProperty(
                name=names.edge_policy(fleet, f"{cache}-{origin}"),
                comment=f"{cache} from {origin}",
                min_ttl=keeping.least_seconds,
                default_ttl=keeping.usual_seconds,
                max_ttl=keeping.most_seconds,
                parameters_in_cache_key_and_forwarded_to_origin=(
                    cloudfront.CfnCachePolicy.ParametersInCacheKeyAndForwardedToOriginProperty(
                        enable_accept_encoding_brotli=True,
                        enable_accept_encoding_gzip=True,
                        cookies_config=cloudfront.CfnCachePolicy.CookiesConfigProperty(cookie_behavior="none"),
                        headers_config=cloudfront.CfnCachePolicy.HeadersConfigProperty(
                            header_behavior="whitelist" if headers else "none", headers=headers or None
                        ),
                        query_strings_config=cloudfront.CfnCachePolicy.QueryStringsConfigProperty(
                            query_string_behavior=queries
                        ),
                    )
                ),
            ),
        )
        return policy.ref


class OriginRequestPolicy(Construct):
    """What cells are told of pages and calls: everything the viewer sent, the viewer's address and country.

    The Host goes along, so that gateways route by the name the viewer asked for; CloudFront then compares the
    gateway's certificate with that name.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id)
        policy = cloudfront.CfnOriginRequestPolicy(
            self,
            "Resource",
            origin_request_policy_config=cloudfront.CfnOriginRequestPolicy.OriginRequestPolicyConfigProperty(
                name=names.edge_policy(fleet, "cells"),
                comment="All of the request, and where it came from",
                cookies_config=cloudfront.CfnOriginRequestPolicy.CookiesConfigProperty(cookie_behavior="all"),
                headers_config=cloudfront.CfnOriginRequestPolicy.HeadersConfigProperty(
                    header_behavior="allViewerAndWhitelistCloudFront",
                    headers=["CloudFront-Viewer-Address", "CloudFront-Viewer-Country", "CloudFront-Forwarded-Proto"],
                ),
                query_strings_config=cloudfront.CfnOriginRequestPolicy.QueryStringsConfigProperty(
                    query_string_behavior="all"
                ),
            ),
        )
        self._policy_id = policy.ref

    def id_of(self, host: Host) -> str | None:
        """Id of the policy for a host family; None where the cache key alone goes to the origin."""
        return None if host.origin == "bucket" or host.cache == "assets" else self._policy_id


class ResponseHeaders(Construct):
    """What browsers are told, by the kind of a family: `pages`, `assets` or `none`.

    The content security policy is a floor: an application that sends its own wins, an application that sends none is
    confined to the fleet's own hosts.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id)
        self._fleet = fleet
        kinds = dict.fromkeys(host.cache for host in fleet.edge.hosts.values())
        self._ids = {kind: self._policy(kind) for kind in kinds}

    def id_of(self, host: Host) -> str:
        """Id of the policy for a host family."""
        return self._ids[host.cache]

    def _policy(self, kind: str) -> str:
        headers = cloudfront.CfnResponseHeadersPolicy
        policy = headers(
            self,
            names.pascal(kind),
            response_headers_policy_config=headers.ResponseHeadersPolicyConfigProperty(
                name=names.edge_policy(self._fleet, f"headers-{kind}"),
                comment=f"Security headers of {kind}",
                security_headers_config=headers.SecurityHeadersConfigProperty(
                    strict_transport_security=headers.StrictTransportSecurityProperty(
                        access_control_max_age_sec=HSTS_SECONDS, include_subdomains=True, override=True
                    ),
                    content_type_options=headers.ContentTypeOptionsProperty(override=True),
                    frame_options=headers.FrameOptionsProperty(frame_option="DENY", override=False),
                    referrer_policy=headers.ReferrerPolicyProperty(
                        referrer_policy="strict-origin-when-cross-origin", override=False
                    ),
                    content_security_policy=headers.ContentSecurityPolicyProperty(
                        content_security_policy=content_security_policy(self._fleet, kind), override=False
                    ),
                ),
                remove_headers_config=headers.RemoveHeadersConfigProperty(
                    items=[headers.RemoveHeaderProperty(header=name) for name in ("Server", "X-Powered-By")]
                ),
                cors_config=self._sharing(kind),
            ),
        )
        return policy.ref

    def _sharing(self, kind: str) -> cloudfront.CfnResponseHeadersPolicy.CorsConfigProperty | None:
        """Fonts and modules load across hosts only when the asset's host allows it: our own pages may."""
        pages = _origins(self._fleet, "pages")
        if kind != "assets" or not pages:
            return None
        headers = cloudfront.CfnResponseHeadersPolicy
        return headers.CorsConfigProperty(
            access_control_allow_credentials=False,
            access_control_allow_headers=headers.AccessControlAllowHeadersProperty(items=["*"]),
            access_control_allow_methods=headers.AccessControlAllowMethodsProperty(items=["GET", "HEAD"]),
            access_control_allow_origins=headers.AccessControlAllowOriginsProperty(items=pages),
            access_control_max_age_sec=86_400,
            origin_override=False,
        )


def content_security_policy(fleet: Fleet, kind: str) -> str:
    """The floor for a kind of family: programs' answers may load nothing, pages may load from the fleet's hosts."""
    if kind == "none":
        return "default-src 'none'; frame-ancestors 'none'"
    assets, calls = " ".join(_origins(fleet, "assets")), " ".join(_origins(fleet, "none"))
    rules = {
        "default-src": f"'self' {assets}",
        "connect-src": f"'self' {calls}",
        "img-src": f"'self' data: {assets}",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join([*(f"{rule} {sources}".strip() for rule, sources in rules.items()), "upgrade-insecure-requests"])


def _origins(fleet: Fleet, kind: str) -> list[str]:
    return [f"https://{name}" for host in fleet.edge.hosts.values() if host.cache == kind for name in host.names]
