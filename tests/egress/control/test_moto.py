"""The calls are EC2's, Auto Scaling's and CloudWatch's own: made against moto, and read back."""

import boto3
import pytest
from moto import mock_aws

from fleet import natimages
from hypercell.egress.runtime import marks
from hypercell.egress.runtime.config import Config, ZoneConfig
from hypercell.egress.runtime.decision import Move
from hypercell.egress.runtime.faults import Faults
from hypercell.egress.runtime.reading import Reading
from hypercell.egress.runtime.routes import Routes
from hypercell.egress.runtime.zone import Way

REGION, ZONE, GROUP, NOW = "us-east-1", "use1-az1", "skyline-use1-az1-nat", 1_764_000_000.0
ALARMS = ("skyline-use1-az1-nat-allowance-exceeded", "skyline-use1-az1-nat-insert-failed")


class Standing:
    """A zone of two cells in moto."""

    def __init__(self):
        self.ec2 = boto3.client("ec2", REGION)
        self.autoscaling = boto3.client("autoscaling", REGION)
        self.cloudwatch = boto3.client("cloudwatch", REGION)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        place = {"VpcId": self.vpc, "AvailabilityZone": "us-east-1a"}
        self.subnet = self.ec2.create_subnet(CidrBlock="10.8.0.0/24", **place)["Subnet"]["SubnetId"]
        made = self.ec2.create_network_interface(SubnetId=self.subnet)
        self.eni = made["NetworkInterface"]["NetworkInterfaceId"]
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway = self.ec2.create_nat_gateway(SubnetId=self.subnet, AllocationId=address)
        self.nat = gateway["NatGateway"]["NatGatewayId"]
        self.tables = [self.table(cell, self.vpc) for cell in ("a", "b")]
        self.launch()
        self.faults = Faults()
        zone = ZoneConfig(ZONE, GROUP, "probe-instance", "probe-gateway", ALARMS, 625e6)
        config = Config("skyline", self.vpc, "skyline/egress", True, {ZONE: zone})
        self.zone_config = zone
        self.reading = Reading(
            config, ec2=self.ec2, autoscaling=self.autoscaling, cloudwatch=self.cloudwatch, faults=self.faults
        )
        self.routes = Routes(self.ec2, self.reading, self.faults)

    def table(self, cell, vpc, fleet="skyline", **without):
        tags = {
            "fleet:name": fleet, "nat:az": ZONE, "nat:shard": cell, "nat:gateway": self.nat, "nat:eni": self.eni
        }  # fmt: skip
        listed = [{"Key": k, "Value": v} for k, v in tags.items() if k.removeprefix("nat:") not in without]
        spec = [{"ResourceType": "route-table", "Tags": listed}]
        table = self.ec2.create_route_table(VpcId=vpc, TagSpecifications=spec)["RouteTable"]["RouteTableId"]
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=self.nat)
        return table

    def launch(self):
        self.autoscaling.create_launch_configuration(
            LaunchConfigurationName="nat", ImageId=natimages.image(REGION), InstanceType="c8gn.large"
        )
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            LaunchConfigurationName="nat",
            MinSize=1,
            MaxSize=1,
            VPCZoneIdentifier=self.subnet,
        )

    def zone(self):
        zone = self.reading.zone(ZONE, NOW)
        assert zone is not None, self.faults.seen
        return zone

    def to_gateway(self, **more):
        moves = [Move(one, Way.GATEWAY, "probe", NOW + 300, **more) for one in self.zone().shards]
        return self.routes.to_gateway(moves, NOW)

    def to_instance(self, name):
        (shard,) = [one for one in self.zone().shards if one.name == name]
        move = Move(shard, Way.INSTANCE, "proven", machine=self.zone().machine.id)
        return self.routes.to_instance(move, self.zone_config, NOW)

    def ways(self):
        return {shard.name: shard.way.value for shard in self.zone().shards}


