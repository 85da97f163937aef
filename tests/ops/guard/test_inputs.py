"""Which fields and files reach more than one cell: declared, and never less than what synthesis shows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet import yamlfile
from fleet.load import Source, load, shaped
from fleet.model import Fleet
from fleet.record import record
from k8s import cell as inside
from ops.guard.comparison import Comparison
from ops.guard.inputs import declared, inputs
from ops.guard.reach import Reach
from ops.guard.report import Input
from ops.guard.snapshot import Snapshot

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
Tree = dict[str, Any]
Edit = Callable[[Tree], None]
FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"


@cache
def texts(blueprint: str) -> dict[str, str]:
    folder = BLUEPRINTS / blueprint
    return {file.relative_to(folder).as_posix(): file.read_text() for file in sorted(folder.rglob("*.yaml"))}


def read(text: str) -> Tree:
    content: Tree = yamlfile.parse(text, "edited").content
    return content


def fleet_of(files: dict[str, str]) -> Fleet:
    """As the loader puts them together; rules are not asked."""
    trees = {name: read(text) for name, text in files.items()}
    tree = trees[FLEET]
    services = [part for name, part in trees.items() if name.startswith("services/")]
    tree["services"] = {key: one for part in services for key, one in part["services"].items()}
    tree["owners"] = {key: part["team"] for part in services for key in part["services"]}
    tree["images"] = {Path(name).stem: part for name, part in trees.items() if name.startswith("images/")}
    tree["placements"] = {r: {s: tuple(k) for s, k in one.items()} for r, one in trees[PLACEMENTS].items()}
    tree["mirror"] = trees["mirror.yaml"]
    return shaped(Source(tree, {(): ("edited", 0)}))


def side(files: dict[str, str], fleet: Fleet, **more: Any) -> Snapshot:
    return Snapshot("here", record(fleet), {}, {}, fleet, files, **more)


@cache
def base(blueprint: str = "hypergrowth") -> Snapshot:
    return side(texts(blueprint), load(BLUEPRINTS / blueprint))


def after(file: str, edit: Edit, blueprint: str = "hypergrowth") -> Snapshot:
    tree = read(texts(blueprint)[file])
    edit(tree)
    files = {**texts(blueprint), file: yaml.safe_dump(tree)}
    return side(files, fleet_of(files))


def found(head: Snapshot, old: Snapshot | None = None, touched: tuple[str, ...] = ()) -> list[Input]:
    compared = Comparison(old or base(), head, ())
    return list(inputs(compared, Reach(compared), touched))


def put(*path: str | int, to: Any) -> Edit:
    def edit(tree: Tree) -> None:
        here: Any = tree
        for part in path[:-1]:
            here = here[part]
        here[path[-1]] = to

    return edit


CELL = ("regions", "us-east-1", "cells")

# File, edit, the field that is told, cells that it reaches; None: nothing reaches more than one.
CASES: dict[str, tuple[str, Edit, str | None, int]] = {
    "the release of all": (FLEET, put("release", to="2026-12"), "release", 23),
    "a release's add-on": (
        FLEET, put("releases", "2026-11", "addons", "coredns", to="v9"), "releases.2026-11.addons.coredns", 23
    ),
    "the release that one cell has": (FLEET, put("releases", "2026-12", "kubernetes", to="1.36"), None, 0),
    "a weight of one cell": (FLEET, put(*CELL, "a", "weight", to=50), None, 0),
    "a default": (FLEET, put("cell_defaults", "max_nodes", to=151), "cell_defaults.max_nodes", 24),
    "a region's egress": (FLEET, put("regions", "us-east-1", "egress", "size", to="xlarge"), "regions.us-east-1.egress.size", 6),
    "a region's weight": (FLEET, put("regions", "us-east-1", "weight", to=50), "regions.us-east-1.weight", 12),
    "a joining cell": (FLEET, put(*CELL, "g", to={"slot": 6, "state": "proving", "weight": 0}), "regions.us-east-1.cells.g", 6),
    "a host": (FLEET, put("edge", "hosts", "api", "cache", to="pages"), "edge.hosts.api.cache", 24),
    "a database": (
        FLEET, put("databases", "bookings-us", "network", to="public"), "databases.bookings-us.network", 12
    ),
    "a quota": (FLEET, put("quotas", "elastic_ips", to=20), None, 0),
    "an image": ("images/slipstream.yaml", put("digest", to=f"sha256:{'1' * 64}"), "digest", 12),
    "a service": (SERVICES, put("services", "sessions", "tier", to=1), "services.sessions.tier", 24),
    "a placement": (PLACEMENTS, put("us-east-1", "slipstream", to=["a", "b", "f"]), "us-east-1.slipstream", 6),
    "a pin of a chart": (
        "mirror.yaml", put("charts", "karpenter", "1.14.1", "digest", to=f"sha256:{'1' * 64}"),
        "charts.karpenter.1.14.1.digest", 24,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_field_reaches(name: str) -> None:
    file, edit, field, cells = CASES[name]
    told = found(after(file, edit))
    if field is None:
        assert told == []
        return
    [one] = told
    assert (one.file, one.field) == (file, field)
    assert len(one.radius.cells) == cells
    assert one.why


def test_a_cell_that_has_its_own_is_not_reached_by_the_default() -> None:
    old = after(FLEET, put(*CELL, "a", "max_nodes", to=100))
    tree = read(old.files[FLEET])
    tree["cell_defaults"]["max_nodes"] = 120
    files = {**old.files, FLEET: yaml.safe_dump(tree)}
    [one] = found(side(files, fleet_of(dict(files))), old)
    assert len(one.radius.cells) == 23
    assert "use1-a" not in one.radius.cells


def test_a_file_of_code_reaches_every_cell() -> None:
    old = replace(base(), code={"k8s/mesh.py": "1", "tests/test_x.py": "1", "fleet/tables/instances.json": "1"})
    head = replace(base(), code={"k8s/mesh.py": "2", "tests/test_x.py": "2", "fleet/tables/instances.json": "1"})
    [one] = found(head, old)
    assert (one.file, one.field, len(one.radius.cells)) == ("k8s/mesh.py", "", 24)


def test_cells_that_no_changed_field_reaches_were_reached_by_code() -> None:
    head = after(FLEET, put(*CELL, "a", "weight", to=50))
    [one] = found(head, touched=("use1-a", "use1-b"))
    assert (one.file, one.radius.cells) == ("code", {"use1-b"})


EDITS: tuple[tuple[str, Edit], ...] = (
    (FLEET, put("release", to="2026-12")),
    (FLEET, put("releases", "2026-11", "charts", "keda", to="2.20.3")),
    (FLEET, put("releases", "2026-12", "node_image", to="al2023@v20261201")),
    (FLEET, put(*CELL, "c", "release", to="2026-12")),
    (FLEET, put(*CELL, "c", "weight", to=10)),
    (FLEET, put(*CELL, "c", "max_nodes", to=100)),
    (FLEET, put(*CELL, "f", "state", to="draining")),
    (FLEET, put(*CELL, "g", to={"slot": 6, "state": "planned"})),
    (FLEET, put(*CELL, "g", to={"slot": 6, "state": "proving", "weight": 0})),
    (FLEET, put("cell_defaults", "max_pods_per_node", to=70)),
    (FLEET, put("cell_defaults", "weight", to=90)),
    (FLEET, put("regions", "eu-west-1", "weight", to=50)),
    (FLEET, put("regions", "us-west-2", "access", "path", to="cidrs")),
    (FLEET, put("regions", "us-west-2", "endpoints", to="gateway")),
    (FLEET, put("regions", "us-west-2", "mesh", to="none")),
    (FLEET, put("policies", "survive", "cells", to=1)),
    (FLEET, put("policies", "spot", "share", to=0.9)),
    (FLEET, put("policies", "change_scope", to="region")),
    (FLEET, put("databases", "bookings-eu", "network", to="public")),
    (FLEET, put("streams", "debug", "tier", to="silver")),
    (FLEET, put("edge", "hosts", "api", "names", to=["app.skyline.example"])),
    (FLEET, put("partners", "hosts", to=["api.partner-one.example"])),
    (FLEET, put("teams", "flights", "oncall", to="others@skyline.example")),
    (FLEET, put("quotas", "elastic_ips", to=30)),
    (FLEET, put("rollout", "first", to="us-east-1/b")),
    (FLEET, put("removed", "us-east-1/y", to={"slot": 7, "on": "2026-04-01", "reason": "r"})),
    (SERVICES, put("services", "sessions", "tier", to=1)),
    (SERVICES, put("services", "sessions", "routes", to=["www.skyline.example/"])),
    (SERVICES, put("services", "egressor", "egress", to="none")),
    (SERVICES, put("services", "quote-retrieval", "demand", "rps", to=30000)),
    (SERVICES, put("services", "quote-retrieval", "calls", to=[])),
    (SERVICES, put("services", "slipstream", "regions", to=["us-east-1", "us-west-2"])),
    (SERVICES, put("services", "sessions", "caches", "live", "shards", to=4)),
    (SERVICES, put("team", to="platform")),
    ("images/slipstream.yaml", put("digest", to=f"sha256:{'1' * 64}")),
    ("images/sessions.yaml", put("digest", to=f"sha256:{'1' * 64}")),
    (PLACEMENTS, put("us-east-1", "slipstream", to=["a", "b", "f"])),
    (PLACEMENTS, put("eu-west-1", "sessions", to=["a", "b", "c", "d"])),
    ("mirror.yaml", put("charts", "karpenter", "1.14.1", "digest", to=f"sha256:{'1' * 64}")),
)


def written(fleet: Fleet) -> dict[str, Any]:
    """Cell to all its manifests."""
    return {cell.name: copy.deepcopy({"p": inside.layers(cell), **inside.services(cell)}) for cell in fleet.cells}


@pytest.fixture(scope="module")
def standing() -> dict[str, Any]:
    fleet = base().fleet
    assert fleet is not None
    return written(fleet)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=2, unique_by=id))
def test_no_cell_is_touched_that_no_changed_field_reaches(
    standing: dict[str, Any], edits: list[tuple[str, Edit]]
) -> None:
    check(standing, edits)


def check(standing: dict[str, Any], edits: list[tuple[str, Edit]]) -> None:
    files = dict(texts("hypergrowth"))
    for file, edit in edits:
        tree = read(files[file])
        edit(tree)
        files[file] = yaml.safe_dump(tree)
    head = side(files, fleet_of(files))
    assert head.fleet is not None
    now = written(head.fleet)
    touched = {cell for cell in standing if standing[cell] != now.get(cell)}
    assert touched <= declared(Comparison(base(), head, ()))
