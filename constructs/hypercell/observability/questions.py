"""Questions that are asked at night, written down by day: saved queries of CloudWatch Logs Insights, traces that failed."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_logs as logs
from aws_cdk import aws_xray as xray
from constructs import Construct

from fleet import names
from fleet.region import Region


class Questions(Construct):
    """Saved queries of a region, in a folder of its name.

    Args:
        flow_fields: fields of the flow logs, in the order they are written.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, flow_fields: Sequence[str]) -> None:
        super().__init__(scope, id)
        self._folder = f"{region.fleet.name}/{region.code}"
        flows = [names.log_group(region.fleet, region.code, "flows")]
        clusters = [names.cluster_log_group(cell) for cell in region.standing_cells]
        pods = [names.cell_log_group(cell) for cell in region.standing_cells]
        parsed = _parse(flow_fields)
        self._ask(
            "WhereEgressGoes",
            "where egress goes",
            flows,
            parsed,
            # 8 is the internet gateway: what left by NAT has the instance's or gateway's address before it.
            'filter flow_direction = "egress" and traffic_path = "8"',
            "stats sum(bytes) / 1000000000 as gigabytes by pkt_dstaddr, az_id",
            "sort gigabytes desc | limit 50",
        )
        self._ask(
            "WhoIsRejected",
            "who is rejected",
            flows,
            parsed,
            'filter action = "REJECT"',
            "stats count(*) as flows by pkt_srcaddr, pkt_dstaddr, dstport",
            "sort flows desc | limit 50",
        )
        self._ask(
            "BetweenZones",
            "what crosses zones",
            flows,
            parsed,
            'filter flow_direction = "egress" and traffic_path = "1"',
            "stats sum(bytes) / 1000000000 as gigabytes by az_id, subnet_id",
            "sort gigabytes desc | limit 50",
        )
        self._ask(
            "WhoChangedWhat",
            "who changed what in the clusters",
            clusters,
            "fields @timestamp, user.username, verb, objectRef.namespace, objectRef.resource, objectRef.name",
            "filter @logStream like /kube-apiserver-audit/ and verb in ['create', 'update', 'patch', 'delete']",
            "filter user.username not like /^system:/",
            "sort @timestamp desc | limit 200",
        )
        self._ask(
            "WhatTheApiRefuses",
            "what the API servers refuse",
            clusters,
            "filter @logStream like /kube-apiserver-audit/ and responseStatus.code >= 400",
            "stats count(*) as refused by responseStatus.code, user.username, verb, objectRef.resource",
            "sort refused desc | limit 50",
        )
        self._ask(
            "ErrorsByService",
            "errors by service and cell",
            pods,
            "filter @message like /(?i)(error|exception|panic)/",
            "stats count(*) as lines by fleet.service, fleet.cell, bin(5m)",
            "sort lines desc | limit 200",
        )

    def _ask(self, id: str, name: str, groups: Sequence[str], *steps: str) -> None:
        logs.CfnQueryDefinition(
            self,
            id,
            name=f"{self._folder}/{name}",
            log_group_names=list(groups),
            query_string="\n| ".join(step for step in steps if step),
        )


class FailedTraces(Construct):
    """The traces of a region that failed or took long, as a group of their own, with X-Ray's insights."""

    def __init__(self, scope: Construct, id: str, *, region: Region) -> None:
        super().__init__(scope, id)
        xray.CfnGroup(
            self,
            "Resource",
            group_name=f"{region.fleet.name}-{region.code}-failed",
            filter_expression="fault = true OR responsetime > 5",
            insights_configuration=xray.CfnGroup.InsightsConfigurationProperty(
                insights_enabled=True, notifications_enabled=False
            ),
        )


def _parse(fields: Sequence[str]) -> str:
    """Flow logs are lines of words; a name of Insights has no dashes."""
    return f'parse @message "{" ".join("*" for _ in fields)}" as {", ".join(f.replace("-", "_") for f in fields)}'
