"""Where each call goes when endpoints, zones and cells are lost: computed from the emitted rules, and conserved."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.model import Fleet
from ops.mesh.cluster import Cluster
from ops.mesh.failover import Answer, answer, service_of
from ops.mesh.hosts import Loss, When
from tests.ops.mesh.conftest import Documents, every

Z1, Z2, Z3 = "use1-az1", "use1-az2", "use1-az4"
ZONES = (Z1, Z2, Z3)
WHENS = (When.AT_ONCE, When.EJECTED, When.KNOWN)


class World:
    """hypergrowth's us-east-1: six cells, and services in five or three of them."""

    def __init__(self, documents: Documents) -> None:
        self.clusters = {name: Cluster(name, found) for name, found in documents.items()}
        self.zones = dict.fromkeys(self.clusters, ZONES)

    def ask(self, cell: str, service: str, when: When = When.KNOWN, zone: str = Z1, **more: Any) -> Answer:
        loss = Loss(**{key: more.pop(key) for key in list(more) if key in ("cells", "zones", "pods", "failing")})
        called = service_of(self.clusters[cell], service)
        return answer(self.clusters, self.zones, cell, zone, called, loss=loss, when=when, **more)


@pytest.fixture(scope="module")
def world(emitted: Callable[[str, str], Documents]) -> World:
    return World(emitted("hypergrowth", "us-east-1"))


def gone(*cells: str) -> dict[str, Any]:
    return {"cells": frozenset(f"use1-{cell}" for cell in cells)}


def unready(cell: str, zone: str = "") -> dict[str, Any]:
    return {"pods": frozenset({(f"use1-{cell}", zone)})}


def grey(cell: str, *zones: str) -> dict[str, Any]:
    return {"failing": {(f"use1-{cell}", zone): 1000 for zone in zones}}


OWN = {("use1-b", Z1): 1}
OTHER_ZONES = {("use1-b", Z2): Fraction(1, 2), ("use1-b", Z3): Fraction(1, 2)}


def cells(*names: str) -> dict[tuple[str, str], Fraction]:
    return {(f"use1-{name}", ""): Fraction(1, len(names)) for name in names}


# flights-pricing runs in b, c, d, e and f; slipstream in a, b and c. Caller's cell, callee, what is lost, and who
# answers: at once, after ejection, when everybody knows. None: somebody is lost, see below.
TABLE = [
    ("nothing", "b", "flights-pricing", {}, [OWN, OWN, OWN]),
    ("own zone's pods", "b", "flights-pricing", unready("b", Z1), [None, OTHER_ZONES, OTHER_ZONES]),
    ("another zone's pods", "b", "flights-pricing", unready("b", Z2), [OWN, OWN, OWN]),
    ("own cell's pods", "b", "flights-pricing", unready("b"), [None, None, cells("c", "d", "e", "f")]),
    ("another zone", "b", "flights-pricing", {"zones": frozenset({Z2})}, [OWN, OWN, OWN]),
    ("another cell", "b", "flights-pricing", gone("c"), [OWN, OWN, OWN]),
    ("four other cells", "b", "flights-pricing", gone("c", "d", "e", "f"), [OWN, OWN, OWN]),
    ("grey pods in own zone", "b", "flights-pricing", grey("b", Z1), [None, OTHER_ZONES, OTHER_ZONES]),
    ("own pods and another cell", "b", "flights-pricing", unready("b") | gone("c"), [None, None, cells("d", "e", "f")]),
    # Not hosted here: every address is another cell's gateway.
    ("nothing", "a", "flights-pricing", {}, [cells(*"bcdef")] * 3),
    ("a zone", "a", "flights-pricing", {"zones": frozenset({Z2})}, [None, cells(*"bcdef"), cells(*"bcdef")]),
    ("one cell", "a", "flights-pricing", gone("b"), [None, cells(*"cdef"), cells(*"cdef")]),
    ("two cells", "a", "flights-pricing", gone("b", "c"), [None, cells(*"def"), cells(*"def")]),
    ("pods of one cell", "a", "flights-pricing", unready("b"), [None, cells(*"cdef"), cells(*"cdef")]),
    # In the fewest cells that two losses allow.
    ("nothing", "d", "slipstream", {}, [cells(*"abc")] * 3),
    ("one cell", "d", "slipstream", gone("a"), [None, cells(*"bc"), cells(*"bc")]),
    ("two cells", "d", "slipstream", gone("a", "b"), [None, cells("c"), cells("c")]),
]


