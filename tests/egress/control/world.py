"""A zone of AWS as the controller sees it, in a time that passes only when somebody waits.

Fakes and not mocks: routes, tags, lifecycle and alarms are state that calls read and change, so a test asks what stands
in the end. moto is asked whether the calls are real ones (`test_moto.py`); here it would be too slow, and it knows
neither hooks nor failures.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from hypercell.egress.runtime import tick
from hypercell.egress.runtime.config import Config, ZoneConfig
from hypercell.egress.runtime.controller import Clients, Controller
from hypercell.egress.runtime.probing import Probing
from hypercell.egress.runtime.report import Report
from hypercell.egress.runtime.settings import Settings

ZONE, GROUP, ALARM = "use1-az1", "skyline-use1-az1-nat", "skyline-use1-az1-nat-allowance-exceeded"
ENI, NAT = "eni-0a", "nat-0a"
EPOCH = 1_764_000_000.0

ZONE_CONFIG = ZoneConfig(
    name=ZONE,
    group=GROUP,
    instance_prober="probe-instance",
    gateway_prober="probe-gateway",
    alarms=(ALARM,),
    limit=625e6,
)


def refused(code: str, operation: str = "ReplaceRoute") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


class World:
    """State and clock of one zone.

    Attributes:
        now: seconds since `EPOCH`, by the clock that never jumps.
        skew: what somebody set the other clock ahead.
        failing: name of a call to what it raises, for as long as it stands there.
        calls: every call that writes, in order: (name, arguments).
    """

    def __init__(self, shards: tuple[str, ...] = ("a", "b"), way: str = "instance") -> None:
        self.now, self.skew = 0.0, 0.0
        self.routes: dict[str, dict[str, str] | None] = {}
        self.tags: dict[str, dict[str, str]] = {}
        for key in shards:
            self.routes[f"rtb-{key}"] = self.leading(way)
            self.tags[f"rtb-{key}"] = {"nat:az": ZONE, "nat:shard": key, "nat:gateway": NAT, "nat:eni": ENI}
        self.instances: list[dict[str, str]] = [{"InstanceId": "i-1", "LifecycleState": "InService"}]
        self.gateway_state: str | None = "available"
        self.alarm = "OK"
        self.bytes: dict[str, float] = {}
        # What a prober answers now: True, False, or an exception's or a payload's maker.
        self.instance: Any = True
        self.gateway: Any = True
        self.failing: dict[str, Exception] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.lines: list[dict[str, Any]] = []
        self._plans: list[tuple[float, Callable[[], None]]] = []

    @staticmethod
    def leading(way: str) -> dict[str, str]:
        return {"NatGatewayId": NAT} if way == "gateway" else {"NetworkInterfaceId": ENI}

    # Time -----------------------------------------------------------------------------------------------------------

    def at(self, seconds: float, happens: Callable[[], None]) -> None:
        """Have something happen at a time."""
        self._plans.append((seconds, happens))
        self._plans.sort(key=lambda plan: plan[0])

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self._plans and self._plans[0][0] <= end:
            when, happens = self._plans.pop(0)
            self.now = max(self.now, when)
            happens()
        self.now = end

    def time(self) -> float:
        return EPOCH + self.now + self.skew

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pass_time(seconds)

    # What happened ----------------------------------------------------------------------------------------------------

    def ways(self) -> dict[str, str]:
        """Shard to `instance`, `gateway`, `missing` or `foreign`."""
        found = {}
        for table, route in self.routes.items():
            known = {json.dumps(self.leading(way)): way for way in ("instance", "gateway")}
            found[table.removeprefix("rtb-")] = "missing" if route is None else known.get(json.dumps(route), "foreign")
        return found

    def called(self, name: str) -> list[dict[str, Any]]:
        return [arguments for one, arguments in self.calls if one == name]

    def counted(self, metric: str) -> int:
        return sum(line.get(metric, 0) for line in self.lines if "_aws" in line)

    # The controller ---------------------------------------------------------------------------------------------------

    def controller(self, settings: Settings | None = None, *, shed: bool = True) -> Controller:
        config = Config(fleet="skyline", vpc="vpc-1", namespace="skyline/egress", shed=shed, zones={ZONE: ZONE_CONFIG})
        report = Report("skyline/egress", ZONE, lambda line: self.lines.append(json.loads(line)))
        clients = Clients(
            ec2=Ec2(self), autoscaling=AutoScaling(self), cloudwatch=CloudWatch(self), prober=Lambda(self)
        )
        return Controller(config, ZONE, clients, settings or Settings(), report)

    def probing(self) -> InTurn:
        return InTurn(Lambda(self), ZONE_CONFIG)

    def tick(self, ticks: int = 1, *, shed: bool = True) -> None:
        """Ticks, one after the other: time has one hand here, so they do not overlap as they do in AWS."""
        for _ in range(ticks):
            tick.run(self.controller(shed=shed), self.probing(), self)

    def call(self, name: str, **arguments: Any) -> None:
        """Every call passes here: it may be made to fail, and the ones that write are kept."""
        if name in self.failing:
            raise self.failing[name]
        if not name.startswith(("describe", "get", "invoke")):
            self.calls.append((name, arguments))


class InTurn(Probing):
    """Asks one prober after the other, and waits as long as the slower one took: no threads in a time that stands."""

    def look(self) -> Any:
        from hypercell.egress.runtime.sight import Round

        world = self._client.world
        seen = Round(self._ask(self._config.instance_prober), self._ask(self._config.gateway_prober))
        world.pass_time(1.0 if False in (world.instance, world.gateway) else 0.02)
        return seen


class Pages:
    def __init__(self, answer: Callable[..., dict[str, Any]]) -> None:
        self.paginate = lambda **arguments: [answer(**arguments)]


class Ec2:
    def __init__(self, world: World) -> None:
        self.world = world

    def get_paginator(self, operation: str) -> Pages:
        return Pages(getattr(self, f"_{operation}"))

    def _describe_route_tables(self, **asked: Any) -> dict[str, Any]:
        self.world.call("describe_route_tables", **asked)
        tables = []
        for table, route in self.world.routes.items():
            if table not in asked.get("RouteTableIds", [table]):
                continue
            routes = [{"DestinationCidrBlock": "10.8.0.0/16", "GatewayId": "local"}]
            routes += [] if route is None else [{"DestinationCidrBlock": "0.0.0.0/0", **route}]
            tags = [{"Key": key, "Value": value} for key, value in self.world.tags[table].items()]
            tables.append({"RouteTableId": table, "Routes": routes, "Tags": tags})
        return {"RouteTables": tables}

    def _describe_nat_gateways(self, **asked: Any) -> dict[str, Any]:
        self.world.call("describe_nat_gateways", **asked)
        state = self.world.gateway_state
        return {"NatGateways": [] if state is None else [{"NatGatewayId": NAT, "State": state}]}

    def replace_route(self, RouteTableId: str, DestinationCidrBlock: str, **target: str) -> None:  # noqa: N803
        self.world.call("replace_route", table=RouteTableId, **target)
        if self.world.routes[RouteTableId] is None:
            raise refused("InvalidRoute.NotFound")
        self.world.routes[RouteTableId] = target

    def create_route(self, RouteTableId: str, DestinationCidrBlock: str, **target: str) -> None:  # noqa: N803
        self.world.call("create_route", table=RouteTableId, **target)
        if self.world.routes[RouteTableId] is not None:
            raise refused("RouteAlreadyExists", "CreateRoute")
        self.world.routes[RouteTableId] = target

    def create_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:  # noqa: N803
        self.world.call("create_tags", tables=Resources, tags={tag["Key"]: tag["Value"] for tag in Tags})
        for table in Resources:
            self.world.tags[table].update({tag["Key"]: tag["Value"] for tag in Tags})


class AutoScaling:
    def __init__(self, world: World) -> None:
        self.world = world

    def describe_auto_scaling_groups(self, AutoScalingGroupNames: list[str]) -> dict[str, Any]:  # noqa: N803
        self.world.call("describe_auto_scaling_groups")
        return {"AutoScalingGroups": [{"AutoScalingGroupName": GROUP, "Instances": list(self.world.instances)}]}

    def describe_auto_scaling_instances(self, InstanceIds: list[str]) -> dict[str, Any]:  # noqa: N803
        self.world.call("describe_auto_scaling_instances")
        known = [one for one in self.world.instances if one["InstanceId"] in InstanceIds]
        return {"AutoScalingInstances": [{**one, "AutoScalingGroupName": GROUP} for one in known]}

    def set_instance_health(self, **asked: str) -> dict[str, Any]:
        self.world.call("set_instance_health", **asked)
        return {}

    def complete_lifecycle_action(self, **asked: str) -> dict[str, Any]:
        self.world.call("complete_lifecycle_action", **asked)
        return {}


class CloudWatch:
    def __init__(self, world: World) -> None:
        self.world = world

    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:  # noqa: N803
        self.world.call("describe_alarms")
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": self.world.alarm} for name in AlarmNames]}

    def get_metric_data(self, MetricDataQueries: list[dict[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        self.world.call("get_metric_data")
        values = {query["Id"]: self.world.bytes.get(query["Id"].split("_")[0]) for query in MetricDataQueries}
        results = [{"Id": id, "Values": [] if rate is None else [rate * 60]} for id, rate in values.items()]
        return {"MetricDataResults": results}


class Lambda:
    """The probers: answers, nonsense, or nothing."""

    def __init__(self, world: World) -> None:
        self.world = world

    def invoke(self, FunctionName: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        said = self.world.instance if FunctionName == "probe-instance" else self.world.gateway
        if isinstance(said, Exception):
            raise said
        if isinstance(said, bool):
            return {"Payload": io.BytesIO(json.dumps({"ok": said, "targets": {}}).encode())}
        return dict(said())
