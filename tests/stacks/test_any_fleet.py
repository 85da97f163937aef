"""What holds for the stacks of every fleet, and how far an edit reaches."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fleet.cell import Cell
from fleet.load import Source, judge, read_folder
from fleet.model import Fleet
from fleet.phases import StackPlan, every_stack
from hypercell.guards.judgement import Judgement
from hypercell.guards.template import read_assembly
from hypercell.guards.validation import own_findings
from stacks.templates import write_templates
from tests.fleet.test_properties import regions, tree

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
GROWTH = read_folder(BLUEPRINTS / "growth")

# Few, and the same ones on each run: an example is a synthesis.
FEW = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    """A fleet that keeps the rules: one to three regions of any shape, a service that keeps one of everything."""
    whole = copy.deepcopy(tree(dict(list(draw(regions()).items())[:3])))
    release = read_folder(BLUEPRINTS / "hypergrowth").tree["releases"]["2026-11"]
    whole["releases"] = {"1": release}
    for region in whole["regions"].values():
        for cell in list(region["cells"].values())[1:]:
            cell["capacity"] = draw(st.sampled_from(["karpenter", "auto-mode"]))
    whole["placements"] = {name: placed for name, placed in whole["placements"].items() if name in whole["regions"]}
    keeps: dict[str, Any] = {
        "caches": {"live": {}},
        "tables": {"kept": {"key": "id"}},
        "queues": {"asked": {"fifo": draw(st.booleans())}},
        "topics": {"told": {"queues": []}},
        "secrets": ["key"],
    }
    whole["services"]["shop"] |= {key: keeps[key] for key in draw(st.sets(st.sampled_from(sorted(keeps))))}
    whole["edge"]["hosts"]["www"]["firewall"] = draw(st.sampled_from(["none", "standard"]))
    return judge(Source(whole, {(): ("fleet.yaml", 1)})).fleet


def one_of_each(fleet: Fleet) -> tuple[StackPlan, ...]:
    """The first stack of each kind in a region, and of each capacity among its cells."""
    chosen: dict[object, StackPlan] = {}
    for plan in every_stack(fleet):
        capacity = plan.subject.capacity if isinstance(plan.subject, Cell) else ""
        chosen.setdefault((plan.kind, plan.region, capacity), plan)
    return tuple(chosen.values())


@pytest.mark.whole
@FEW
@given(fleets())
def test_every_fleet_that_keeps_the_rules_becomes_stacks_that_keep_theirs(fleet):
    plans = one_of_each(fleet)
    with tempfile.TemporaryDirectory() as folder:
        write_templates(fleet, plans, Path(folder), judged=False)
        assembly = read_assembly(Path(folder), {plan.name: plan for plan in every_stack(fleet)})
        assert assembly.templates.keys() == {plan.name for plan in plans}
        judgement = Judgement(fleet)
        judgement.keep(own_findings(assembly))
    assert not judgement.open, judgement.text(20)


Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def changed(whole, tmp_path_factory) -> Callable[..., set[str]]:
    """`changed(edit, after=first)`: stacks of growth, without the fleet's name, whose template the edit changes, adds
    or takes away, when the first edit was made already."""

    def written(*edits: Edit) -> dict[str, str]:
        if not edits:
            return texts(whole("growth").templates)
        tree = copy.deepcopy(GROWTH.tree)
        for edit in edits:
            edit(tree)
        fleet = judge(Source(tree, GROWTH.places)).fleet
        folder = tmp_path_factory.mktemp("edited") / "cdk.out"
        write_templates(fleet, every_stack(fleet), folder, judged=False)
        assert all('"Resources"' in text for text in texts(folder).values())
        return texts(folder)

    def difference(edit: Edit, *, after: Edit | None = None) -> set[str]:
        first = [] if after is None else [after]
        old, new = written(*first), written(*first, edit)
        names = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        return {name.partition("-")[2].removesuffix(".template.json") for name in names}

    return difference


def texts(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.glob("*.template.json")}


EDITS = [
    {"weight": 10},
    {"max_nodes": 30},
    {"max_pods_per_node": 60},
    {"control_plane": "tier-xl"},
    {"state": "draining"},
]


@pytest.mark.whole
@settings(FEW, max_examples=4)
@given(st.sampled_from([("us-east-1", "use1"), ("us-west-2", "usw2")]), st.sampled_from("abc"), st.sampled_from(EDITS))
def test_an_edit_in_one_cell_changes_its_two_stacks_its_addresses_and_its_weights(changed, home, key, edit):
    region, code = home
    own = {f"{code}-{key}-cell", f"{code}-{key}-services", f"edge-addresses-{code}", f"edge-traffic-{code}"}
    assert changed(lambda tree: tree["regions"][region]["cells"][key].update(edit)) <= own


@pytest.mark.whole
def test_a_weight_changes_one_stack(changed):
    edit = changed(lambda tree: tree["regions"]["us-west-2"]["cells"]["b"].update(weight=10))
    assert edit == {"edge-traffic-usw2"}


@pytest.mark.whole
def test_a_region_is_announced_before_its_first_cell_stands_and_has_no_names_until_then(changed):
    def cells(state: str) -> Edit:
        def edit(tree: dict[str, Any]) -> None:
            region = tree["regions"]["us-west-2"]
            region["weight"] = 0
            for cell in region["cells"].values():
                cell["state"] = state
            for service in tree["services"].values():
                service["regions"] = ["us-east-1"]
            tree["placements"]["us-west-2"] = {}
            tree["policies"]["spot"]["share"] = 0.5

        return edit

    stand = changed(cells("proving"), after=cells("planned"))
    assert {"edge-addresses-usw2", "edge-traffic-usw2", "usw2-a-cell"} <= stand


@pytest.mark.whole
def test_a_cell_is_announced_before_it_stands_and_then_changes_its_region_only(changed):
    def cell(state: str) -> Edit:
        return lambda tree: tree["regions"]["us-west-2"]["cells"].update(d={"slot": 3, "state": state})

    # The zone trusts its certificate manager, the region's network takes in its addresses.
    assert changed(cell("planned")) <= {"edge-dns", "usw2-network"}
    stands = changed(cell("proving"), after=cell("planned"))
    own = {"usw2-d-cell", "usw2-d-services", "edge-addresses-usw2", "edge-traffic-usw2"}
    assert own <= stands
    # Shared fate, by name: who else of the region hears of a new cell.
    assert stands - own <= {"usw2-network", "usw2-registry", "usw2-observability"}
