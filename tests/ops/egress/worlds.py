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
    """

    def __init__(self, way: str = "instance") -> None:
        super().__init__(way=way)
        for table, tags in self.tags.items():
            tags["nat:shard"] = f"use1-{table.removeprefix('rtb-')}/{ZONE}"
        self.before: dict[str, Callable[[], None]] = {}
        (self.place,) = places(FLEET, zone=ZONE)
        self.hands = Hands(self.place.region, lambda service, *_: self.client(service))

    def client(self, service: str) -> Any:
        return {"ec2": Vpcs, "autoscaling": AutoScaling, "cloudwatch": CloudWatch, "lambda": Probers}[service](self)

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


class Probers(Lambda):
    def invoke(self, FunctionName: str, **asked: Any) -> dict[str, Any]:  # noqa: N803
        return super().invoke("probe-instance" if FunctionName.endswith("probe-instance") else "probe-gateway", **asked)
