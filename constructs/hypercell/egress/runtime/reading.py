"""A zone as AWS describes it. What cannot be read is unknown, and the rules know what to do with that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from . import marks
from .config import Config, ZoneConfig
from .decision import SATURATION
from .faults import Faults, pages
from .zone import Load, Machine, Shard, Way, Zone

EVERYWHERE = "0.0.0.0/0"
LOAD_MINUTES = 5


class Reading:
    """Reads through clients handed in; writes nothing."""

    def __init__(self, config: Config, *, ec2: Any, autoscaling: Any, cloudwatch: Any, faults: Faults) -> None:
        self._config, self._faults = config, faults
        self._ec2, self._autoscaling, self._cloudwatch = ec2, autoscaling, cloudwatch

    def zone(self, name: str, now: float) -> Zone | None:
        """A zone as it stands; None when not even its route tables could be read."""
        config = self._config.zones[name]
        tables = self._faults.attempt("describe route tables", lambda: self._tables(name))
        if tables is None:
            return None
        shards, unreadable = [], []
        for table in tables:
            shard = shard_of(table)
            if shard is None:
                unreadable.append(str(table["RouteTableId"]))
            else:
                shards.append(shard)
        shards.sort(key=lambda shard: shard.name)
        return Zone(
            name=name,
            shards=tuple(shards),
            machine=self.machine(config),
            gateway_state=self._gateway_state(shards),
            saturated=self._saturated(config),
            load=self._load(config, shards, now) if _load_matters(shards, now) else None,
            unreadable=tuple(unreadable),
        )

    def shards(self, tables: Sequence[str]) -> dict[str, Shard] | None:
        """The named route tables as they stand now, by id; None: could not be read."""
        found = self._faults.attempt(
            "describe route tables",
            lambda: list(pages(self._ec2, "describe_route_tables", "RouteTables", RouteTableIds=list(tables))),
        )
        if found is None:
            return None
        return {shard.table: shard for table in found if (shard := shard_of(table)) is not None}

    def machine(self, config: ZoneConfig) -> Machine | None:
        """The instance of a zone's group that has the interface; None: it has none, or nobody could say."""
        answer = self._faults.attempt(
            f"describe {config.group}",
            lambda: self._autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[config.group]),
        )
        groups = answer["AutoScalingGroups"] if answer else []
        instances = [one for group in groups for one in group["Instances"]]
        machines = [Machine(one["InstanceId"], one["LifecycleState"]) for one in instances]
        # While one leaves and the next is announced there are two. The interface is with the one in service, or else
        # with the one that goes: the next gets it when that is gone.
        return max(machines, key=lambda one: (one.serving, one.going), default=None)

    def _tables(self, zone: str) -> list[dict[str, Any]]:
        filters = [
            {"Name": "vpc-id", "Values": [self._config.vpc]},
            {"Name": "tag:nat:az", "Values": [zone]},
            {"Name": "tag:fleet:name", "Values": [self._config.fleet]},
        ]
        return list(pages(self._ec2, "describe_route_tables", "RouteTables", Filters=filters))

    def _gateway_state(self, shards: Sequence[Shard]) -> str | None:
        wanted = sorted({shard.gateway for shard in shards})
        if not wanted:
            return None
        # By filter and not by id: an id that is gone would fail the call instead of answering it.
        filters = [{"Name": "nat-gateway-id", "Values": wanted}]
        found = self._faults.attempt(
            "describe NAT gateways",
            lambda: list(pages(self._ec2, "describe_nat_gateways", "NatGateways", Filter=filters)),
        )
        if found is None:
            return None
        states = {one["State"] for one in found} or {"deleted"}
        return "available" if states == {"available"} else sorted(states - {"available"})[0]

    def _saturated(self, config: ZoneConfig) -> bool | None:
        if not config.alarms:
            return False
        answer = self._faults.attempt(
            "describe alarms", lambda: self._cloudwatch.describe_alarms(AlarmNames=list(config.alarms))
        )
        if answer is None:
            return None
        states = {one["AlarmName"]: one["StateValue"] for one in answer["MetricAlarms"]}
        if "ALARM" in states.values():
            return True
        return False if states.keys() >= set(config.alarms) else None

    def _load(self, config: ZoneConfig, shards: Sequence[Shard], now: float) -> Load | None:
        gateway = {"NatGatewayId": shards[0].gateway}
        queries = [
            _rate("instance_in", self._config.namespace, "BytesIn", {"Zone": config.name}),
            _rate("instance_out", self._config.namespace, "BytesOut", {"Zone": config.name}),
            _rate("gateway_in", "AWS/NATGateway", "BytesInFromDestination", gateway),
            _rate("gateway_out", "AWS/NATGateway", "BytesOutToDestination", gateway),
        ]
        end = datetime.fromtimestamp(now, UTC)
        answer = self._faults.attempt(
            "get metric data",
            lambda: self._cloudwatch.get_metric_data(
                MetricDataQueries=queries, StartTime=end - timedelta(minutes=LOAD_MINUTES), EndTime=end
            ),
        )
        if answer is None:
            return None
        rates = {one["Id"]: max(one["Values"]) / 60 for one in answer["MetricDataResults"] if one["Values"]}
        if len(rates) < len(queries):
            return None
        return Load(
            instance=max(rates["instance_in"], rates["instance_out"]),
            gateway=max(rates["gateway_in"], rates["gateway_out"]),
        )


def shard_of(table: Mapping[str, Any]) -> Shard | None:
    """A shard from a described route table; None when a tag is missing that says where it may lead."""
    tags = {tag["Key"]: tag["Value"] for tag in table.get("Tags", [])}
    if not all(tags.get(f"nat:{name}") for name in ("shard", "gateway", "eni")):
        return None
    gateway, interface = tags["nat:gateway"], tags["nat:eni"]
    return Shard(
        table=table["RouteTableId"],
        name=tags["nat:shard"],
        gateway=gateway,
        interface=interface,
        way=_way(table.get("Routes", []), gateway, interface),
        marks=marks.read(tags),
    )


def _way(routes: Sequence[Mapping[str, Any]], gateway: str, interface: str) -> Way:
    for route in routes:
        if route.get("DestinationCidrBlock") == EVERYWHERE:
            if route.get("NatGatewayId") == gateway:
                return Way.GATEWAY
            return Way.INSTANCE if route.get("NetworkInterfaceId") == interface else Way.FOREIGN
    return Way.MISSING


def _load_matters(shards: Sequence[Shard], now: float) -> bool:
    """Loads are asked for only where a shed shard waits for room: the call costs money."""
    return any(s.way is Way.GATEWAY and s.marks.reason == SATURATION and s.marks.hold <= now for s in shards)


def _rate(id: str, namespace: str, name: str, dimensions: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": listed}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
