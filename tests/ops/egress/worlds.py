"""A zone of the controller's fake AWS, seen by a person: time stands still, and any call can fail or race."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ops.egress.hands import Hands
from ops.egress.places import Place, places
from ops.egress.seen import Seen, look_again
from tests.egress.control.world import EPOCH, AutoScaling, CloudWatch, Ec2, Lambda, World
from tests.ops.egress.zones import FLEET, ZONE

NOW = EPOCH


class Zone(World):
    """use1-az1 with two cells.

    Attributes:
        before: name of a call to what happens just before it, once.
        late: seconds for which the group goes on to show an instance that was ended as it was.
    """

    def __init__(self, way: str = "instance") -> None:
        super().__init__(way=way)
        for table, tags in self.tags.items():
            tags["nat:shard"] = f"use1-{table.removeprefix('rtb-')}/{ZONE}"
        self.late = 0.0
        self.before: dict[str, Callable[[], None]] = {}
        (self.place,) = places(FLEET, zone=ZONE)
        self.hands = Hands(self.place.region, lambda service, *_: self.client(service))

    def client(self, service: str) -> Any:
        return {"ec2": Vpcs, "autoscaling": Group, "cloudwatch": CloudWatch, "lambda": Probers}[service](self)

    def call(self, name: str, **arguments: Any) -> None:
        happens = self.before.pop(name, None)
        if happens is not None:
            happens()
        super().call(name, **arguments)

    def seen(self, rounds: int = 3, place: Place | None = None) -> Seen:
        return look_again(self.hands, place or self.place, NOW, rounds=rounds)

    def by_region(self) -> dict[str, Hands]:
        return {self.place.region.name: self.hands}

    def mark(self, cell: str, **tags: str) -> None:
        self.tags[f"rtb-{cell}"].update({f"nat:{key}": value for key, value in tags.items()})

    def marked(self, cell: str, key: str) -> str | None:
        return self.tags[f"rtb-{cell}"].get(f"nat:{key}")


class Vpcs(Ec2):
    def describe_vpcs(self, **_: Any) -> dict[str, Any]:
        return {"Vpcs": [{"VpcId": "vpc-1"}]}

    def describe_instances(self, **_: Any) -> dict[str, Any]:
        self.world.call("describe_instances")
        return {"Reservations": []}


class Group(AutoScaling):
    """An instance that is ended goes for half a minute; the next one boots for another, and serves after that."""

    def terminate_instance_in_auto_scaling_group(self, **asked: Any) -> dict[str, Any]:
        self.world.call("terminate_instance", **asked)
        world, (one,) = self.world, self.world.instances
        assert one["InstanceId"] == asked["InstanceId"]
        assert asked["ShouldDecrementDesiredCapacity"] is False
        next_one = f"i-{int(one['InstanceId'].removeprefix('i-')) + 1}"

        def is_now(id: str, lifecycle: str) -> None:
            world.instances[:] = [{"InstanceId": id, "LifecycleState": lifecycle}]

        def begins() -> None:
            is_now(one["InstanceId"], "Terminating:Wait")
            world.instance = False

        if world.late:
            world.at(world.now + world.late, begins)
        else:
            begins()
        world.at(world.now + 30, lambda: is_now(next_one, "Pending:Wait"))
        world.at(world.now + 60, lambda: is_now(next_one, "InService"))
        world.at(world.now + 80, lambda: setattr(world, "instance", True))
        return {}


class Probers(Lambda):
    def invoke(self, FunctionName: str, **asked: Any) -> dict[str, Any]:  # noqa: N803
        return super().invoke("probe-instance" if FunctionName.endswith("probe-instance") else "probe-gateway", **asked)
