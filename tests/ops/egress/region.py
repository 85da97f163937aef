"""us-east-1 of the hypergrowth blueprint in moto: tables, gateways, groups and alarms as the templates make them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import ClientError

from fleet import names
from tests.ops.egress.zones import FLEET

REGION = FLEET.regions["us-east-1"]
EVERYWHERE = "0.0.0.0/0"


@dataclass
class Probers:
    """The probers' functions, of which moto has none: zone and path to what they answer, `True` where nothing stands."""

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def invoke(self, FunctionName: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.asked.append(FunctionName)
        for zone in REGION.zones:
            for path in names.PROBED_PATHS:
                if names.nat_prober(REGION, zone, path) == FunctionName:
                    said = self.answers.get((zone, path), True)
                    said = said.pop(0) if isinstance(said, list) and len(said) > 1 else said
                    said = said[0] if isinstance(said, list) else said
                    if isinstance(said, Exception):
                        raise said
                    return {"Payload": io.BytesIO(json.dumps({"ok": said}).encode())}
        raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": FunctionName}}, "Invoke")


class Aws:
    """The region. `client_for` is what verbs are given; what stands in `broken` is wrapped around a client first.

    Must be made while moto stands.
    """

    def __init__(self, cells: tuple[str, ...] = ("a", "b"), way: str = "instance") -> None:
        self.probers = Probers()
        self.wrapped: dict[str, Any] = {}
        self.ec2, self.autoscaling = self.boto("ec2"), self.boto("autoscaling")
        self.cloudwatch = self.boto("cloudwatch")
        self.vpc = self.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        self._tag(self.vpc, {"Name": names.vpc(REGION)})
        self.tables: dict[str, str] = {}
        """Shard to route table."""
        self.gateways: dict[str, str] = {}
        self.interfaces: dict[str, str] = {}
        for number, zone in enumerate(REGION.zones):
            self._zone(number, zone)
            for cell in cells:
                self._table(zone, f"{REGION.code}-{cell}", way)

    def client_for(self, service: str, account: str, region: str) -> Any:
        assert (account, region) == (REGION.account_id, REGION.name)
        if service == "lambda":
            return self.probers
        client = self.boto(service)
        return self.wrapped[service](client) if service in self.wrapped else client

    @staticmethod
    def boto(service: str) -> Any:
        return boto3.client(service, region_name=REGION.name, aws_access_key_id="x", aws_secret_access_key="x")

    def _zone(self, number: int, zone: str) -> None:
        name = f"{REGION.name}{'abc'[number]}"
        subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.8.{number}.0/24", AvailabilityZone=name)
        subnet_id = subnet["Subnet"]["SubnetId"]
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway = self.ec2.create_nat_gateway(SubnetId=subnet_id, AllocationId=address)["NatGateway"]["NatGatewayId"]
        interface = self.ec2.create_network_interface(SubnetId=subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
        self.gateways[zone], self.interfaces[zone] = gateway, interface
        group = names.nat_group(REGION, zone)
        template = self.ec2.create_launch_template(
            LaunchTemplateName=group,
            LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "c8gn.large"},
        )["LaunchTemplate"]["LaunchTemplateId"]
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=group,
            MinSize=1,
            MaxSize=1,
            AvailabilityZones=[name],
            LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
        )
        for metric in names.SATURATION_ALARMS:
            self.alarm(names.nat_alarm(REGION, zone, metric), "OK")

    def _table(self, zone: str, cell: str, way: str) -> None:
        table = self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        shard = f"{cell}/{zone}"
        self.tables[shard] = table
        gateway, interface = self.gateways[zone], self.interfaces[zone]
        tags = {"Name": shard, "nat:az": zone, "nat:gateway": gateway, "nat:shard": shard, "nat:eni": interface}
        self._tag(table, tags)
        target = {"NatGatewayId": gateway} if way == "gateway" else {"NetworkInterfaceId": interface}
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, **target)

    def _tag(self, id: str, tags: dict[str, str]) -> None:
        every = {"fleet:name": REGION.fleet.name, **tags}
        self.ec2.create_tags(Resources=[id], Tags=[{"Key": key, "Value": value} for key, value in every.items()])

    def alarm(self, name: str, state: str, text: str = "") -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            AlarmDescription=text,
            Namespace="x",
            MetricName="x",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="test")

    def mark(self, shard: str, **tags: str) -> None:
        """Write marks: `hold="…"` is `nat:hold`."""
        listed = [{"Key": f"nat:{key}", "Value": value} for key, value in tags.items()]
        self.ec2.create_tags(Resources=[self.tables[shard]], Tags=listed)

    def lead(self, shard: str, way: str) -> None:
        zone = shard.partition("/")[2]
        to = (
            {"NatGatewayId": self.gateways[zone]} if way == "gateway" else {"NetworkInterfaceId": self.interfaces[zone]}
        )
        self.ec2.replace_route(RouteTableId=self.tables[shard], DestinationCidrBlock=EVERYWHERE, **to)

    def ways(self, zone: str | None = None) -> dict[str, str]:
        """Shard to `instance`, `gateway` or `missing`."""
        found = {}
        for shard, table in self.tables.items():
            routes = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
            (route,) = [one for one in routes if one.get("DestinationCidrBlock") == EVERYWHERE] or [{}]
            found[shard] = "gateway" if "NatGatewayId" in route else "instance" if route else "missing"
        return {shard: way for shard, way in found.items() if zone is None or shard.endswith(zone)}

    def tags(self, shard: str) -> dict[str, str]:
        table = self.ec2.describe_route_tables(RouteTableIds=[self.tables[shard]])["RouteTables"][0]
        return {tag["Key"]: tag["Value"] for tag in table["Tags"]}

    def instance(self, zone: str) -> str:
        """Id of the instance in a zone's group."""
        name = names.nat_group(REGION, zone)
        (group,) = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
        return str(group["Instances"][-1]["InstanceId"])
