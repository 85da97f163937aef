"""Cells, regions and databases live step by step, and nothing is removed by being left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet.load import load
from fleet.record import record
from ops.guard import absence, states
from ops.guard.comparison import Comparison
from ops.guard.snapshot import Snapshot
from tests.ops.guard.fleets import recorded

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
Fields = dict[str, Any]
Change = Callable[[Fields], None]


@pytest.fixture(scope="module")
def base() -> Snapshot:
    """What the hypergrowth fleet's record says; no template."""
    return Snapshot("base", record(load(BLUEPRINTS / "hypergrowth")), {}, {})


def said(base: Snapshot, *steps: Change) -> list[str]:
    """Everything against the last of these steps, after the earlier ones have been done."""
    for step in steps[:-1]:
        base = recorded(base, step)
    compared = Comparison(base, recorded(base, steps[-1]), ())
    return [
        f"{one.rule} {one.where}: {one.what}" for one in (*states.objections(compared), *absence.objections(compared))
    ]


def put(*path: str | int, **values: Any) -> Change:
    def change(fields: Fields) -> None:
        here: Any = fields
        for part in path:
            here = here[part]
        here.update(values)

    return change


def drop(*path: str | int) -> Change:
    def change(fields: Fields) -> None:
        here: Any = fields
        for part in path[:-1]:
            here = here[part]
        del here[path[-1]]

    return change


def bury(*keys: str) -> Change:
    return lambda fields: fields.update(removed=[*fields["removed"], *keys])


def both(*changes: Change) -> Change:
    def change(fields: Fields) -> None:
        for one in changes:
            one(fields)

    return change


def cell(**values: Any) -> Change:
    return put("cells", "use1-f", **values)


def born(**values: Any) -> Change:
    """A seventh cell of us-east-1."""

    def change(fields: Fields) -> None:
        fields["cells"]["use1-g"] = {**fields["cells"]["use1-f"], "slot": 6, "services": [], **values}

    return change


def region(**values: Any) -> Change:
    """A third region of the market us."""

    def change(fields: Fields) -> None:
        new = {**fields["regions"]["us-west-2"], "code": "use2", "account": "4" * 12, "slot": 5, **values}
        fields["regions"]["us-east-2"] = new
        fields["cells"]["use2-a"] = {**fields["cells"]["use1-f"], "region": "us-east-2", "state": "proving"}

    return change


G = ("databases", "bookings-us")
DRAINED = cell(state="draining", weight=0)
RETIRED = cell(state="retired", weight=0)
CELL_F = "fleet.yaml regions.us-east-1.cells.f"


def generation(number: int, **values: Any) -> Change:
    def change(fields: Fields) -> None:
        old = fields["databases"]["bookings-us"].get(number) or {**fields["databases"]["bookings-us"][2]}
        fields["databases"]["bookings-us"][number] = {**old, **values}

    return change


NEXT = generation(3, state="restoring", peering="pending")
NEXT_SERVES = generation(3, state="active", peering="linked")

ALLOWED: dict[str, tuple[Change, ...]] = {
    "a cell drains": (DRAINED,),
    "a drain is taken back": (DRAINED, cell(state="active", weight=100)),
    "a drained cell retires": (DRAINED, RETIRED),
    "a retired cell is removed with its tombstone": (RETIRED, both(drop("cells", "use1-f"), bury("us-east-1/f"))),
    "a cell is planned": (born(state="planned", weight=0),),
    "a cell begins to prove itself without weight": (born(state="proving", weight=0),),
    "a cell that proved itself takes traffic": (born(state="proving", weight=0), born(state="active", weight=100)),
    "a planned cell is given up": (born(state="planned", weight=0), both(drop("cells", "use1-g"), bury("us-east-1/g"))),
    "a cell that proved unfit drains": (born(state="proving", weight=0), born(state="draining", weight=0)),
    "a region is built without weight": (region(weight=0),),
    "a region takes traffic later": (region(weight=0), put("regions", "us-east-2", weight=100)),
    "a zone is added at the end": (
        put("regions", "us-east-1", zones=["use1-az1", "use1-az2", "use1-az4", "use1-az6"]),
    ),
    "a next generation is restored": (NEXT,),
    "peers are linked": (NEXT, generation(3, state="restoring", peering="linked")),
    "a next generation takes over": (both(NEXT, NEXT_SERVES), generation(2, state="retiring")),
    "a generation is removed with its tombstone": (
        both(NEXT, NEXT_SERVES, generation(2, state="retiring")), both(drop(*G, 2), bury("databases/bookings-us/2"))
    ),
    "a stream is removed with its tombstone": (both(put(streams=["prices", "searches"]), bury("streams/debug")),),
    "a service is removed with its tombstone": (both(drop("services", "slipstream"), bury("services/slipstream")),),
    "a service leaves a region with a tombstone": (
        both(put("services", slipstream=["us-east-1"]),
             bury(*(f"services/slipstream/{name}" for name in ("us-west-2", "eu-west-1", "eu-central-1")))),
    ),
}  # fmt: skip

