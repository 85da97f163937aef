"""`hypercell validate --manifests`: what it says of written bundles, how it ends, and what it never leaves behind."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from admission.remembered import FILE
from fleet.model import Fleet
from k8s import bundles
from ops import manifests
from ops.cli import app

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
DAY_ONE = ("--blueprint", str(BLUEPRINTS / "day-one"))
CELL = Path("use1") / "z"


def run(*arguments: str):
    return CliRunner().invoke(app, ["validate", "--manifests", *arguments])


@pytest.fixture
def dist(fleet_of: Callable[[str], Fleet], tmp_path: Path) -> Path:
    """The bundles of day-one."""
    bundles.write_bundles(fleet_of("day-one"), tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture(autouse=True)
def _no_definitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(manifests.CRDS, raising=False)


def spoil(file: Path, old: str, new: str) -> int:
    """Change a text of a file; the line it stands in."""
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_good_bundles_pass_and_what_was_not_checked_is_said(dist: Path) -> None:
    result = run(*DAY_ONE, str(dist))
    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0].endswith("day-one breaks no rule")
    assert f"objects of 1 cell in {dist} pass what is known of Kubernetes 1.35 and 1.36" in result.stdout
    assert "  not checked, no definition at hand: NodePool of karpenter.sh/v1, 1 object" in lines
    assert "  bring their CustomResourceDefinitions with --crds FOLDER, or HYPERCELL_CRDS" in lines
    assert (
        "  not restricted: observability-agents is privileged in 1 cell: one agent a node, which reads the node's container "
        "logs from a host path"
    ) in lines


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "services/sessions.yaml",
            "maxReplicas: 3",
            "maxReplicas: 2",
            "HorizontalPodAutoscaler sessions/sessions: spec: maxReplicas is below minReplicas; raise it, or lower minReplicas",
        ),
        (
            "services/sessions.yaml",
            "containerPort: 8080",
            "containerPort: http",
            'Deployment sessions/sessions: spec.template.spec.containers[0].ports[0].containerPort: "http": is text, and takes a '
            "whole number; write it as that",
        ),
        (
            "services/sessions.yaml",
            "  name: default-deny",
            f"  name: {'long-' * 51}name",
            f'NetworkPolicy sessions/{"long-" * 51}name: metadata.name: "{("long-" * 51)[:58]}…: is no DNS name; use at most 253 '
            "lower case letters, digits, dashes and dots",
        ),
        (
            "platform/foundations.yaml",
            "enforce: privileged",
            "enforce: lenient",
            'Namespace observability-agents: metadata.labels[pod-security.kubernetes.io/enforce]: "lenient": is no level; write '
            "privileged, baseline or restricted",
        ),
    ],
    ids=["a-maximum-below-the-floor", "a-wrong-type", "a-name-too-long", "no-level"],
)
def test_a_mistake_ends_with_one_and_says_where_and_what(dist: Path, file: str, old: str, new: str, said: str) -> None:
    spoil(dist / CELL / file, old, new)
    result = run(*DAY_ONE, str(dist))
    assert result.exit_code == 1
    first, *_, last = result.stderr.splitlines()
    assert first.startswith(f"{dist / CELL / file}:")
    assert said in first
    assert last.endswith("1 problem before Kubernetes 1.35 and 1.36")


def test_the_line_is_that_of_the_field(dist: Path) -> None:
    line = spoil(
        dist / CELL / "services" / "sessions.yaml", "progressDeadlineSeconds: 600", "progressDeadlineSeconds: -1"
    )
    assert run(*DAY_ONE, str(dist)).stderr.startswith(f"{dist / CELL}/services/sessions.yaml:{line}: Deployment ")


def test_many_mistakes_are_counted_and_all_are_in_the_json(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "_SHOWN", 2)
    file = dist / CELL / "services" / "sessions.yaml"
    file.write_text(file.read_text("utf-8").replace("fleet/team: flights", "fleet/team: a b"), "utf-8")
    result = run(*DAY_ONE, str(dist))
    assert "more; --json has all of them" in result.stderr
    report = json.loads(run(*DAY_ONE, "--json", str(dist)).stdout)
    assert report["valid"] is True  # the fleet's own files are
    assert report["manifests"]["valid"] is False
    assert len(report["manifests"]["problems"]) > 5
    assert {"file", "line", "object", "text"} == set(report["manifests"]["problems"][0])


def test_programs_get_json(dist: Path) -> None:
    said = json.loads(run(*DAY_ONE, "--json", str(dist)).stdout)["manifests"]
    assert (said["valid"], said["cells"], said["missing"], said["kubernetes"]) == (True, 1, [], ["1.35", "1.36"])
    assert said["objects"] > 90
    assert {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "objects": 1} in said["unchecked"]
    assert said["exceptions"][0]["cells"] == ["use1-z"]


def test_definitions_come_from_options_and_from_the_environment(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = {
        "kind": "CustomResourceDefinition",
        "spec": {
            "group": "karpenter.sh",
            "names": {"kind": "NodePool"},
            "scope": "Cluster",
            "versions": [{"name": "v1", "served": True, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    }
    file = dist.parent / "crds" / "nodepools.json"
    file.parent.mkdir()
    file.write_text(json.dumps(definition))
    given = run(*DAY_ONE, "--crds", str(file.parent), str(dist))
    assert given.exit_code == 1
    assert "unknown field" in given.stderr
    monkeypatch.setenv(manifests.CRDS, str(file))
    assert run(*DAY_ONE, str(dist)).stderr == given.stderr
    missing = run(*DAY_ONE, "--crds", str(dist / "nowhere"), str(dist))
    assert missing.exit_code == 2
    assert missing.stderr == f"{dist}/nowhere: there is no such folder; name one with CustomResourceDefinitions\n"


def test_a_second_run_knows_what_passed(dist: Path) -> None:
    assert "known from before" not in run(*DAY_ONE, str(dist)).stdout.replace("all of them", "")
    (dist / CELL / "services" / "sessions.yaml").touch()
    # Collectors are in a namespace that is not restricted, and are looked at again.
    assert json.loads(run(*DAY_ONE, "--json", str(dist)).stdout)["manifests"]["judged"] <= 1


def test_one_region_or_one_cell_can_be_asked_for_and_nothing_is_left_in_a_cells_folder(dist: Path) -> None:
    before = sorted((dist / CELL).rglob("*"))
    assert run(*DAY_ONE, str(dist / "use1")).exit_code == 0
    assert run(*DAY_ONE, str(dist / CELL)).exit_code == 0
    assert sorted((dist / CELL).rglob("*")) == before
    assert not (dist / CELL / FILE).exists()


def test_cells_that_are_not_there_are_named(fleet_of: Callable[[str], Fleet], tmp_path: Path) -> None:
    bundles.write_bundles(fleet_of("growth"), tmp_path, region="use1")
    result = run("--blueprint", str(BLUEPRINTS / "growth"), str(tmp_path))
    assert result.exit_code == 0
    assert "  not there: usw2-a, usw2-b, usw2-c" in result.stdout.splitlines()


def test_bundles_of_another_fleet_are_refused(dist: Path) -> None:
    result = run("--blueprint", str(BLUEPRINTS / "hypergrowth"), str(dist))
    assert result.exit_code == 2
    assert f"{dist / CELL}: was written for skyline use1-z, which is no cell of" in result.stderr


def test_a_folder_without_bundles_is_refused(tmp_path: Path) -> None:
    result = run(*DAY_ONE, str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}: holds no bundles of cells; leave the folder out to have them written, or run `make synth`\n"
    )


def test_a_version_that_nobody_has_schemas_of_is_refused(
    dist: Path, fleet_of: Callable[[str], Fleet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifests, "versions", lambda: ("1.33", "1.34"))
    result = run(*DAY_ONE, str(dist))
    assert result.exit_code == 2
    assert "use1-z runs Kubernetes 1.35, and schemas are at hand from 1.33 to 1.34" in result.stderr


def test_a_broken_fleet_is_told_first_and_nothing_is_judged(dist: Path, tmp_path: Path) -> None:
    folder = tmp_path / "day-one"
    shutil.copytree(BLUEPRINTS / "day-one", folder)
    spoil(folder / "fleet.yaml", "share: 0,", "share: 2.0,")
    result = run("--blueprint", str(folder), str(dist))
    assert result.exit_code == 1
    assert "policies.spot.share" in result.stderr
    assert "objects" not in result.stdout


def test_an_interrupt_is_one_line_and_nothing_is_remembered(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(manifests, "review", interrupted)
    result = run(*DAY_ONE, str(dist))
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted; nothing was judged\n")
    assert not (dist / FILE).exists()


def test_without_a_folder_bundles_are_written_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*DAY_ONE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "objects of 1 cell in dist pass" in result.stdout
    assert (tmp_path / "dist" / CELL / "platform" / "guard.yaml").is_file()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dist"]


def test_a_folder_and_definitions_are_for_manifests(dist: Path) -> None:
    for arguments in ([str(dist)], ["--crds", str(dist)]):
        result = CliRunner().invoke(app, ["validate", *DAY_ONE, *arguments])
        assert result.exit_code == 2
        assert "is read with --manifests only; add it" in result.stderr


def test_writer_and_reader_mean_the_same_mark() -> None:
    assert manifests.MARK == bundles.MARK


def test_options_come_before_the_environment() -> None:
    assert manifests.definitions([Path("a")], "b:c::") == [Path("a"), Path("b"), Path("c")]
    assert manifests.definitions([], "") == []
