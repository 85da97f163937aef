"""Several cells in a zone leave together."""

import threading
from concurrent.futures import ThreadPoolExecutor

from hypercell.egress.runtime import tick
from hypercell.egress.runtime.controller import Controller
from hypercell.egress.runtime.report import Report
from hypercell.egress.runtime.settings import Settings
from tests.egress.control.races import CONFIG
from tests.egress.control.world import ZONE, AutoScaling, Clients, CloudWatch, Ec2, Lambda, World


def test_no_cell_waits_for_the_calls_of_another():
    """Each call returns only when all three are under way."""
    world = World(shards=("a", "b", "c"))
    world.at(3, lambda: setattr(world, "instance", False))
    together = threading.Barrier(3, timeout=20)

    class Meeting(Ec2):
        def replace_route(self, **asked):
            together.wait()
            super().replace_route(**asked)

    clients = Clients(
        ec2=Meeting(world), autoscaling=AutoScaling(world), cloudwatch=CloudWatch(world), prober=Lambda(world)
    )
    report = Report("", ZONE, lambda _: None)
    with ThreadPoolExecutor(3) as pool:
        controller = Controller(CONFIG, ZONE, clients, Settings(length_seconds=20), report, each=pool.map)
        tick.run(controller, world.probing(), world)
    assert set(world.ways().values()) == {"gateway"}
