"""What viewers connect to: distributions, certificates, buckets, logs."""

import json

import pytest

from fleet import names

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]
STRONG = {"TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"}


def resources(template, kind):
    return {key: r["Properties"] for key, r in template["Resources"].items() if r["Type"] == kind}


@pytest.fixture(params=BLUEPRINTS)
def site(request, synthesized, fleet_of):
    (template,) = synthesized("edge-site", request.param).values()
    return fleet_of(request.param), template


def configs(template):
    """Alias to the distribution's logical id and configuration."""
    return {
        alias: (key, d["DistributionConfig"])
        for key, d in resources(template, "AWS::CloudFront::Distribution").items()
        for alias in d["DistributionConfig"]["Aliases"]
    }


def test_each_host_family_is_one_distribution_and_each_name_lives_on_one(site):
    fleet, template = site
    families = [
        set(d["DistributionConfig"]["Aliases"]) for d in resources(template, "AWS::CloudFront::Distribution").values()
    ]
    assert sorted(map(sorted, families)) == sorted(sorted(host.names) for host in fleet.edge.hosts.values())
    assert sum(map(len, families)) == len(set().union(*families))


def test_each_name_is_an_alias_of_its_own_distribution_in_both_families_of_addresses(site):
    _fleet, template = site
    records = resources(template, "AWS::Route53::RecordSet").values()
    found = {(r["Name"], r["Type"]): r["AliasTarget"]["DNSName"]["Fn::GetAtt"][0] for r in records}
    homes = configs(template)
    wanted = {(name, kind): homes[name][0] for name in homes for kind in ("A", "AAAA")}
    assert found == wanted
    assert {r["AliasTarget"]["HostedZoneId"] for r in records} == {"Z2FDTNDATAQYW2"}
    assert not any(r["AliasTarget"]["EvaluateTargetHealth"] for r in records)


def test_every_record_and_certificate_is_in_the_one_zone(site):
    fleet, template = site
    zone = {
        "Fn::GetStackOutput": {
            "StackName": names.stack(fleet, "edge-dns"),
            "OutputName": names.PUBLIC_ZONE_ID,
            "Region": fleet.edge.control_region,
        }
    }
    for record in resources(template, "AWS::Route53::RecordSet").values():
        assert record["HostedZoneId"] == zone
    for certificate in resources(template, "AWS::CertificateManager::Certificate").values():
        assert certificate["ValidationMethod"] == "DNS"
        validated = {option["DomainName"]: option["HostedZoneId"] for option in certificate["DomainValidationOptions"]}
        assert validated == dict.fromkeys((fleet.domain, f"*.{fleet.domain}"), zone)


def test_a_certificate_covers_every_name_of_its_family(site):
    _fleet, template = site
    certificates = resources(template, "AWS::CertificateManager::Certificate")
    for name, (_, config) in configs(template).items():
        certificate = certificates[config["ViewerCertificate"]["AcmCertificateArn"]["Ref"]]
        covered = {certificate["DomainName"], *certificate["SubjectAlternativeNames"]}
        assert name in covered or "*." + name.partition(".")[2] in covered


def test_viewers_get_tls_1_2_at_least_and_never_plain_http(site):
    _, template = site
    for _, config in configs(template).values():
        assert config["ViewerCertificate"]["MinimumProtocolVersion"] in STRONG
        assert config["ViewerCertificate"]["SslSupportMethod"] == "sni-only"
        assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] in ("redirect-to-https", "https-only")


def test_viewers_get_http_3_and_ipv6(site):
    _, template = site
    for _, config in configs(template).values():
        assert config["HttpVersion"] == "http2and3"
        assert config["IPV6Enabled"] is True


def test_cells_are_reached_by_tls_1_2_under_the_origin_s_name_wherever_the_viewer_is(site):
    fleet, template = site
    homes = configs(template)
    for host in fleet.edge.hosts.values():
        if host.origin == "cells":
            (origin,) = homes[host.names[0]][1]["Origins"]
            assert origin["DomainName"] == names.origin(fleet)
            assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
            assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
            assert "OriginShield" not in origin


