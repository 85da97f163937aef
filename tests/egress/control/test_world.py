"""The line through all of it: an instance dies, its shards leave, it recovers, they come back one by one."""

from tests.egress.control.world import World


def test_shards_leave_a_dead_instance_and_come_back_one_by_one_when_it_is_proven():
    world = World()
    world.at(10.3, lambda: setattr(world, "instance", False))
    world.tick()
    assert world.ways() == {"a": "gateway", "b": "gateway"}
    world.instance = True
    backs = {}
    for _ in range(20):
        world.tick()
        for shard, way in world.ways().items():
            if way == "instance":
                backs.setdefault(shard, world.now)
    assert abs(backs["a"] - backs["b"]) >= 60
    assert min(backs.values()) >= 10 + 300