@pytest.fixture
def aws(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Standing()


def test_a_zone_is_read_with_its_shards_instance_and_gateway(aws):
    zone = aws.zone()
    assert [(shard.name, shard.way) for shard in zone.shards] == [("a", Way.GATEWAY), ("b", Way.GATEWAY)]
    assert zone.machine is not None
    assert zone.machine.serving
    assert zone.gateway_state == "available"
    assert aws.faults.seen == []


def test_shards_go_there_and_back(aws):
    assert aws.to_instance("a").shards == 1
    assert aws.ways() == {"a": "instance", "b": "gateway"}
    assert aws.to_gateway().shards == 1
    assert aws.ways() == {"a": "gateway", "b": "gateway"}
    assert aws.faults.seen == []


def test_what_is_written_on_a_table_is_what_is_read(aws):
    aws.to_instance("a")
    aws.to_gateway(doomed="i-9")
    (first, _) = aws.zone().shards
    assert (first.marks.hold, first.marks.reason, first.marks.doomed) == (NOW + 300, "probe", "i-9")
    assert first.marks.failovers == (NOW,)


def test_a_default_route_that_is_missing_is_created(aws):
    aws.ec2.delete_route(RouteTableId=aws.tables[0], DestinationCidrBlock="0.0.0.0/0")
    assert aws.ways()["a"] == "missing"
    assert aws.to_gateway().failed == 0
    assert aws.ways()["a"] == "gateway"


def test_tables_of_other_fleets_and_networks_are_not_seen(aws):
    aws.table("x", aws.vpc, fleet="other")
    aws.table("y", aws.ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"])
    assert [shard.name for shard in aws.zone().shards] == ["a", "b"]


def test_a_table_without_one_of_its_tags_is_named_and_left_alone(aws):
    bare = aws.table("c", aws.vpc, gateway=True)
    zone = aws.zone()
    assert zone.unreadable == (bare,)
    assert [shard.name for shard in zone.shards] == ["a", "b"]


def test_a_deleted_gateway_is_known_to_be_gone(aws):
    aws.ec2.delete_nat_gateway(NatGatewayId=aws.nat)
    assert aws.zone().gateway_gone


def test_an_alarm_says_that_the_instance_is_at_a_limit(aws):
    assert aws.zone().saturated is None  # alarms that are not there say nothing
    for name in ALARMS:
        aws.cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="skyline/egress", MetricName="x", ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1, Threshold=0, Period=10, Statistic="Sum",
        )  # fmt: skip
        aws.cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="-")
    assert aws.zone().saturated is False
    aws.cloudwatch.set_alarm_state(AlarmName=ALARMS[1], StateValue="ALARM", StateReason="-")
    assert aws.zone().saturated is True


def test_loads_are_measured_when_a_shed_shard_waits(aws):
    tags = [{"Key": marks.REASON, "Value": "saturation"}, {"Key": marks.HOLD, "Value": f"{NOW - 60:.0f}"}]
    aws.ec2.create_tags(Resources=aws.tables[:1], Tags=tags)
    assert aws.zone().load is None  # nothing was published
    from datetime import UTC, datetime, timedelta

    minute = datetime.fromtimestamp(NOW, UTC) - timedelta(minutes=2)
    for namespace, name, dimension, value in (
        ("skyline/egress", "BytesIn", ("Zone", ZONE), 60e6),
        ("skyline/egress", "BytesOut", ("Zone", ZONE), 120e6),
        ("AWS/NATGateway", "BytesInFromDestination", ("NatGatewayId", aws.nat), 600e6),
        ("AWS/NATGateway", "BytesOutToDestination", ("NatGatewayId", aws.nat), 6e6),
    ):
        datum = {"MetricName": name, "Value": value, "Timestamp": minute}
        datum["Dimensions"] = [{"Name": dimension[0], "Value": dimension[1]}]
        aws.cloudwatch.put_metric_data(Namespace=namespace, MetricData=[datum])
    load = aws.zone().load
    assert (load.instance, load.gateway) == (2e6, 10e6)


def test_a_machine_that_is_ended_leaves_the_group(aws):
    before = aws.zone().machine
    aws.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=before.id, ShouldDecrementDesiredCapacity=False)
    assert aws.zone().machine.id != before.id


def test_a_failback_is_refused_when_the_instance_is_another_than_the_proven_one(aws):
    (shard, _) = aws.zone().shards
    move = Move(shard, Way.INSTANCE, "proven", machine="i-0123456789abcdef0")
    assert aws.routes.to_instance(move, aws.zone_config, NOW).calls == 0
    assert aws.ways()["a"] == "gateway"