def test_a_failure_of_the_origin_is_never_kept(site):
    fleet, template = site
    homes = configs(template)
    for host in fleet.edge.hosts.values():
        if host.origin == "cells":
            kept = {e["ErrorCode"]: e["ErrorCachingMinTTL"] for e in homes[host.names[0]][1]["CustomErrorResponses"]}
            assert kept == {500: 0, 502: 0, 503: 0, 504: 0}


def test_what_is_not_in_the_cache_key_shapes_no_answer_that_is_kept_without_the_origin_saying_so(site):
    fleet, template = site
    policies = resources(template, "AWS::CloudFront::CachePolicy")
    for host in fleet.edge.hosts.values():
        behaviour = configs(template)[host.names[0]][1]["DefaultCacheBehavior"]
        policy = behaviour["CachePolicyId"]
        if host.cache == "none":
            assert isinstance(policy, str)
        elif "OriginRequestPolicyId" in behaviour:
            kept = policies[policy["Ref"]]["CachePolicyConfig"]
            assert kept["MinTTL"] == kept["DefaultTTL"] == 0


def test_pages_are_kept_by_host_and_language(site):
    fleet, template = site
    policies = resources(template, "AWS::CloudFront::CachePolicy")
    for host in fleet.edge.hosts.values():
        if host.cache == "pages" and host.origin == "cells":
            policy = configs(template)[host.names[0]][1]["DefaultCacheBehavior"]["CachePolicyId"]["Ref"]
            key = policies[policy]["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
            assert key["HeadersConfig"]["Headers"] == ["Host", "x-language"]
            assert key["CookiesConfig"] == {"CookieBehavior": "none"}


def test_gateways_are_told_the_host_the_viewer_asked_for(site):
    _fleet, template = site
    (policy,) = resources(template, "AWS::CloudFront::OriginRequestPolicy").values()
    headers = policy["OriginRequestPolicyConfig"]["HeadersConfig"]
    assert headers["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"
    assert "CloudFront-Viewer-Address" in headers["Headers"]


def test_browsers_are_told_to_stay_on_https_and_to_be_framed_by_nobody(site):
    _, template = site
    used = {c["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]["Ref"] for _, c in configs(template).values()}
    policies = resources(template, "AWS::CloudFront::ResponseHeadersPolicy")
    assert used == set(policies)
    for policy in policies.values():
        security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        hsts = security["StrictTransportSecurity"]
        assert hsts["AccessControlMaxAgeSec"] >= 31_536_000
        assert hsts["IncludeSubdomains"]
        assert hsts["Override"]
        assert security["ContentTypeOptions"]["Override"] is True
        assert security["FrameOptions"]["FrameOption"] == "DENY"
        assert "frame-ancestors 'none'" in security["ContentSecurityPolicy"]["ContentSecurityPolicy"]


def test_pages_may_load_from_the_fleets_own_hosts(synthesized, fleet_of):
    (template,) = synthesized("edge-site", "growth").values()
    policy = configs(template)["www.skyline.example"][1]["DefaultCacheBehavior"]["ResponseHeadersPolicyId"]["Ref"]
    security = resources(template, "AWS::CloudFront::ResponseHeadersPolicy")[policy]["ResponseHeadersPolicyConfig"]
    rules = security["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert "default-src 'self' https://static.skyline.example;" in rules
    assert "connect-src 'self' https://api.skyline.example;" in rules


def test_a_bucket_answers_its_own_distribution_and_nobody_else(site):
    fleet, template = site
    served = [host for host in fleet.edge.hosts.values() if host.origin == "bucket"]
    policies = resources(template, "AWS::S3::BucketPolicy").values()
    for host in served:
        distribution, config = configs(template)[host.names[0]]
        (origin,) = config["Origins"]
        bucket = origin["DomainName"]["Fn::GetAtt"][0]
        assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
        control = resources(template, "AWS::CloudFront::OriginAccessControl")[origin["OriginAccessControlId"]["Ref"]]
        assert control["OriginAccessControlConfig"]["SigningBehavior"] == "always"
        (policy,) = [p for p in policies if p["Bucket"] == {"Ref": bucket}]
        (allowed,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
        assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert allowed["Action"] == "s3:GetObject"
        source = allowed["Condition"]["ArnEquals"]["aws:SourceArn"]
        assert {"Fn::GetAtt": [distribution, "Id"]} in source["Fn::Join"][1]


def test_buckets_are_private_versioned_encrypted_over_tls_and_outlive_the_stack(site):
    _, template = site
    buckets = {k: r for k, r in template["Resources"].items() if r["Type"] == "AWS::S3::Bucket"}
    policies = resources(template, "AWS::S3::BucketPolicy").values()
    assert buckets
    for key, bucket in buckets.items():
        properties = bucket["Properties"]
        assert all(properties["PublicAccessBlockConfiguration"].values())
        assert len(properties["PublicAccessBlockConfiguration"]) == 4
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert properties["BucketEncryption"]
        assert properties["BucketNamespace"] == "account-regional"
        assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
        (policy,) = [p for p in policies if p["Bucket"] == {"Ref": key}]
        (denied,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_every_access_is_logged_to_the_log_bucket(site):
    _fleet, template = site
    (destination,) = resources(template, "AWS::Logs::DeliveryDestination").items()
    sources = resources(template, "AWS::Logs::DeliverySource").values()
    logged = {s["ResourceArn"]["Fn::Join"][1][1]["Fn::GetAtt"][0] for s in sources}
    assert logged == set(resources(template, "AWS::CloudFront::Distribution"))
    delivered = resources(template, "AWS::Logs::Delivery").values()
    assert {d["DeliverySourceName"] for d in delivered} == {s["Name"] for s in sources}
    assert {json.dumps(d["DeliveryDestinationArn"]) for d in delivered} == {
        json.dumps({"Fn::GetAtt": [destination[0], "Arn"]})
    }
    buckets = {b["BucketName"] for b in resources(template, "AWS::S3::Bucket").values()}
    assert destination[1]["DestinationResourceArn"].removeprefix("arn:aws:s3:::") in buckets


def test_a_failing_host_and_a_region_out_of_dns_wake_the_operators(site):
    fleet, template = site
    (topic,) = resources(template, "AWS::SNS::Topic")
    alarms = resources(template, "AWS::CloudWatch::Alarm").values()
    wanted = [names.edge_alarm(fleet, host, "failing") for host in fleet.edge.hosts]
    wanted += [names.edge_alarm(fleet, region.code, "out") for region in fleet.regions.values()]
    assert sorted(a["AlarmName"] for a in alarms) == sorted(wanted)
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Ref": topic}]
    (subscription,) = resources(template, "AWS::SNS::Subscription").values()
    assert subscription["Endpoint"] == fleet.teams[fleet.operators].oncall


def test_alarm_messages_pass_the_key_that_encrypts_them(site):
    _, template = site
    (topic,) = resources(template, "AWS::SNS::Topic").values()
    key = resources(template, "AWS::KMS::Key")[topic["KmsMasterKeyId"]["Fn::GetAtt"][0]]
    allowed = {
        s["Principal"].get("Service"): s["Action"] for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"]
    }
    assert set(allowed["cloudwatch.amazonaws.com"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}


def test_one_market_pays_for_its_own_continents_and_two_for_the_world(synthesized, fleet_of):
    for name in BLUEPRINTS:
        (template,) = synthesized("edge-site", name).values()
        classes = {config["PriceClass"] for _, config in configs(template).values()}
        assert classes == {"PriceClass_100" if len(fleet_of(name).markets) == 1 else "PriceClass_All"}


def test_what_operations_need_is_published(site):
    fleet, template = site
    for host in fleet.edge.hosts.values():
        assert names.distribution_output(host) in template["Outputs"]
        assert (names.bucket_domain_output(host) in template["Outputs"]) == (host.origin == "bucket")


def test_the_fleet_s_dashboard_shows_every_region_and_every_host(site):
    fleet, template = site
    (board,) = resources(template, "AWS::CloudWatch::Dashboard").values()
    assert board["DashboardName"] == names.dashboard(fleet, "edge")
    text = "".join(part if isinstance(part, str) else "0" for part in board["DashboardBody"]["Fn::Join"][1])
    widgets = json.loads(text)["widgets"]
    assert all(any(w["properties"].get(part) for part in ("metrics", "markdown")) for w in widgets)
    labels = {line[-1].get("label") for w in widgets for line in w["properties"].get("metrics", [])}
    assert {region.code for region in fleet.regions.values()} | set(fleet.edge.hosts) <= labels
