"""What holds for all stacks of a fleet together, on what `app.py` writes."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import networkx as nx
import pytest

from fleet.cell import Cell
from fleet.phases import Phase, every_stack
from fleet.waves import waves
from hypercell.guards.canonical import canonical
from hypercell.guards.template import Assembly, read_assembly

BLUEPRINTS = ("day-one", "growth", "hypergrowth")

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def assembly(fleet_of, whole):
    """A blueprint's assembly, read once."""
    read: dict[str, Assembly] = {}

    def of(name: str) -> Assembly:
        if name not in read:
            read[name] = read_assembly(whole(name).templates, {plan.name: plan for plan in every_stack(fleet_of(name))})
        return read[name]

    return of


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("of", BLUEPRINTS)
def test_every_planned_stack_is_synthesized_and_no_other(assembly, of):
    assert assembly(of).templates.keys() == assembly(of).plans.keys()


@pytest.mark.parametrize("of", BLUEPRINTS)
def test_a_roll_out_of_everything_deploys_what_is_read_before_who_reads_it(assembly, fleet_of, of):
    templates = assembly(of).templates
    travel = [stack for wave in waves(fleet_of(of), list(templates), []) for stack in wave.stacks]
    place = {stack: number for number, stack in enumerate(travel)}
    late = {
        (template.plan.name, read.stack)
        for template in templates.values()
        for read in template.reads
        # Peers read each other: they stand already, or are deployed pending first.
        if place[read.stack] > place[template.plan.name] and template.plan.kind != "dsql"
    }
    assert late == set()


@pytest.mark.parametrize("of", BLUEPRINTS)
def test_every_stack_holds_something(assembly, of):
    assert [name for name, template in assembly(of).templates.items() if not template.resources] == []


@pytest.mark.parametrize("of", BLUEPRINTS)
def test_every_read_names_an_output_that_its_producer_publishes(assembly, of):
    templates = assembly(of).templates
    missing = {
        (template.plan.name, read.stack, read.output)
        for template in templates.values()
        for read in template.reads
        if read.stack not in templates or read.output not in templates[read.stack].outputs
    }
    assert missing == set()
    assert sum(len(template.reads) for template in templates.values()) > len(templates) // 2


@pytest.mark.parametrize("of", BLUEPRINTS)
def test_stacks_can_be_deployed_in_the_order_of_their_phases(assembly, of):
    order = nx.DiGraph()
    backwards, links = set(), set()
    for template in assembly(of).templates.values():
        reader = template.plan
        order.add_node(reader.name)
        order.add_edges_from((earlier, reader.name) for earlier in reader.after)
        for read in template.reads:
            producer = assembly(of).plans[read.stack]
            if producer.kind == reader.kind == "dsql":
                links.add((producer.name, reader.name))
                continue
            order.add_edge(producer.name, reader.name)
            if producer.phase > reader.phase:
                backwards.add((reader.name, producer.name))
    assert backwards == set()
    assert nx.is_directed_acyclic_graph(order), nx.find_cycle(order)
    # A pair reads each other, in the second deployment: phase LINK.
    assert links == {(reader, producer) for producer, reader in links}


def test_what_orders_stacks_inside_a_phase_is_in_the_same_account_and_region(assembly):
    plans = assembly("hypergrowth").plans
    for plan in plans.values():
        for earlier in plan.after:
            assert (plans[earlier].account, plans[earlier].region) == (plan.account, plan.region), plan.name
            assert plans[earlier].phase <= plan.phase, plan.name
    assert {plan.phase for plan in plans.values()} == set(Phase) - {Phase.LINK}


def test_two_whole_runs_write_the_same_bytes(whole, run_app, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "4711")
    run_app("hypergrowth", tmp_path / "cdk.out", tmp_path / "dist")
    assert files(tmp_path / "cdk.out") == files(whole("hypergrowth").templates)
    assert files(tmp_path / "dist") == files(whole("hypergrowth").bundles)


@pytest.mark.parametrize("scope", ["region=usw2", "cell=use1-b"])
def test_a_run_of_one_scope_writes_the_bytes_of_the_whole(whole, run_app, tmp_path, scope):
    run_app("hypergrowth", tmp_path / "cdk.out", tmp_path / "dist", "-c", scope)
    # The manifest lists what is in the assembly: it is the one file that must differ.
    templates = {name: text for name, text in files(tmp_path / "cdk.out").items() if name != "manifest.json"}
    everything = files(whole("hypergrowth").templates)
    assert templates == {name: everything[name] for name in templates}
    assert any(name.endswith(".template.json") for name in templates)
    bundles, every_bundle = files(tmp_path / "dist"), files(whole("hypergrowth").bundles)
    assert bundles == {name: every_bundle[name] for name in bundles}
    assert {Path(name).parts[:2] for name in bundles} == (
        {("use1", "b")} if scope == "cell=use1-b" else {("usw2", key) for key in "abcdef"}
    )


@pytest.mark.parametrize("of", BLUEPRINTS)
def test_cells_are_equal_but_for_what_the_fleet_file_says_of_them(whole, assembly, of):
    texts: dict[object, set[str]] = defaultdict(set)
    for plan in assembly(of).plans.values():
        if isinstance(plan.subject, Cell) and plan.kind == "cell":
            text = (whole(of).templates / f"{plan.name}.template.json").read_text()
            texts[declared(plan.subject)].add(canonical(text, plan))
    assert {key: len(found) for key, found in texts.items()} == dict.fromkeys(texts, 1)
    assert len(texts) < len(assembly(of).plans)


def declared(cell: Cell) -> tuple[object, ...]:
    """What may make one cell's stack differ from another's."""
    return (
        cell.release_name or cell.fleet.release,
        cell.capacity,
        cell.tier,
        cell.nodes,
        cell.pods_per_node,
        cell.effective_weight > 0,
        len(cell.region.zones),
        cell.region.mesh,
        cell.region.endpoints,
        cell.region.egress.path,
        # One account may play two parts: what names the edge's then names the cell's own.
        cell.region.account_id == cell.fleet.accounts["edge"],
    )


@pytest.mark.parametrize("kind", ["registry", "egress", "streams"])
def test_regions_of_one_shape_are_equal(whole, assembly, kind):
    texts = {
        canonical((whole("hypergrowth").templates / f"{plan.name}.template.json").read_text(), plan)
        for plan in assembly("hypergrowth").plans.values()
        if plan.kind == kind
    }
    assert len(texts) == 1


def test_no_machine_path_and_no_compiled_module_enters_an_assembly(whole):
    folder = whole("hypergrowth").templates
    assert list(folder.rglob("__pycache__")) == []
    here = str(Path(__file__).parents[2]).encode()
    assert [name for name, text in files(folder).items() if here in text] == []
