"""One side of a comparison from a folder: complete and undamaged, or not used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from fleet import phases
from fleet.record import record
from ops.diff.folder import read
from ops.diff.parsed import Parsed
from ops.promotion.image import Unusable

BLUEPRINT = Path(__file__).parents[3] / "blueprints" / "day-one"
CELL = "skyline-use1-z-cell"


@pytest.fixture
def folder(whole, tmp_path) -> Path:
    """What `app.py` writes: `cdk.out` and `dist`, ours to damage."""
    made = whole("day-one")
    shutil.copytree(made.templates, tmp_path / "cdk.out")
    shutil.copytree(made.bundles, tmp_path / "dist")
    return tmp_path


def refusal(folder: Path, where: str = "cdk.out") -> str:
    with pytest.raises(Unusable) as refused:
        read(folder / where)
    return str(refused.value)


def test_it_has_every_stack_and_every_bundle_of_the_fleet(folder, fleet_of):
    fleet = fleet_of("day-one")
    snapshot = read(folder / "cdk.out")
    assert list(snapshot.stacks) == [plan.name for plan in phases.every_stack(fleet)]
    for plan in phases.every_stack(fleet):
        stack = snapshot.stacks[plan.name]
        assert (stack.account, stack.region) == (plan.account, plan.region)
        assert stack.resources == json.loads((folder / f"cdk.out/{plan.name}.template.json").read_text())["Resources"]
    assert snapshot.stacks[CELL].tags["fleet:name"] == fleet.name
    (cell,) = fleet.cells
    assert {key for key in snapshot.bundles if key[1] == "platform"} == {(cell.name, "platform")}
    assert {channel for _, channel in snapshot.bundles} == {"platform", "service-flights-pricing", "service-sessions"}
    assert snapshot.record == record(fleet)


def test_bundles_have_the_objects_of_their_files(folder):
    files = read(folder / "cdk.out").bundles["use1-z", "platform"]
    written = sorted((folder / "dist/use1/z/platform").glob("*.yaml"))
    assert sorted(files) == [file.stem for file in written]
    for file in written:
        assert files[file.stem] == [one for one in yaml.safe_load_all(file.read_text()) if one is not None]


def test_the_folder_around_both_is_as_good(folder):
    assert read(folder).stacks == read(folder / "cdk.out").stacks


def test_files_of_a_fleet_are_taken_only_if_the_templates_are_of_them(folder, fleet_of):
    assert read(folder).fleet is None
    of = read(folder, blueprint=BLUEPRINT)
    assert of.fleet is not None
    assert of.fleet.name == fleet_of("day-one").name
    assert of.files["fleet.yaml"] == (BLUEPRINT / "fleet.yaml").read_text()
    other = read(folder, blueprint=BLUEPRINT.with_name("growth"))
    assert (other.fleet, other.files) == (None, {})


def test_the_tests_snapshot_of_a_blueprint_is_whole(snapshot_of, fleet_of):
    snapshot = snapshot_of("day-one")
    assert snapshot.record == record(fleet_of("day-one"))
    assert snapshot.fleet is not None


def test_what_is_equal_on_both_sides_is_one_object(folder):
    parsed = Parsed()
    shutil.copytree(folder, folder / "again")
    file = folder / "again/dist/use1/z/services/sessions.yaml"
    file.write_text(file.read_text().replace("name: sessions", "name: recessions"))
    before, after = read(folder, parsed=parsed), read(folder / "again", parsed=parsed)
    assert all(after.stacks[name].template is stack.template for name, stack in before.stacks.items())
    differing = {key for key in before.bundles if before.bundles[key] is not after.bundles[key]}
    assert differing == {("use1-z", "service-sessions")}
    assert {key for key in before.bundles if before.bundles[key] != after.bundles[key]} == differing


def test_a_template_that_is_cut_off_is_named(folder):
    file = folder / f"cdk.out/{CELL}.template.json"
    file.write_text(file.read_text()[:2000])
    said = refusal(folder)
    assert said.startswith(f"{file} is cut off or damaged: it is no template (")
    assert said.endswith("; synthesize it again, as a whole: `hypercell synth --out FOLDER`")


def test_a_template_that_somebody_edited_is_named(folder):
    file = folder / f"cdk.out/{CELL}.template.json"
    file.write_text(file.read_text().replace("AWS::EKS::Cluster", "AWS::EKS::Custer"))
    assert refusal(folder).startswith(f"{file} is not what was synthesized: its digest is not the one in manifest.json")


def without_a_stack(folder: Path) -> None:
    file = folder / "cdk.out/manifest.json"
    manifest = json.loads(file.read_text())
    del manifest["artifacts"][CELL]
    file.write_text(json.dumps(manifest))


def with_a_stack_more(folder: Path) -> None:
    file = folder / "cdk.out/fleet-record.json"
    said = json.loads(file.read_text())
    del said["stacks"][CELL]
    file.write_text(json.dumps(said))


def with_a_cell_more(folder: Path) -> None:
    shutil.copytree(folder / "dist/use1/z", folder / "dist/use1/y")
    (folder / "dist/use1/y/.hypercell").write_text("skyline use1-y\n")


def elsewhere(folder: Path) -> None:
    file = folder / "cdk.out/fleet-record.json"
    said = json.loads(file.read_text())
    said["stacks"][CELL]["region"] = "us-west-2"
    file.write_text(json.dumps(said))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (without_a_stack, "/cdk.out lacks skyline-use1-z-cell: a part of the fleet was synthesized; "),
        (with_a_stack_more, "/cdk.out has skyline-use1-z-cell, which its fleet-record.json does not know; "),
        (elsewhere, "skyline-use1-z-cell is for 333333333331/us-east-1 in manifest.json, and not in fleet-record.json"),
        (with_a_cell_more, "/dist/use1/y is of skyline use1-y, which fleet-record.json does not know; "),
        (lambda folder: shutil.rmtree(folder / "dist"), "/dist lacks the manifests of use1-z; "),
        (lambda folder: shutil.rmtree(folder / "dist/use1/z/platform"), "/dist/use1/z/platform holds no manifests; "),
        (lambda folder: (folder / f"cdk.out/{CELL}.template.json").unlink(), ".template.json: No such file"),
        (lambda folder: (folder / "cdk.out/manifest.json").write_text("{"), "/manifest.json is cut off or damaged"),
        (
            lambda folder: (folder / "cdk.out/manifest.json").write_text("{}"),
            "/manifest.json is no manifest of the CDK",
        ),
        (lambda folder: (folder / "cdk.out/fleet-record.json").unlink(), "has no fleet-record.json: it is from before"),
        (
            lambda folder: (folder / "cdk.out/fleet-record.json").write_text("{}"),
            "cannot be read (fleet: Field require",
        ),
    ],
)
def test_what_is_not_whole_is_not_used(folder, damage, said):
    damage(folder)
    assert said in refusal(folder)


def test_a_folder_without_an_assembly_says_what_makes_one(tmp_path):
    assert refusal(tmp_path, "").endswith(
        "holds no assembly: no assembly.json, and no manifest.json of templates; "
        "synthesize it again, as a whole: `hypercell synth --out FOLDER`"
    )


def test_manifests_that_are_no_yaml_are_named_when_they_are_looked_at(folder):
    (folder / "dist/use1/z/services/sessions.yaml").write_text("kind: [\n")
    files = read(folder).bundles["use1-z", "service-sessions"]
    with pytest.raises(Unusable) as refused:
        files["sessions"]
    assert str(refused.value).startswith(f"{folder}/dist/use1/z/services/sessions.yaml cannot be read as manifests (")
