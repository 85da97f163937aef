"""Whole blueprints played, and the verb as a user types it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fleet import pools
from fleet.proof import prove
from fleet.sizing import SPOT_MEMORY
from ops.cli import app
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.simulation.outcome import Outcome
from ops.simulation.play import Player
from ops.simulation.reading import world
from ops.simulation.scenario import Kind, scenarios


def outcomes(of: Snapshot) -> list[Outcome]:
    played = world(of)
    player = Player(played)
    return [player.play(one) for one in scenarios(played)]


def with_objects(of: Snapshot, kind: str, edit: Any) -> Snapshot:
    """With every object of a kind changed."""

    def changed(one: Any) -> Any:
        if one.get("kind") != kind:
            return one
        found = copy.deepcopy(dict(one))
        edit(found)
        return found

    bundles = {
        place: {file: [changed(one) for one in objects] for file, objects in files.items()}
        for place, files in of.bundles.items()
    }
    return replace(of, bundles=bundles)


@pytest.mark.parametrize("blueprint", ["growth", "hypergrowth"])
def test_what_the_proof_says_is_carried_is_carried_when_it_is_played(blueprint, snapshot_of, fleet_of):
    assert prove(fleet_of(blueprint)).holds
    played = outcomes(snapshot_of(blueprint))
    assert [one.scenario.name for one in played if one.scenario.promised and not one.carried] == []
    assert any(one.scenario.promised and one.scenario.kind is Kind.CELL for one in played)


def test_every_cell_pair_zone_and_region_of_hypergrowth_is_played(snapshot_of, fleet):
    played = outcomes(snapshot_of("hypergrowth"))
    counted = {kind: sum(one.scenario.kind is kind for one in played) for kind in Kind}
    cells = len(fleet.cells)
    assert counted[Kind.CELL] == cells
    assert counted[Kind.PAIR] == cells * (cells - 1) // 2
    assert counted[Kind.ZONE] == sum(len(region.zones) for region in fleet.regions.values())
    assert counted[Kind.REGION] == counted[Kind.DROUGHT] // 3 == len(fleet.regions)


def test_limits_are_those_of_the_manifests_and_not_the_fleets(snapshot_of):
    """Somebody cuts every autoscaler to a third: the files still promise what the objects no longer carry."""

    def third(one: dict[str, Any]) -> None:
        one["spec"]["maxReplicas"] = max(one["spec"]["minReplicas"], one["spec"]["maxReplicas"] // 3)

    cut = outcomes(with_objects(snapshot_of("hypergrowth"), "HorizontalPodAutoscaler", third))
    assert [one for one in cut if one.scenario.promised and not one.carried]


def test_weights_are_those_of_the_templates(snapshot_of):
    """A cell whose record is given weight 0 carries nothing, and its loss fails nobody who comes by a route."""
    of = snapshot_of("hypergrowth")
    name = "skyline-edge-traffic-use1"
    template = copy.deepcopy(dict(of.stacks[name].template))
    for one in template["Resources"].values():
        said = one.get("Properties", {})
        if one["Type"] == "AWS::Route53::RecordSet" and said.get("SetIdentifier") == "use1-b":
            said["Weight"] = 0
    silent = replace(of, stacks={**of.stacks, name: replace(of.stacks[name], template=template)})
    before, after = (next(one for one in outcomes(side) if one.scenario.name == "cell:use1-b") for side in (of, silent))
    assert after.failed < before.failed / 2


def test_manifests_that_are_missing_are_said(snapshot_of):
    of = snapshot_of("growth")
    bundles = {place: files for place, files in of.bundles.items() if place != ("use1-a", "platform")}
    with pytest.raises(Unusable, match="no manifests of use1-a"):
        world(replace(of, bundles=bundles))


@pytest.mark.parametrize("arguments", [["nowhere"], ["--blueprint", "nowhere"]])
def test_what_cannot_be_read_ends_with_2_and_one_message(arguments):
    ended = CliRunner().invoke(app, ["simulate", *arguments])
    assert ended.exit_code == 2
    assert "nowhere" in ended.stderr
    assert "Traceback" not in ended.output


def test_a_folder_of_another_fleet_is_not_played_with_these_files(whole, capsys):
    """Growth's cells are all in hypergrowth, too: its peaks would be played on objects that were sized for others."""
    from ops.simulation.verb import show

    blueprint = Path(__file__).parents[3] / "blueprints/growth"
    assert show(whole("hypergrowth").templates, blueprint, scenario=None, as_json=False) == 2
    said = capsys.readouterr()
    assert "was not made of" in said.err
    assert "whose regions are others" in said.err
    assert said.out == ""


def test_the_verb_plays_a_folder_and_says_what_it_found(whole, capsys):
    from ops.simulation.verb import show

    blueprint = Path(__file__).parents[3] / "blueprints/growth"
    assert show(whole("growth").templates, blueprint, scenario=None, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["fleet"] == "skyline"
    assert {one["kind"] for one in said["scenarios"]} == set(Kind)
    assert show(whole("growth").templates, blueprint, scenario="cell:nowhere", as_json=False) == 2
    assert "--scenario cell:nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("blueprint", ["day-one", "growth", "hypergrowth"])
def test_rooms_read_from_node_pools_are_those_that_the_proof_counts(blueprint, snapshot_of, fleet_of):
    played = world(snapshot_of(blueprint))
    of = fleet_of(blueprint)
    for found in [one for region in played.regions.values() for one in region.cells]:
        cell = of.cell(found.name)
        rooms = {"": found.shared + found.burst, **found.own}
        expected = {"" if name == pools.SERVICES else SPOT_MEMORY: one for name, one in pools.rooms(cell).items()}
        assert rooms.keys() == expected.keys()
        for name, room in rooms.items():
            amount = expected[name]
            assert (room.cpu, room.pods) == (pytest.approx(amount.cpu), pytest.approx(amount.pods))
            assert room.memory == pytest.approx(amount.memory)
