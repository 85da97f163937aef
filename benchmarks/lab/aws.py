"""The zone in a local AWS: what the controller reads, and the clients it acts through."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3

from benchmarks.lab.lines import Speaker
from benchmarks.lab.zone import Zone

ROUTE_CALLS = ("ReplaceRoute", "CreateRoute", "DeleteRoute")
ANYWHERE = "0.0.0.0/0"
IMAGE = "ami-12c6146b"
"""One that moto knows; asking for all of them takes seconds."""


class LocalAws:
    """VPC, route tables with their tags, interface, gateway, group and alarms of one zone, on a moto server.

    Attributes:
        eni: the NAT instance's static interface.
        gateway: the NAT gateway.
        tables: route table by shard.
        vpc: the VPC.
    """

    def __init__(self, speaker: Speaker, zone: Zone) -> None:
        self._speaker, self._zone = speaker, zone
        self._endpoint = f"http://127.0.0.1:{speaker.ask('port')}"
        self.route_calls: list[tuple[float, float, Mapping[str, Any]]] = []
        """Began and ended by the monotonic clock, and what was asked, of each call that changes routes."""
        self._calling = threading.local()
        self.ec2 = self.client("ec2")
        self.autoscaling = AutoScaling(self.client("autoscaling"))
        self.cloudwatch = self.client("cloudwatch")
        self._build()

    def client(self, service: str) -> Any:
        """A boto3 client of the local AWS. Calls that change routes are written down, whoever makes them."""
        make: Any = boto3.client  # the service is not known to types
        client = make(
            service,
            region_name=self._zone.region,
            endpoint_url=self._endpoint,
            aws_access_key_id="lab",
            aws_secret_access_key="lab",
        )
        for call in ROUTE_CALLS if service == "ec2" else ():
            client.meta.events.register(f"before-parameter-build.ec2.{call}", self._before)
            client.meta.events.register(f"after-call.ec2.{call}", self._after)
        return client

    def _before(self, params: Mapping[str, Any], **_: Any) -> None:
        self._calling.now = (time.monotonic(), dict(params))

    def _after(self, **_: Any) -> None:
        began, asked = self._calling.now
        self.route_calls.append((began, time.monotonic(), asked))

    def _build(self) -> None:
        zone, ec2 = self._zone, self.ec2
        self.vpc = ec2.create_vpc(CidrBlock=str(zone.public.supernet(new_prefix=16)))["Vpc"]["VpcId"]
        place = f"{zone.region}a"
        public = ec2.create_subnet(VpcId=self.vpc, CidrBlock=str(zone.public), AvailabilityZone=place)
        subnet = public["Subnet"]["SubnetId"]
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
        self.gateway = made["NatGateway"]["NatGatewayId"]
        static = ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress=zone.instance)
        self.eni = static["NetworkInterface"]["NetworkInterfaceId"]
        ec2.modify_network_interface_attribute(NetworkInterfaceId=self.eni, SourceDestCheck={"Value": False})
        self.tables = {shard: self._table(shard) for shard in zone.cells}
        self._group(subnet)
        for name in zone.alarms:
            self._alarm(name)

    def _table(self, shard: str) -> str:
        """As CloudFormation makes it: by the gateway, and tagged for the controller."""
        table = str(self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"])
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE, NatGatewayId=self.gateway)
        tags = {"fleet:name": self._zone.fleet, "nat:shard": shard, "nat:az": self._zone.name}
        tags |= {"nat:eni": self.eni, "nat:gateway": self.gateway}
        self.ec2.create_tags(Resources=[table], Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
        return table

    def _group(self, subnet: str) -> None:
        template = {"ImageId": IMAGE, "InstanceType": "c7gn.large"}
        name = self._zone.group
        self.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=template)
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
            MinSize=1,
            MaxSize=1,
            VPCZoneIdentifier=subnet,
        )

    def _alarm(self, name: str) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace=f"{self._zone.fleet}/egress",
            MetricName="AllowanceExceeded",
            Dimensions=[{"Name": "Zone", "Value": self._zone.name}],
            Statistic="Sum",
            Period=10,
            EvaluationPeriods=3,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )

    @property
    def instance(self) -> str:
        """The machine that the group has now."""
        groups = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self._zone.group])
        return str(groups["AutoScalingGroups"][0]["Instances"][0]["InstanceId"])

    def mirror(self, router: str, kernel_tables: Mapping[str, int], hops: Mapping[str, str]) -> None:
        """From now on the kernel of the router follows the route tables, by shard, and knows a hop for each path."""
        numbers = {self.tables[shard]: number for shard, number in kernel_tables.items()}
        by_id = {self.eni: hops["instance"], self.gateway: hops["gateway"]}
        self._speaker.ask("mirror", region=self._zone.region, router=router, tables=numbers, hops=by_id)

    def delays(self) -> list[float]:
        """Seconds from EC2's answer to each call that changed a route until the kernel had it; below 0: it was faster.

        Raises:
            RuntimeError: the kernel never had it.
        """
        changes: list[tuple[float, str, str]] = [tuple(one) for one in self._speaker.ask("changes")]
        found = []
        for began, ended, asked in self.route_calls:
            table, target = asked["RouteTableId"], asked.get("NetworkInterfaceId") or asked.get("NatGatewayId")
            before = [to for when, changed, to in changes if changed == table and when < began]
            if before[-1:] == [target]:
                continue  # it stood there already
            late = [when - ended for when, *what in changes if when > began and what == [table, target]]
            if not late:
                raise RuntimeError(f"the kernel does not follow: {table} leads to {target}, and no mirror has seen it")
            found.append(late[0])
        return found

    def paths(self) -> dict[str, str]:
        """`instance`, `gateway` or the target's id, by shard."""
        words = {self.eni: "instance", self.gateway: "gateway"}
        found = self.ec2.describe_route_tables(RouteTableIds=list(self.tables.values()))["RouteTables"]
        out = {
            table["RouteTableId"]: route.get("NetworkInterfaceId") or route.get("NatGatewayId", "")
            for table in found
            for route in table["Routes"]
            if route.get("DestinationCidrBlock") == ANYWHERE
        }
        return {shard: words.get(out[table], out[table]) for shard, table in self.tables.items()}

    def move(self, path: str, shards: Sequence[str] | None = None) -> None:
        """Change routes as a person would, past the controller."""
        target = {"NetworkInterfaceId": self.eni} if path == "instance" else {"NatGatewayId": self.gateway}
        for shard in shards or self.tables:
            self.ec2.replace_route(RouteTableId=self.tables[shard], DestinationCidrBlock=ANYWHERE, **target)

    def forget(self) -> None:
        """Take away all that a controller has written on the tables; what CloudFormation wrote stays."""
        static = {"nat:shard", "nat:az", "nat:eni", "nat:gateway"}
        for table in self.ec2.describe_route_tables(RouteTableIds=list(self.tables.values()))["RouteTables"]:
            state = [{"Key": tag["Key"]} for tag in table["Tags"] if tag["Key"].startswith("nat:")]
            state = [tag for tag in state if tag["Key"] not in static]
            if state:
                self.ec2.delete_tags(Resources=[table["RouteTableId"]], Tags=state)

    def set_alarm(self, name: str, state: str) -> None:
        """`ALARM` or `OK`."""
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="the lab says so")


class AutoScaling:
    """moto's auto scaling, and the one call it lacks."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.completed: list[Mapping[str, str]] = []
        """Every lifecycle action that was completed."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def complete_lifecycle_action(self, **action: str) -> dict[str, Any]:
        self.completed.append(action)
        return {}
