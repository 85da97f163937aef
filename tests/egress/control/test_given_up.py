"""When an instance that carries nothing is replaced, and when not."""

from tests.egress.control.test_failure_modes import GIVEN_UP, fails
from tests.egress.control.world import World


def test_bad_image_is_given_up_three_times_an_hour_and_then_somebody_has_to_look():
    world = World(way="gateway")
    world.instance = False
    for number in range(12):
        world.instances = [{"InstanceId": f"i-{number}", "LifecycleState": "InService"}]
        world.tick(2)
    assert len(world.called("set_instance_health")) == 3


def test_a_new_instance_has_a_minute_like_any_other():
    """What its predecessor failed, and what failed before it was in service, is not held against it."""
    world = World()
    fails(world, "instance", 5)
    world.tick(2)
    assert world.called("set_instance_health") == [GIVEN_UP]
    world.instances = [{"InstanceId": "i-2", "LifecycleState": "Pending:Wait"}]
    world.tick(2)
    served = world.now + 20
    world.at(served, lambda: world.instances[0].update(LifecycleState="InService"))
    world.at(served + 45, lambda: setattr(world, "instance", True))
    world.tick(3)
    assert world.called("set_instance_health") == [GIVEN_UP]
