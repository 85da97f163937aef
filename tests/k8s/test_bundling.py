"""Layouts on disk: as the specification has them, swapped whole, and never written again for nothing."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet import names
from fleet.load import read_folder
from fleet.model import Fleet
from k8s import bundling, oci
from k8s.bundles import bundle_files
from k8s.bundling import Bundled, Scope, bundle
from k8s.layout import LayoutUnusable

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
Edit = Callable[[dict[str, Any]], object]


def edited(name: str, edit: Edit = lambda tree: None) -> Fleet:
    """The blueprint with a change; no rule is asked."""
    source = read_folder(BLUEPRINTS / name)
    edit(source.tree)
    return Fleet.model_validate(source.tree)


def released(service: str) -> Edit:
    """Another image of a service."""
    return lambda tree: tree["images"][service].update(digest=f"sha256:{'0' * 64}")


def opened(layout: Path) -> dict[str, dict[str, str]]:
    """Tag to the files of its layer, read as any tool would: by the specification, checking every digest and size."""
    assert json.loads((layout / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads((layout / "index.json").read_text())
    assert (index["schemaVersion"], index["mediaType"]) == (2, "application/vnd.oci.image.index.v1+json")

    def blob(described: dict[str, Any]) -> bytes:
        kind, _, name = described["digest"].partition(":")
        content = (layout / "blobs" / kind / name).read_bytes()
        assert (hashlib.new(kind, content).hexdigest(), len(content)) == (name, described["size"])
        return content

    found: dict[str, dict[str, str]] = {}
    for described in index["manifests"]:
        manifest = json.loads(blob(described))
        assert manifest["mediaType"] == described["mediaType"]
        assert manifest["artifactType"] == described["artifactType"]
        assert blob(manifest["config"]) == b"{}"
        [layer] = manifest["layers"]
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob(layer)))) as archive:
            files = {member.name: archive.extractfile(member).read().decode() for member in archive}  # type: ignore[union-attr]
        tag = described["annotations"]["org.opencontainers.image.ref.name"]
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", tag)
        assert tag not in found
        found[tag] = files
    return found


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.name != bundling.LOCK
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundles")
    bundle(edited("hypergrowth"), out)
    return out


def test_every_cell_has_its_platform_and_its_services_as_they_stand_in_dist(fleet: Fleet, made: Path) -> None:
    for cell in fleet.cells:
        bundles = opened(made / cell.region.code / cell.key)
        files = bundle_files(cell)
        platform = {f"platform/{name}": text for name, text in bundles.pop("platform").items()}
        services = {f"services/{name}": text for files_ in bundles.values() for name, text in files_.items()}
        assert platform | services == files
        for tag, content in bundles.items():
            assert list(content) == [f"{tag.removeprefix('service-')}.yaml"]


def test_every_channel_that_argo_cd_follows_is_bundled(fleet: Fleet, made: Path) -> None:
    for cell in fleet.cells:
        bundles = opened(made / cell.region.code / cell.key)
        gitops = bundles["platform"]["gitops.yaml"]
        followed = set(re.findall(r"targetRevision: (platform|service-\S+)", gitops))
        assert followed == set(bundles)


def test_two_runs_make_the_same_bytes(made: Path, tmp_path: Path) -> None:
    bundle(edited("hypergrowth"), tmp_path)
    assert tree(tmp_path) == tree(made)


def reversed_everywhere(value: Any, key: str = "") -> Any:
    """The same fleet, its lines written in the opposite order. A zone's place in its list is an address."""
    if isinstance(value, dict):
        return {name: reversed_everywhere(inner, name) for name, inner in reversed(value.items())}
    return list(reversed(value)) if isinstance(value, list) and key != "zones" else value


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_the_order_of_lines_in_the_files_changes_no_digest(name: str, tmp_path: Path) -> None:
    source = read_folder(BLUEPRINTS / name)
    turned = Fleet.model_validate(reversed_everywhere(source.tree))
    digests = {(one.cell, one.channel): one.digest for one in bundle(Fleet.model_validate(source.tree), tmp_path / "a")}
    assert {(one.cell, one.channel): one.digest for one in bundle(turned, tmp_path / "b")} == digests


def test_a_run_after_nothing_changed_writes_nothing(made: Path) -> None:
    before = {
        file: file.stat().st_mtime_ns for file in made.rglob("*") if file.is_file() and file.name != bundling.LOCK
    }
    done = bundle(edited("hypergrowth"), made)
    assert [one for one in done if one.written] == []
    after = {file: file.stat().st_mtime_ns for file in made.rglob("*") if file.is_file() and file.name != bundling.LOCK}
    assert after == before


def test_a_release_writes_the_bundles_of_its_service_and_keeps_all_other_digests(tmp_path: Path) -> None:
    before = {(one.cell, one.channel): one.digest for one in bundle(edited("growth"), tmp_path)}
    after = bundle(edited("growth", released("egressor")), tmp_path)
    written = {one.channel for one in after if one.written}
    changed = {one.channel for one in after if one.digest != before[one.cell, one.channel]}
    assert written == changed == {"service-egressor"}
    hosting = {cell.name for cell in edited("growth").cells if "egressor" in {s.name for s in cell.services}}
    assert {one.cell for one in after if one.written} >= hosting > set()


def test_what_no_index_names_any_more_is_removed(tmp_path: Path) -> None:
    bundle(edited("day-one"), tmp_path)
    blobs = len(list(tmp_path.glob("*/*/blobs/sha256/*")))
    bundle(edited("day-one", released("sessions")), tmp_path)
    assert len(list(tmp_path.glob("*/*/blobs/sha256/*"))) == blobs


