"""What viewers connect to."""

from __future__ import annotations

from fleet import names
from fleet.edge import Host
from fleet.region import Region
from hypercell.edge.access_logs import AccessLogs
from hypercell.edge.alarms import EdgeAlarms
from hypercell.edge.buckets import LogBucket, SiteBucket
from hypercell.edge.distribution import Certificate, SiteDistribution, ViewerNames
from hypercell.edge.firewall import WebAcls
from hypercell.edge.keys import EdgeKey
from hypercell.edge.policies import CachePolicies, OriginRequestPolicy, ResponseHeaders
from hypercell.edge.rewrite import ViewerRequest, needed
from hypercell.observability.fleet_dashboard import FleetDashboard
from hypercell.observability.topic import AlarmTopic
from stacks.stack import FleetStack


class EdgeSiteStack(FleetStack):
    """A distribution for each host family, with certificate, firewall, logs and alarms. In us-east-1, all of it."""

    about = "Distributions, firewalls and viewers' certificates"

    def build(self) -> None:
        fleet, region = self.fleet, self.plan.region
        self._zone_id = self.read(
            names.stack(fleet, "edge-dns"), names.PUBLIC_ZONE_ID, region=fleet.edge.control_region
        )
        key = EdgeKey(self, "Key", fleet=fleet, region=region)
        self._acls = WebAcls(self, "Firewall", fleet=fleet, region=region, key_arn=key.arn)
        self._caches = CachePolicies(self, "Caches", fleet=fleet)
        self._requests = OriginRequestPolicy(self, "Requests", fleet=fleet)
        self._headers = ResponseHeaders(self, "Headers", fleet=fleet)
        self._log_bucket = LogBucket(self, "Logs", fleet=fleet, region=region)
        self._accesses = AccessLogs(
            self,
            "Accesses",
            fleet=fleet,
            bucket_arn=self._log_bucket.arn,
            bucket_policy=self._log_bucket.policy,
        )
        self._alarms = EdgeAlarms(self, "Alarms", fleet=fleet, topic_arn=self._topic(key.arn))
        sites = {host.key: self._host(host) for host in fleet.edge.hosts.values()}
        checks = {region.code: self._check(region) for region in fleet.regions.values() if region.standing_cells}
        FleetDashboard(self, "Dashboard", fleet=fleet, checks=checks, distributions=sites)

    def _check(self, home: Region) -> str:
        """Watch a region's health check, which its traffic stack makes."""
        stack = names.stack(self.fleet, "edge-traffic", home.code)
        check = self.read(stack, names.REGION_CHECK_ID, region=self.fleet.edge.control_region)
        self._alarms.watch_region(home, check)
        return check

    def _topic(self, key_arn: str) -> str:
        return AlarmTopic(
            self,
            "Topic",
            name=names.edge_alarm_topic(self.fleet),
            account=self.plan.account,
            key_arn=key_arn,
            oncall=self.fleet.teams[self.fleet.operators].oncall,
        ).arn

    def _host(self, host: Host) -> str:
        """Everything of a host family; the id of its distribution."""
        fleet, region, key = self.fleet, self.plan.region, names.pascal(host.key)
        bucket = None
        if host.origin == "bucket":
            bucket = SiteBucket(
                self, f"{key}Bucket", fleet=fleet, host=host, region=region, logs_to=self._log_bucket.name
            )
        function = ViewerRequest(self, f"{key}Function", fleet=fleet, host=host) if needed(host) else None
        site = SiteDistribution(
            self,
            f"{key}Site",
            fleet=fleet,
            host=host,
            certificate_arn=Certificate(self, f"{key}Certificate", fleet=fleet, zone_id=self._zone_id).arn,
            cache_policy_id=self._caches.id_of(host),
            request_policy_id=self._requests.id_of(host),
            headers_policy_id=self._headers.id_of(host),
            function_arn=function.arn if function else None,
            web_acl_arn=self._acls.arns.get(host.firewall),
            bucket_domain=bucket.domain_name if bucket else None,
            bucket_region=region,
        )
        ViewerNames(self, f"{key}Names", host=host, zone_id=self._zone_id, domain_name=site.domain_name)
        self._accesses.write(host, site.arn)
        self._alarms.watch_host(host, site.distribution_id)
        self.publish(names.distribution_output(host), site.distribution_id)
        if bucket:
            bucket.serve(site.arn)
            self.publish(names.bucket_domain_output(host), bucket.domain_name)
        return site.distribution_id
