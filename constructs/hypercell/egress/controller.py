"""The controller: it watches every zone's ways out and moves routes between them."""

from __future__ import annotations

import json

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from fleet import egress, egress_cost, names
from fleet.region import Region
from hypercell.egress.controller_policies import controller_policy
from hypercell.egress.functions import EgressFunction
from hypercell.egress.told import patterns
from hypercell.policy import allow, document, trust

TICK_SECONDS = 75
"""A tick watches for a little more than the minute until the next one; the rest is for its last calls."""
EVENT_SECONDS = 60
FRESH_SECONDS = 120
"""An event that nobody could act on for this long is old news: by then the ticks have seen what it said."""


class Controller(Construct):
    """Two functions of one code, outside the VPC: they reach EC2's API also when no way out works.

    One is called each minute for each zone and looks each second. The other is called by events: EC2 speaks of every
    instance in the account, and a storm of Spot terminations must not take the place of a zone's tick.

    Attributes:
        ticks, events: names of the functions.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: Region,
        vpc_id: str,
        code: lambda_.CfnFunction.CodeProperty,
        key_arn: str,
    ) -> None:
        super().__init__(scope, id)
        self._own = {"StringEquals": {"aws:SourceAccount": region.account_id}}
        role = iam.CfnRole(
            self,
            "Role",
            description="Moves the cells' routes between NAT instances and NAT gateways",
            assume_role_policy_document=trust("lambda", self._own),
            policies=[
                iam.CfnRole.PolicyProperty(policy_name="controller", policy_document=controller_policy(region)),
            ],
        )
        variables = {
            "FLEET": region.fleet.name,
            "NAMESPACE": names.nat_metrics(region),
            "SATURATION": region.egress.saturation,
            "VPC_ID": vpc_id,
            "ZONES": json.dumps({zone: _zone(region, zone) for zone in region.zones}),
        }
        ticks = EgressFunction(
            self,
            "Ticks",
            name=names.nat_ticks(region),
            about="Watches a zone's ways out for a minute",
            handler="runtime.handler.tick",
            code=code,
            role_arn=role.attr_arn,
            key_arn=key_arn,
            variables=variables,
            seconds=TICK_SECONDS,
            megabytes=egress_cost.TICK_MEMORY,
            at_once=egress.TICK_EXECUTIONS * len(region.zones),
        )
        on_events = EgressFunction(
            self,
            "Events",
            name=names.nat_events(region),
            about="Moves routes when AWS says that a NAT instance goes",
            handler="runtime.handler.event",
            code=code,
            role_arn=role.attr_arn,
            key_arn=key_arn,
            variables=variables,
            seconds=EVENT_SECONDS,
            megabytes=egress_cost.TICK_MEMORY,
            at_once=egress.EVENT_EXECUTIONS,
        )
        self.ticks, self.events = ticks.name, on_events.name
        # A tick that failed is not made up for: the next one comes by itself, and a late one would be a third.
        self._calls("TicksCalls", ticks, retries=0, seconds=60)
        self._calls("EventsCalls", on_events, retries=2, seconds=FRESH_SECONDS)
        self._schedules(region, ticks)
        for key, pattern in patterns(region).items():
            self._told(key, region, pattern, on_events)

    def _calls(self, id: str, function: EgressFunction, *, retries: int, seconds: int) -> None:
        """How often, and how late, a call that nobody waits for is made."""
        lambda_.CfnEventInvokeConfig(
            self,
            id,
            function_name=function.ref,
            qualifier="$LATEST",
            maximum_retry_attempts=retries,
            maximum_event_age_in_seconds=seconds,
        )

    def _schedules(self, region: Region, ticks: EgressFunction) -> None:
        role = iam.CfnRole(
            self,
            "Caller",
            description="Calls the egress controller each minute",
            assume_role_policy_document=trust("scheduler", self._own),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="call", policy_document=document(allow("Call", ["lambda:InvokeFunction"], [ticks.arn]))
                )
            ],
        )
        for zone in region.zones:
            scheduler.CfnSchedule(
                self,
                f"Tick{names.pascal(zone)}",
                description=f"Watches the ways out of {zone}",
                schedule_expression="rate(1 minute)",
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=ticks.arn,
                    role_arn=role.attr_arn,
                    input=json.dumps({"zone": zone}),
                    retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                        maximum_retry_attempts=0, maximum_event_age_in_seconds=60
                    ),
                ),
            )

    def _told(self, key: str, region: Region, pattern: dict[str, object], function: EgressFunction) -> None:
        rule = events.CfnRule(
            self,
            key,
            description=f"Tells the egress controller of {region.code}",
            event_pattern=pattern,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Controller",
                    arn=function.arn,
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=FRESH_SECONDS, maximum_retry_attempts=2
                    ),
                )
            ],
        )
        lambda_.CfnPermission(
            self,
            f"{key}Calls",
            action="lambda:InvokeFunction",
            function_name=function.arn,
            principal="events.amazonaws.com",
            source_arn=rule.attr_arn,
        )


def _zone(region: Region, zone: str) -> dict[str, object]:
    """What the functions are told of a zone. `limit` is bytes a second."""
    return {
        "group": names.nat_group(region, zone),
        "probers": {path: names.nat_prober(region, zone, path) for path in names.PROBED_PATHS},
        "alarms": [names.nat_alarm(region, zone, metric) for metric in names.SATURATION_ALARMS],
        "limit": int(egress.sustained(zone, region.egress.size) / 8),
    }
