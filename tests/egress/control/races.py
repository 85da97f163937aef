"""The races of the controller: what two or three runs do at once, and which of the re-checks each needs.

Shared by the test that shows that none ends wrong, and by the benchmark that counts them.
"""

from __future__ import annotations

from collections.abc import Callable
from unittest import mock

from hypercell.egress.runtime import events, routes
from hypercell.egress.runtime.config import Config
from hypercell.egress.runtime.controller import Clients, Controller
from hypercell.egress.runtime.decision import Move
from hypercell.egress.runtime.faults import Faults
from hypercell.egress.runtime.reading import Reading
from hypercell.egress.runtime.report import Report
from hypercell.egress.runtime.routes import Routes
from hypercell.egress.runtime.settings import Settings
from hypercell.egress.runtime.sight import Round, Sight
from hypercell.egress.runtime.zone import Way
from tests.egress.control.interleaving import Channel, Outcome, Run, clients, walk
from tests.egress.control.world import EPOCH, ZONE, ZONE_CONFIG, World

CONFIG = Config(fleet="skyline", vpc="vpc-1", namespace="skyline/egress", shed=True, zones={ZONE: ZONE_CONFIG})
NOW = EPOCH + 1000


class Green:
    """Probers that see nothing wrong: what the races are about is not what they say."""

    def look(self) -> Round:
        return Round(Sight.OK, Sight.OK)


def parts(channel: Channel) -> tuple[Reading, Routes]:
    ec2, autoscaling, cloudwatch = clients(channel)
    reading = Reading(CONFIG, ec2=ec2, autoscaling=autoscaling, cloudwatch=cloudwatch, faults=Faults())
    return reading, Routes(ec2, reading, Faults())


def failback(channel: Channel) -> None:
    """A tick leads the shard back. It decided on the world before anything happened."""
    shard = Reading(CONFIG, ec2=_before("ec2"), autoscaling=None, cloudwatch=None, faults=Faults()).shards(["rtb-a"])
    assert shard is not None
    _reading, moving = parts(channel)
    moving.to_instance(Move(shard["rtb-a"], Way.INSTANCE, "proven", machine="i-1"), ZONE_CONFIG, NOW)


def _before(_service: str) -> object:
    from tests.egress.control.world import Ec2

    return Ec2(World(shards=("a",), way="gateway"))


def rotation(channel: Channel) -> None:
    """Auto Scaling begins to end the instance; the hook's event arrives some time later."""
    _end(channel)
    _event(channel, events.Going("i-1", ZONE_CONFIG.group, "terminating", "token"))


def spot_warning(channel: Channel) -> None:
    """EC2 says that it will take the instance; to Auto Scaling it is in service still."""
    _event(channel, events.Going("i-1"))


def by_hand(channel: Channel) -> None:
    """Somebody moves the shard to the gateway, to stay there for an hour."""
    _move(channel, "by hand", doomed="")


def rotation_alone(channel: Channel) -> None:
    """The move of `rotation` without the event's looks around it."""
    _end(channel)
    _move(channel, "going", doomed="i-1")


def spot_warning_alone(channel: Channel) -> None:
    """The move of `spot_warning` without the event's looks around it."""
    _move(channel, "going", doomed="i-1")


def _end(channel: Channel) -> None:
    ending = {"InstanceId": "i-1", "LifecycleState": "Terminating:Wait"}
    channel.ask(lambda world: world.instances.__setitem__(0, ending))


def _move(channel: Channel, reason: str, doomed: str) -> None:
    reading, moving = parts(channel)
    shards = reading.shards(["rtb-a"])
    assert shards is not None
    moving.to_gateway([Move(one, Way.GATEWAY, reason, NOW + 3600, doomed) for one in shards.values()], NOW)


def _event(channel: Channel, told: events.Going) -> None:
    ec2, autoscaling, cloudwatch = clients(channel)
    reached = Clients(ec2=ec2, autoscaling=autoscaling, cloudwatch=cloudwatch, prober=None)
    controller = Controller(CONFIG, ZONE, reached, Settings(), Report("", ZONE, lambda _: None))
    probing: events.Probing = Green()  # type: ignore[assignment]
    events.act(told, controller, probing, clock=lambda: NOW, sleep=lambda _: None)


EVENTS: dict[str, Run] = {"rotation": rotation, "spot warning": spot_warning, "by hand": by_hand}
MOVES: dict[str, Run] = {"rotation": rotation_alone, "spot warning": spot_warning_alone, "by hand": by_hand}
"""The events' moves alone: they have fewer calls, and what is right of them is right of the events."""


def on_the_gateway(world: World) -> bool:
    """After any of the events the shard must lead to the gateway, whatever else ran meanwhile."""
    return world.ways()["a"] == "gateway"


def race(*runs: Run) -> Outcome:
    """A shard on the gateway, about to be led back, and what happens meanwhile."""
    return walk(World(shards=("a",), way="gateway"), runs, on_the_gateway)


def without_the_look_after_a_failover() -> mock._patch[int]:
    return mock.patch.object(routes, "LOOKS", 1)


def without_the_look_after_a_failback() -> mock._patch[Callable[..., bool]]:
    honest = Routes._unchanged

    def blind(self: Routes, move: Move, config: object, way: Way) -> bool:
        return True if way is Way.INSTANCE else honest(self, move, config, way)  # type: ignore[arg-type]

    return mock.patch.object(Routes, "_unchanged", blind)
