"""Alarms of the controller: what it sees of a zone's ways out, what it does about it, and whether it works at all."""

from __future__ import annotations

from constructs import Construct

from fleet.region import Region
from hypercell.egress.watching import Watch, measured, own, result, watch, watch_share

SHARE_PERCENT, SHARE_BYTES, SHARE_SECONDS = 10, 10_000_000_000, 6 * 3600
"""Part of a zone's bytes on the gateway in six hours that is worth a look, and bytes below which a share says nothing. A
planned rotation is ten minutes of them, a failover with its hold half an hour."""


class ZoneAlarms(Construct):
    """What the controller tells of one zone."""

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, gateway_id: str) -> None:
        super().__init__(scope, id)
        namespace, here = own(region, zone)
        for key, one in _WATCHES.items():
            watch(self, key, region, f"Egress of {zone}", one, namespace, here)
        gateway = {"NatGatewayId": gateway_id}
        watch_share(
            self,
            "GatewayShare",
            region,
            f"Egress of {zone}: more than {SHARE_PERCENT} % of the bytes of six hours went through the gateway, and cost "
            "by the byte. Shards wait there (metric ShardsOnGateway), or a route table has lost its tags",
            out_of=1,
            of=1,
            threshold=SHARE_PERCENT,
            queries=[
                measured("upward", "AWS/NATGateway", "BytesInFromSource", gateway, SHARE_SECONDS),
                measured("downward", "AWS/NATGateway", "BytesInFromDestination", gateway, SHARE_SECONDS),
                # One interface for both directions: whatever the instance forwards, it sends.
                measured("forwarded", namespace, "BytesOut", here, SHARE_SECONDS),
                result(
                    f"IF(upward + downward + FILL(forwarded, 0) > {SHARE_BYTES}, "
                    "100 * (upward + downward) / (upward + downward + FILL(forwarded, 0)), 0)",
                    "percent through the gateway",
                ),
            ],
        )


class ControllerAlarms(Construct):
    """Whether the controller's two functions run.

    Args:
        ticks, events: names of the functions.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, ticks: str, events: str) -> None:
        super().__init__(scope, id)
        for part, name in {"Ticks": ticks, "Events": events}.items():
            for key, one in _FUNCTION[part].items():
                who = f"Egress controller of {region.name}"
                watch(self, f"{part}{key}", region, who, one, "AWS/Lambda", {"FunctionName": name})


_WATCHES = {
    "BothPathsDown": Watch(
        "BothPathsDown",
        "neither the instance nor the gateway reaches any probe target. Nothing is moved, because nothing would help: "
        "the internet, the zone or all targets (egress.probe) are down",
        20,
        out_of=1,
        of=1,
    ),
    "GatewayProbeFailed": Watch(
        "GatewayProbeFailed",
        "the gateway, which is the stand-by, does not carry probes. While this lasts nothing fails over to it: look at "
        "its address and its routes, and rotate nothing",
        10,
        of=2,
    ),
    "ProberUnknown": Watch(
        "ProberUnknown",
        "for more than two minutes a prober has left a third of the rounds unanswered, or hangs. The controller is half "
        "blind: read the prober's log, and look for throttles",
        # One that hangs makes every round as long as the controller's patience: 24 a minute, and not 60.
        20,
    ),
    "OnGateway": Watch(
        "ShardsOnGateway",
        "a cell's traffic has been on the gateway for more than 15 minutes, and costs by the byte. Tag nat:reason of "
        "its route table says why, nat:hold until when",
        0,
        statistic="Minimum",
        of=15,
        out_of=15,
    ),
    "Swaps": Watch(
        "Failovers",
        "traffic left the instance in more than two minutes of the last hour. Something comes and goes: read the "
        "controller's log before the waits between returns grow to hours",
        0,
        of=3,
        out_of=60,
    ),
    "Unreadable": Watch(
        "ShardsUnreadable",
        "a cell's route table lacks its nat tags, or leads to a target nobody knows. The controller leaves it alone, "
        "also when its way out fails: deploy the cell again, or put the route right",
        0,
        statistic="Minimum",
        of=10,
        out_of=10,
    ),
    "RouteErrors": Watch(
        "RouteErrors",
        "EC2 refuses to move routes, so cells may still lead to a way out that fails. The controller tries again each "
        "second; its log has EC2's words",
        0,
        of=3,
        out_of=5,
    ),
    "Replaced": Watch(
        "Replaced",
        "the controller had the instance replaced three times within an hour, and does so no more. The next one would "
        "fail like the last: read its console output, and the launch template's last change",
        2,
        seconds=3600,
        of=1,
        out_of=1,
    ),
    "NoTick": Watch(
        "Rounds",
        "nobody has looked at the ways out for three minutes. Routes stay where they are, and nothing fails over: look "
        "at the schedule and at the function's errors",
        1,
        below=True,
    ),
}

_FUNCTION = {
    "Ticks": {
        "Failed": Watch(
            "Errors", "ticks fail, so zones go unwatched for up to a minute each. Read the function's log", 0, out_of=5
        ),
        "Throttled": Watch(
            "Throttles",
            "ticks are refused: more run at once than are reserved. Some hang; read the function's log",
            0,
            out_of=5,
        ),
    },
    "Events": {
        "Failed": Watch(
            "Errors",
            "events about NAT instances could not be acted on, and are tried again. A planned end may take its traffic "
            "with it for a second or two; read the function's log",
            0,
            out_of=5,
        ),
        "Throttled": Watch(
            "Throttles", "more events arrive than are acted on at once; they wait. Ticks see what they say", 0, out_of=5
        ),
        "Dropped": Watch(
            "AsyncEventsDropped",
            "events about instances were given up after three tries or two minutes. Ticks have seen a dead instance by "
            "then; a lifecycle hook has run out",
            0,
            of=1,
            out_of=1,
        ),
    },
}