def test_a_blob_that_was_lost_is_made_again(tmp_path: Path) -> None:
    bundle(edited("day-one"), tmp_path)
    before = tree(tmp_path)
    layer = json.loads(next(tmp_path.glob("*/*/index.json")).read_text())["manifests"][0]["annotations"]["fleet/layer"]
    next(tmp_path.glob(f"*/*/blobs/sha256/{layer.partition(':')[2]}")).unlink()
    assert [one.written for one in bundle(edited("day-one"), tmp_path)].count(True) == 1
    assert tree(tmp_path) == before


def test_a_damaged_blob_is_mended_by_a_fresh_run(tmp_path: Path) -> None:
    bundle(edited("day-one"), tmp_path)
    before = tree(tmp_path)
    for blob in tmp_path.glob("*/*/blobs/sha256/*"):
        blob.write_bytes(blob.read_bytes()[:-1])
    bundle(edited("day-one"), tmp_path, Scope(fresh=True))
    assert tree(tmp_path) == before


def test_a_scope_leaves_everything_else_as_it_was(tmp_path: Path) -> None:
    bundle(edited("growth"), tmp_path)
    before = tree(tmp_path)
    both = edited("growth", lambda tree: [released(name)(tree) for name in ("egressor", "sessions")])
    done = bundle(both, tmp_path, Scope(cells=("use1-a",), channels=("service-egressor",)))
    assert [(one.cell, one.channel, one.written) for one in done] == [("use1-a", "service-egressor", True)]
    changed = {Path(file).parts[:2] for file, content in tree(tmp_path).items() if before.get(file) != content}
    assert changed == {("use1", "a")}
    assert opened(tmp_path / "use1" / "a").keys() >= {"platform", "service-sessions", "service-egressor"}


def test_an_interrupted_run_leaves_the_old_index(tmp_path: Path) -> None:
    bundle(edited("day-one"), tmp_path)
    before = opened(tmp_path / "use1" / "z")

    def interrupt(done: int, _total: int, _what: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bundle(edited("day-one"), tmp_path, Scope(fresh=True), interrupt)
    assert opened(tmp_path / "use1" / "z") == before
    with pytest.raises(KeyboardInterrupt):
        bundle(edited("day-one", lambda tree: tree.update(stage="staging")), tmp_path, step=interrupt)
    assert opened(tmp_path / "use1" / "z") == before
    bundle(edited("day-one", lambda tree: tree.update(stage="staging")), tmp_path)
    assert opened(tmp_path / "use1" / "z") != before


def test_layouts_of_vanished_cells_go_and_nothing_else(tmp_path: Path) -> None:
    bundle(edited("growth"), tmp_path)
    foreign = tmp_path / "use1" / "x"
    foreign.mkdir()
    (foreign / "index.json").write_text('{"manifests": [], "annotations": {"fleet/name": "other"}}')
    bundle(edited("day-one"), tmp_path)
    assert {str(file.parent.relative_to(tmp_path)) for file in tmp_path.glob("*/*/index.json")} == {"use1/z", "use1/x"}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("thesis.tex", "years of work", "was not written by the fleet skyline; move it away"),
        ("index.json", '{"manifests": [], "annotations": {"fleet/name": "other"}}', "was not written by the fleet"),
        ("index.json", '{"manifests": [', "is no index of bundles; remove"),
        ("index.json", '{"manifests": [{}], "annotations": {"fleet/name": "skyline"}}', "is no index of bundles"),
    ],
)
def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path, name: str, text: str, said: str) -> None:
    folder = tmp_path / "use1" / "z"
    folder.mkdir(parents=True)
    (folder / name).write_text(text)
    with pytest.raises(LayoutUnusable, match=said):
        bundle(edited("day-one"), tmp_path)
    assert tree(tmp_path) == {f"use1/z/{name}": text.encode()}


def test_a_folder_that_cannot_be_written_gives_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(LayoutUnusable, match=r"cannot write the bundles to .*/out: .*: File exists; choose another"):
        bundle(edited("day-one"), tmp_path / "out")


def test_two_runs_at_once_do_not_remove_each_others_blobs(tmp_path: Path) -> None:
    with (tmp_path / bundling.LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(LayoutUnusable, match="another run is writing to"):
            bundle(edited("day-one"), tmp_path)


def test_a_document_that_stands_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = bundling.inside.service.hosted
    monkeypatch.setattr(bundling.inside.service, "hosted", lambda service, cell: twice(service, cell) * 2)
    with pytest.raises(ValueError, match=r"use1-z, sessions: Namespace\.\.\.sessions stands twice"):
        bundle(edited("day-one"), tmp_path)


def test_a_bundle_says_whose_it_is(made: Path) -> None:
    index = json.loads((made / "use1" / "a" / "index.json").read_text())
    for described in index["manifests"]:
        manifest = json.loads((made / "use1/a/blobs/sha256" / described["digest"].partition(":")[2]).read_text())
        channel = described["annotations"]["org.opencontainers.image.ref.name"]
        assert manifest["annotations"][oci.CELL] == "use1-a"
        assert manifest["annotations"][oci.CHANNEL] == channel


def test_the_report_lists_the_platform_first(tmp_path: Path) -> None:
    done: list[Bundled] = bundle(edited("day-one"), tmp_path)
    assert done[0].channel == names.PLATFORM_CHANNEL