@pytest.mark.parametrize(
    ("what", "caller", "callee", "loss", "expected"), TABLE, ids=lambda v: v if isinstance(v, str) else ""
)
def test_who_answers(world: World, what: str, caller: str, callee: str, loss: dict[str, Any], expected: list[Any]):
    for when, wanted in zip(WHENS, expected, strict=True):
        found = world.ask(f"use1-{caller}", callee, when, **loss)
        if wanted is not None:
            assert found.shares == wanted, when
            assert found.lost == 0, when
            assert found.late == 0, when


def test_what_survives_costs_no_call_once_proxies_have_noticed(world: World, fleet: Fleet):
    """Every call of the region, with every loss that `policies.survive` names, from every cell that still stands."""
    survive = fleet.policies.survive
    region = fleet.regions["us-east-1"]
    names = sorted(world.clusters)
    pairs = [frozenset({one, two}) for one in names for two in names if one < two]
    assert survive.cells == 2
    asked = 0
    for lost in (*pairs, frozenset({Z1}), frozenset({Z2}), frozenset({Z3})):
        loss = {"zones": lost} if lost <= set(ZONES) else {"cells": lost}
        for service in fleet.services.values():
            for caller in service.cells_in(region):
                if caller.name in lost:
                    continue
                for call in service.calls:
                    zone = next(z for z in ZONES if z not in lost)
                    found = world.ask(caller.name, call.service, When.EJECTED, zone=zone, **loss)
                    asked += 1
                    assert found.lost == 0, (caller.name, call.service, lost)
                    assert not set(found.by_cell()) & lost
    assert asked > 300


def test_at_once_a_call_between_cells_is_sent_again_and_few_are_lost(world: World):
    """Two of five cells vanish: until proxies have left their addresses out, three tries in a row may all be dead."""
    found = world.ask("use1-a", "flights-pricing", When.AT_ONCE, **gone("b", "c"))
    dead, all_ = 6, 15
    three_dead = Fraction(dead, all_) * Fraction(dead - 1, all_ - 1) * Fraction(dead - 2, all_ - 2)
    assert found.lost == three_dead
    assert found.late == Fraction(dead, all_) - three_dead


def test_a_viewer_at_the_door_has_one_try_less(world: World):
    found = world.ask("use1-a", "flights-pricing", When.AT_ONCE, **gone("b", "c"), at_the_door=True)
    assert found.lost == Fraction(6, 15) * Fraction(5, 14)


def test_a_cell_whose_pods_all_fail_and_say_they_are_ready_keeps_its_calls(world: World):
    """What no mesh heals: ejection ends where the zone's share does. Readiness has to say it, or a person drains."""
    for when in WHENS:
        assert world.ask("use1-b", "flights-pricing", when, **grey("b", *ZONES)).lost == 1


def test_nobody_else_answers_before_the_own_cell_is_short(world: World):
    """Pods that are no endpoints leave no gap: the rest of the zone, however few, keeps all calls."""
    few = dict.fromkeys(world.clusters, 3)
    assert world.ask("use1-b", "flights-pricing", running=few).shares == OWN
    two = {"pods": frozenset({("use1-b", Z1), ("use1-b", Z2)})}
    assert world.ask("use1-b", "flights-pricing", running=few, **two).shares == {("use1-b", Z3): 1}


def test_calls_between_cells_follow_the_number_of_pods(world: World):
    uneven = {"use1-b": 30, "use1-c": 60, "use1-d": 30, "use1-e": 30, "use1-f": 30}
    found = world.ask("use1-a", "flights-pricing", running=uneven)
    assert found.by_cell() == {cell: Fraction(count, 180) for cell, count in uneven.items()}


CELLS = [f"use1-{key}" for key in "abcdef"]
losses = st.builds(
    Loss,
    cells=st.frozensets(st.sampled_from(CELLS), max_size=4),
    zones=st.frozensets(st.sampled_from(ZONES), max_size=2),
    pods=st.frozensets(st.tuples(st.sampled_from(CELLS), st.sampled_from([*ZONES, ""])), max_size=4),
    failing=st.dictionaries(st.tuples(st.sampled_from(CELLS), st.sampled_from(ZONES)), st.integers(1, 40), max_size=4),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    loss=losses,
    when=st.sampled_from(WHENS),
    caller=st.sampled_from(CELLS),
    callee=st.sampled_from(["flights-pricing", "slipstream"]),
    pods=st.lists(st.integers(3, 40), min_size=6, max_size=6),
)
def test_every_call_is_answered_once_or_lost_and_by_nobody_who_is_gone(
    world: World, loss: Loss, when: When, caller: str, callee: str, pods: list[int]
):
    cluster = world.clusters[caller]
    if not any(one["metadata"]["name"] == callee for one in cluster.of("Service")):
        return
    found = answer(
        world.clusters,
        world.zones,
        caller,
        Z1,
        service_of(cluster, callee),
        loss=loss,
        when=when,
        running=dict(zip(CELLS, pods, strict=True)),
    )
    assert sum(found.shares.values()) + found.lost == 1
    assert 0 <= found.late <= 1 - found.lost
    assert all(share > 0 for share in found.shares.values())
    for cell, zone in found.shares:
        assert cell not in loss.cells
        assert zone not in loss.zones
        assert (cell, "") not in loss.pods
        assert not zone or (cell, zone) not in loss.pods


