"""Alarms of a zone's NAT gateway and NAT instance: what each means for whoever it wakes stands in its text."""

from __future__ import annotations

from constructs import Construct

from fleet import egress, names
from fleet.region import Region
from hypercell.egress.watching import Watch, measured, own, result, watch, watch_share

RESETS = 600
"""Connections a minute told to start anew, for a quarter of an hour: ten times a second, longer than any swap lasts."""
FREE_PERCENT = 20


class GatewayAlarms(Construct):
    """What tells that a zone's NAT gateway no longer carries everything."""

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, gateway_id: str) -> None:
        super().__init__(scope, id)
        dimension = {"NatGatewayId": gateway_id}
        exhausted = Watch(
            "ErrorPortAllocation",
            "no source port is free for a destination (55,000 for each address), and new connections to it fail. Give "
            "the gateway more addresses, or find who opens so many",
            0,
            of=2,
        )
        who = f"NAT gateway of {zone}"
        watch(self, "PortsExhausted", region, who, exhausted, "AWS/NATGateway", dimension)
        watch_share(
            self,
            "PacketsDropped",
            region,
            # AWS's own threshold for a gateway with an ongoing problem (NAT gateway metrics).
            f"{who}: more than 0.01 % of packets dropped. What leads through it is slow or fails; if it does not end, "
            "ask AWS",
            out_of=5,
            of=3,
            threshold=0.01,
            queries=[
                measured("dropped", "AWS/NATGateway", "PacketsDropCount", dimension),
                measured("upward", "AWS/NATGateway", "PacketsInFromSource", dimension),
                measured("downward", "AWS/NATGateway", "PacketsInFromDestination", dimension),
                result(
                    "IF(upward + downward > 0, 100 * dropped / (upward + downward), 0)", "percent of packets dropped"
                ),
            ],
        )


class InstanceAlarms(Construct):
    """What tells that a zone's NAT instance is at a limit, silent or gone. It counts for itself (`instance/metrics.py`)."""

    def __init__(self, scope: Construct, id: str, *, region: Region, zone: str, group_name: str) -> None:
        super().__init__(scope, id)
        who, (namespace, here) = f"NAT instance of {zone}", own(region, zone)
        for key, one in _watches(region, zone).items():
            name = names.nat_alarm(region, zone, key) if key in names.SATURATION_ALARMS else None
            watch(self, key, region, who, one, namespace, here, name=name)
        gone = Watch(
            "GroupInServiceInstances",
            "none in service for ten minutes. Traffic is on the gateway and costs by the byte. Read the group's "
            "activities: an interface in use, an image that is gone, a self-test that fails",
            1,
            statistic="Minimum",
            out_of=10,
            of=10,
            below=True,
        )
        watch(self, "NotInService", region, who, gone, "AWS/AutoScaling", {"AutoScalingGroupName": group_name})


def _watches(region: Region, zone: str) -> dict[str, Watch]:
    """Construct id to what the instance counts."""
    # Ten seconds at four fifths of what the size sustains to the internet, in bytes and one direction.
    most = 0.8 * egress.sustained(zone, region.egress.size) / 8 * 10
    busy = "more than 80 % of what its size sustains, for a minute. Plan a larger size before AWS drops packets"
    then = {
        "shed": "The controller moves one cell after another to the gateway",
        "alarm": "Nothing moves by itself (saturation: alarm)",
    }[region.egress.saturation]
    return {
        "BytesOut": Watch("BytesOut", f"sends {busy}", most, seconds=10, of=6, out_of=6),
        "BytesIn": Watch("BytesIn", f"receives {busy}", most, seconds=10, of=6, out_of=6),
        "AllowanceExceeded": Watch(
            "AllowanceExceeded",
            f"AWS drops packets, because bandwidth, packet rate or connections are at their limit. {then}; take a "
            "larger size",
            0,
            seconds=10,
            of=2,
        ),
        "ConnectionsFree": Watch(
            "ConnectionsFree",
            f"fewer than {FREE_PERCENT} % of the connections that AWS tracks for it are free. Without any, new ones are "
            "dropped; take a larger size",
            FREE_PERCENT,
            statistic="Minimum",
            below=True,
            # Older drivers do not count them.
            silence="notBreaching",
        ),
        "ConnectionsUsed": Watch(
            "ConnectionsUsed",
            "its connection table is more than 80 % full. A full one throws out flows; take a size with more memory",
            80,
            statistic="Maximum",
        ),
        "InsertFailed": Watch(
            "InsertFailed",
            f"no source port is free for a destination, and new connections to it fail. {then}; add addresses",
            0,
            of=2,
        ),
        "EarlyDropped": Watch(
            "EarlyDropped",
            "unanswered flows are thrown out of a full connection table. Somebody floods or scans: read the flow logs",
            0,
            of=2,
        ),
        "Resets": Watch(
            "Resets",
            f"more than {RESETS} connections a minute are told to start anew, for longer than any swap lasts. Clients "
            "keep idle connections beyond its memory of 15 minutes, or packets take two ways",
            RESETS,
            out_of=15,
            of=15,
        ),
        "Silent": Watch(
            "ConnectionsUsed",
            # A machine that hangs is healthy to its group; it only stops talking.
            "has published nothing for ten minutes. If its probes fail too, the controller has moved its traffic and "
            "had it replaced; if not, it forwards, and only its counting is broken",
            1,
            statistic="SampleCount",
            out_of=10,
            of=10,
            below=True,
        ),
    }