REFUSED: dict[str, tuple[tuple[Change, ...], list[str]]] = {
    "a cell retires before it has drained": (
        (cell(state="retired", weight=0),),
        [f"state {CELL_F}.state: would go from active to retired; after active comes draining"],
    ),
    "a retired cell comes back": (
        (RETIRED, cell(state="active", weight=100)),
        [f"state {CELL_F}.state: would go from retired to active; after retired comes its tombstone"],
    ),
    "a cell begins in service": (
        (born(state="active", weight=100),),
        ["state fleet.yaml regions.us-east-1.cells.g.state: would begin as active; a cell begins as planned or proving"],
    ),
    "a cell begins with weight": (
        (born(state="proving", weight=5),),
        ["state fleet.yaml regions.us-east-1.cells.g.weight: would take weight 5 on the day it is built, before anybody "
         "saw it answer"],
    ),
    "a planned cell is built with weight": (
        (born(state="planned", weight=0), born(state="proving", weight=5)),
        ["state fleet.yaml regions.us-east-1.cells.g.weight: would take weight 5 on the day it is built, before anybody "
         "saw it answer"],
    ),
    "a cell is left out": (
        (drop("cells", "use1-f"),),
        ["absence us-east-1/f: the cell would be missing, and nothing says that it was removed: AWS would keep it, and "
         "nobody would know"],
    ),
    "a serving cell is buried": (
        (both(drop("cells", "use1-f"), bury("us-east-1/f")),),
        ["state us-east-1/f: would be removed while active; a cell goes from planned or retired"],
    ),
    "a tombstone is taken away": (
        (put(removed=["databases/bookings-us/1"]),),
        ["absence fleet.yaml removed.us-east-1/z: the tombstone would be missing, and with it the knowledge that this "
         "key is used up"],
    ),
    "a cell's addresses change": (
        (cell(slot=7),),
        [f"state {CELL_F}.slot: would change from 5 to 7: it is the cell's addresses, all of them"],
    ),
    "a cell is converted": (
        (cell(capacity="auto-mode"),),
        [f"state {CELL_F}.capacity: would change from karpenter to auto-mode: that is fixed at a cluster's birth"],
    ),
    "a region moves to another account": (
        (put("regions", "us-east-1", account="4" * 12),),
        ["state fleet.yaml regions.us-east-1.account: would move from account 333333333331 to 444444444444: "
         "everything in it would be made anew"],
    ),
    "the data move to another account": (
        (put("accounts", data="4" * 12),),
        ["state fleet.yaml accounts.data: would move from 222222222222 to 444444444444: nothing moves between accounts, "
         "it would be made anew"],
    ),
    "a region changes its addresses": (
        (put("regions", "us-east-1", slot=9),),
        ["state fleet.yaml regions.us-east-1.slot: would change from 1 to 9: it is the region's addresses, all of them"],
    ),
    "a region changes its market": (
        (put("regions", "us-east-1", market="eu"),),
        ["state fleet.yaml regions.us-east-1.market: would move from market us to eu: its data are the old "
         "market's"],
    ),
    "zones change places": (
        (put("regions", "us-east-1", zones=["use1-az2", "use1-az1", "use1-az4"]),),
        ["state fleet.yaml regions.us-east-1.zones: would become use1-az2, use1-az1, use1-az4, and use1-az1, use1-az2, "
         "use1-az4 stand: a zone's place is its addresses"],
    ),
    "a region begins with weight": (
        (region(weight=100),),
        ["state fleet.yaml regions.us-east-2.weight: would take 100 of its market's traffic on the day it is built, "
         "before anybody saw it answer"],
    ),
    "a pair begins linked": (
        (generation(3, state="restoring", peering="linked"),),
        ["state fleet.yaml databases.bookings-us.generations.3.peering: would begin linked: a peer is named by its ARN, "
         "and there is none before the first deployment"],
    ),
    "a generation begins in service": (
        (generation(3, state="active", peering="pending"),),
        ["state fleet.yaml databases.bookings-us.generations.3.state: would begin as active beside a generation that "
         "serves, with nothing in it"],
    ),
    "peers part": (
        (generation(2, peering="pending"),),
        ["state fleet.yaml databases.bookings-us.generations.2.peering: would go back from linked to pending: peers do "
         "not part while they hold one set of data"],
    ),
    "a generation moves": (
        (generation(2, regions=["us-east-1", "us-east-2"], witness="us-west-2"),),
        ["state fleet.yaml databases.bookings-us.generations.2.regions: would move from us-east-1, us-west-2, witness "
         "us-east-2 to us-east-1, us-east-2, witness us-west-2: a cluster never changes its regions"],
    ),
    "a generation retires before the next serves": (
        (NEXT, both(generation(2, state="retiring"), NEXT_SERVES)),
        ["state fleet.yaml databases.bookings-us.generations.2.state: would retire while no later generation serves: "
         "there would be nobody to take over"],
    ),
    "a generation is left out": (
        (both(NEXT, NEXT_SERVES, generation(2, state="retiring")), drop(*G, 2)),
        ["absence databases/bookings-us/2: the generation would be missing, and nothing says that it was removed: AWS "
         "would keep it, and nobody would know"],
    ),
    "a serving generation is buried": (
        (both(NEXT, NEXT_SERVES), both(drop(*G, 2), bury("databases/bookings-us/2"))),
        ["state databases/bookings-us/2: would be removed while active; a generation goes from retiring"],
    ),
    "a database is left out": (
        (drop(*G),),
        ["absence databases/bookings-us: the database would be missing, and nothing says that it was removed: AWS would "
         "keep it, and nobody would know"],
    ),
    "a stream is left out": (
        (put(streams=["prices", "searches"]),),
        ["absence streams/debug: the stream would be missing, and nothing says that it was removed: AWS would keep it, "
         "and nobody would know"],
    ),
    "a service is left out": (
        (drop("services", "slipstream"),),
        ["absence services/slipstream: the service would be missing, and nothing says that it was removed: AWS would "
         "keep it, and nobody would know"],
    ),
    "a service leaves a region": (
        (put("services", slipstream=["us-east-1", "us-west-2", "eu-west-1"]),),
        ["absence services/slipstream/eu-central-1: the service would be missing, and nothing says that it was removed: "
         "AWS would keep it, and nobody would know"],
    ),
    "an account is left out": (
        (drop("accounts", "use1"),),
        ["absence accounts/use1: the account would be missing, and nothing says that it was removed: AWS would keep it, "
         "and nobody would know"],
    ),
    "the domain changes": (
        (put(domain="other.example"),),
        ["state fleet.yaml domain: would become other.example where skyline.example stands: every name is made of it, "
         "so all would be made anew"],
    ),
    "a stack moves": (
        (put("stacks", "skyline-edge-dns", region="us-west-1"),),
        ["state skyline-edge-dns: would move from 111111111111/us-east-2 to 111111111111/us-west-1; the old one would "
         "stay"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_may_be_done(base: Snapshot, name: str) -> None:
    assert said(base, *ALLOWED[name]) == []


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(base: Snapshot, name: str) -> None:
    steps, expected = REFUSED[name]
    assert said(base, *steps) == expected


def test_a_region_goes_last_of_all_that_is_in_it(base: Snapshot) -> None:
    def emptied(fields: Fields) -> None:
        fields["regions"]["us-west-2"]["weight"] = 0
        for one in fields["cells"].values():
            if one["region"] == "us-west-2":
                one.update(state="retired", weight=0)

    def gone(fields: Fields) -> None:
        left = [key for key, one in fields["cells"].items() if one["region"] == "us-west-2"]
        fields["removed"] = [*fields["removed"], "us-west-2", *(f"us-west-2/{key[-1]}" for key in left)]
        del fields["regions"]["us-west-2"]
        fields["cells"] = {key: one for key, one in fields["cells"].items() if key not in left}

    assert said(base, emptied, gone) == []
    assert [one.partition(":")[0] for one in said(base, gone)] == [
        *(f"state us-west-2/{key}" for key in "abcdef"),
        "state us-west-2",
        "state us-west-2",
    ]


def test_a_region_that_opens_a_market_may_begin_with_weight(base: Snapshot) -> None:
    def opened(fields: Fields) -> None:
        region(weight=100, market="apac")(fields)
        fields["cells"]["use2-a"]["weight"] = 100

    assert said(base, opened) == []