def test_the_numbers_of_the_page_are_those_of_the_calculation(world: World):
    page = (Path(__file__).parents[3] / "docs" / "components" / "mesh.md").read_text("utf-8")

    def lost(cell: str, callee: str, **loss: Any) -> str:
        return f"{float(100 * world.ask(cell, callee, When.AT_ONCE, **loss).lost):.1f} %"

    zone = lost("use1-a", "flights-pricing", zones=frozenset({Z2}))
    one, two = (lost("use1-a", "flights-pricing", **gone(*cells)) for cells in ("b", "bc"))
    rows = dict(re.findall(r"^\| ([^|]+?) \|.*\| ([^|]+?) \|$", page, re.MULTILINE))
    assert rows["another zone"] == zone
    assert rows["one other cell that hosts it"] == one
    assert rows["two other cells that host it"] == two
    few = [lost("use1-d", "slipstream", **gone(*cells)) for cells in ("a", "ab")]
    assert f"{few[0]} and {few[1]} for one and two cells" in page
    assert f"lose {lost('use1-a', 'flights-pricing', **gone('b', 'c'), at_the_door=True)} in the last row" in page


# --- spoilt on purpose ------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(emitted: Callable[[str, str], Documents]) -> Callable[[Callable[[dict[str, Any]], None]], World]:
    """A world in which every traffic policy was edited."""

    def make(edit: Callable[[dict[str, Any]], None]) -> World:
        documents = deepcopy(emitted("hypergrowth", "us-east-1"))
        for _, one in every(documents, "DestinationRule"):
            edit(one["spec"]["trafficPolicy"])
        return World(documents)

    return make


def test_with_the_zone_first_every_fault_of_a_zone_would_spill_over_cells(changed: Any):
    """Why the network stands first: a gateway carries no zone, and is as far as another zone of the own cell."""

    def zone_first(policy: dict[str, Any]) -> None:
        policy["loadBalancer"]["localityLbSetting"]["failoverPriority"].reverse()

    spilt = changed(zone_first).ask("use1-b", "flights-pricing", **unready("b", Z1)).by_cell()
    assert spilt.keys() == {f"use1-{key}" for key in "bcdef"}
    assert spilt["use1-b"] < Fraction(1, 4)


def test_without_outlier_detection_every_call_would_be_spread_over_all_cells(changed: Any):
    spread = changed(lambda policy: policy.pop("outlierDetection")).ask("use1-b", "flights-pricing")
    assert len(spread.by_cell()) == 5
    assert spread.shares["use1-b", Z1] < Fraction(1, 10)


def test_with_a_small_limit_of_ejection_lost_cells_would_go_on_being_called(changed: Any):
    """Why the limit is what the fleet promises to survive, and not a fifth."""

    def a_fifth(policy: dict[str, Any]) -> None:
        policy["outlierDetection"]["maxEjectionPercent"] = 20

    world = changed(a_fifth)
    assert world.ask("use1-d", "slipstream", When.EJECTED, **gone("a", "b")).lost > Fraction(1, 6)
    assert world.ask("use1-a", "flights-pricing", When.EJECTED, **gone("b", "c")).lost > 0
    assert world.ask("use1-b", "flights-pricing", When.EJECTED, **grey("b", Z1)).lost > Fraction(1, 10)


def test_without_discovery_another_cell_answers_nothing(emitted: Any):
    documents = deepcopy(emitted("hypergrowth", "us-east-1"))
    documents["use1-a"] = [
        one for one in documents["use1-a"] if not one["metadata"]["name"].startswith("istio-remote-secret-")
    ]
    assert World(documents).ask("use1-a", "flights-pricing").lost == 1
