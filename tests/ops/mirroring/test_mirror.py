"""Mirrors: what the releases want, what is there by which digest, what copies the rest, and the file that says so."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from fleet import mirror, names
from fleet.load import load
from fleet.model import Fleet
from ops.mirroring.chart import tags
from ops.mirroring.show import show
from ops.promotion.image import Image, Unusable, digest
from ops.promotion.registry import Registry

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
CHARTS = {"keda": "2.20.2", "argo-cd": "10.3.0", "istiod": "1.30.3", "istio-base": "1.30.3"}
"""What the releases of these tests name, and the rest of the world with them."""
VALUES: dict[str, tuple[str, dict[str, Any]]] = {
    "keda": ("2.20.2", {"image": {"keda": {"registry": "ghcr.io", "repository": "kedacore/keda", "tag": ""}}}),
    "argo-cd": (
        "v3.5.1",
        {
            "global": {"image": {"repository": "quay.io/argoproj/argocd", "tag": ""}},
            "redis": {"image": {"repository": "ecr-public.aws.com/docker/library/redis", "tag": "8.2.2-alpine"}},
        },
    ),
    "istiod": ("1.30.3", {"_internal_defaults_do_not_set": {"global": {"hub": "docker.io/istio", "tag": "1.30.3"}}}),
    "istio-base": ("1.30.3", {}),
}
"""Chart to its appVersion and values, in the manner of the real ones."""


def packed(chart: str, app: str, values: dict[str, Any]) -> bytes:
    """A chart as `helm package` makes it."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, content in (("Chart.yaml", {"name": chart, "appVersion": app}), ("values.yaml", values)):
            text = yaml.safe_dump(content).encode()
            header = tarfile.TarInfo(f"{chart}/{name}")
            header.size = len(text)
            archive.addfile(header, io.BytesIO(text))
    return gzip.compress(written.getvalue(), mtime=0)


class Shelves:
    """The registries of a fleet's regions in moto."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet, self._folder = fleet, folder
        for region in fleet.regions.values():
            for repository in mirror.repositories(fleet):
                self.client(region.name).create_repository(repositoryName=repository, imageTagMutability="IMMUTABLE")

    def client(self, region: str) -> Any:
        return boto3.client("ecr", region_name=region, aws_access_key_id="x", aws_secret_access_key="x")

    def client_for(self, _service: str, _account: str, region: str) -> Any:
        """boto3's client, with the one call that moto has not."""
        client, folder = self.client(region), self._folder

        class Client:
            def __getattr__(self, name: str) -> Callable[..., Any]:
                return getattr(client, name)  # type: ignore[no-any-return]

            def get_download_url_for_layer(self, layerDigest: str, **_: str) -> dict[str, str]:  # noqa: N803
                return {"downloadUrl": (folder / layerDigest).as_uri()}

        return Client()

    def push_chart(self, region: str, chart: str, salt: str = "") -> str:
        """As `helm push` does; the digest."""
        app, values = VALUES[chart]
        layer, config = (
            packed(chart.rpartition("-")[2], app, values),
            json.dumps({"name": chart, "salt": salt}).encode(),
        )
        repository = Registry(self.client(region), names.chart_repository(self.fleet, chart))
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {
                "mediaType": "application/vnd.cncf.helm.config.v1+json",
                "digest": digest(config),
                "size": len(config),
            },
            "layers": [{"mediaType": HELM_LAYER, "digest": digest(layer), "size": len(layer)}],
        }
        for blob in (config, layer):
            repository.send(digest(blob), blob)
            (self._folder / digest(blob)).write_bytes(blob)
        image = Image(json.dumps(manifest).encode())
        repository.put(image, CHARTS[chart])
        return image.digest

    def push_image(self, region: str, image: str, tag: str) -> str:
        """An index for several processors."""
        index = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [],
            "annotations": {"of": image, "tag": tag},
        }
        pushed = Image(json.dumps(index).encode())
        self.client(region).put_image(
            repositoryName=names.image_repository(self.fleet, image),
            imageManifest=pushed.manifest.decode(),
            imageTag=tag,
            imageDigest=pushed.digest,
        )
        return pushed.digest

    def fill(self, region: str) -> None:
        for chart in CHARTS:
            self.push_chart(region, chart)
        for image, tag in IMAGES.items():
            self.push_image(region, image, tag)


IMAGES = {
    "kedacore/keda": "2.20.2",
    "kedacore/keda-admission-webhooks": "2.20.2",
    "kedacore/keda-metrics-apiserver": "2.20.2",
    "argoproj/argocd": "v3.5.1",
    "library/redis": "8.2.2-alpine",
    "istio/pilot": "1.30.3",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Growth, two regions, with a few charts and nothing recorded."""
    copy = tmp_path / "fleet"
    shutil.copytree(BLUEPRINTS / "growth", copy)
    (copy / "mirror.yaml").unlink()
    lines, inside = [], False
    for line in (copy / "fleet.yaml").read_text().splitlines():
        if line.strip() == "charts:":
            inside = True
            lines.append(f"    charts: {json.dumps(CHARTS)}")
        elif not (inside and line.startswith("      ")):
            inside = False
            lines.append(line)
    (copy / "fleet.yaml").write_text("\n".join(lines) + "\n")
    return copy


@pytest.fixture
def shelves(folder: Path, tmp_path: Path) -> Iterator[Shelves]:
    (tmp_path / "blobs").mkdir()
    with mock_aws():
        yield Shelves(load(folder), tmp_path / "blobs")


def shown(folder: Path, shelves: Shelves, **options: Any) -> int:
    return show(folder, shelves.client_for, **({"region": None, "record": False, "as_json": False} | options))


def test_an_empty_mirror_lacks_every_chart_and_says_what_copies_them(folder, shelves, capsys):
    assert shown(folder, shelves, as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert {line["chart"] for line in said["lines"] if not line["image"]} == set(CHARTS)
    assert all(line["lacking"] == ["us-east-1", "us-west-2"] for line in said["lines"])
    host = names.registry(shelves.fleet.regions["us-east-1"])
    assert (
        "helm pull keda --repo https://kedacore.github.io/charts --version 2.20.2 && "
        f"helm push keda-2.20.2.tgz oci://{host}/skyline/mirror/charts"
    ) in said["commands"]
    assert (f"crane copy gcr.io/istio-release/charts/istiod:1.30.3 {host}/skyline/mirror/charts/istiod:1.30.3") in said[
        "commands"
    ]


def test_a_second_region_is_copied_from_the_first_so_that_digests_are_the_same(folder, shelves, capsys):
    shelves.fill("us-east-1")
    assert shown(folder, shelves, as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    first, second = (names.registry(shelves.fleet.regions[name]) for name in ("us-east-1", "us-west-2"))
    assert len(said["commands"]) == len(CHARTS)  # its images are looked for when their charts are there
    assert all(line.startswith(f"crane copy {first}/") for line in said["commands"])
    assert all(f" {second}/" in line for line in said["commands"])


def test_what_an_image_is_tagged_follows_from_its_chart(folder, shelves, capsys):
    for chart in CHARTS:
        shelves.push_chart("us-east-1", chart)
    assert shown(folder, shelves, region="use1", as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert {line["image"]: line["tag"] for line in said["lines"] if line["image"]} == IMAGES
    host = names.registry(shelves.fleet.regions["us-east-1"])
    assert (
        "crane copy public.ecr.aws/docker/library/redis:8.2.2-alpine "
        f"{host}/skyline/mirror/images/library/redis:8.2.2-alpine"
    ) in said["commands"]


def test_a_full_mirror_is_recorded_and_the_fleet_takes_it(folder, shelves, capsys):
    for region in shelves.fleet.regions:
        shelves.fill(region)
    keda = shelves.client("us-east-1").describe_images(repositoryName="skyline/mirror/charts/keda")["imageDetails"][0]
    assert shown(folder, shelves, record=True) == 0
    assert f"written to {folder / 'mirror.yaml'}" in capsys.readouterr().out
    fleet = load(folder)
    pinned = fleet.mirror.pinned("keda", "2.20.2")
    assert pinned is not None
    assert pinned.digest == keda["imageDigest"]
    assert pinned.images.keys() == mirror.IMAGES["keda"].keys()
    assert fleet.mirror.pinned("argo-cd", "10.3.0").images["library/redis"].startswith("8.2.2-alpine@sha256:")


def test_recording_twice_writes_the_same_file(folder, shelves):
    for region in shelves.fleet.regions:
        shelves.fill(region)
    shown(folder, shelves, record=True)
    first = (folder / "mirror.yaml").read_bytes()
    shown(folder, shelves, record=True)
    assert (folder / "mirror.yaml").read_bytes() == first


def test_a_chart_that_is_not_whole_is_not_recorded(folder, shelves):
    for region in shelves.fleet.regions:
        for chart in CHARTS:
            shelves.push_chart(region, chart)
    shelves.push_image("us-east-1", "istio/pilot", "1.30.3")
    assert shown(folder, shelves, record=True) == 1
    assert yaml.safe_load((folder / "mirror.yaml").read_text())["charts"].keys() == {"istio-base"}


def test_a_release_that_is_not_recorded_can_be_looked_at(folder, shelves, capsys):
    """The rule that misses it would otherwise keep one from recording it."""
    for region in shelves.fleet.regions:
        shelves.fill(region)
    shown(folder, shelves, record=True)
    text = (folder / "fleet.yaml").read_text()
    (folder / "fleet.yaml").write_text(text.replace('"keda": "2.20.2"', '"keda": "2.21.0"'))
    capsys.readouterr()
    assert shown(folder, shelves) == 1
    assert "2.21.0" in capsys.readouterr().out


def test_digests_that_differ_between_regions_are_told_and_not_recorded(folder, shelves, capsys):
    for region in shelves.fleet.regions:
        for image, tag in IMAGES.items():
            shelves.push_image(region, image, tag)
        for chart in CHARTS:
            shelves.push_chart(region, chart, salt=region if chart == "keda" else "")
    assert shown(folder, shelves, record=True, as_json=True) == 1
    (keda,) = [
        line for line in json.loads(capsys.readouterr().out)["lines"] if line["chart"] == "keda" and not line["image"]
    ]
    assert [one.split()[0] for one in keda["differing"]] == ["us-east-1", "us-west-2"]
    assert keda["digest"] == ""
    assert "keda" not in yaml.safe_load((folder / "mirror.yaml").read_text())["charts"]


def test_a_mirror_that_cannot_be_looked_at_records_nothing(folder, shelves, capsys):
    for region in shelves.fleet.regions:
        shelves.fill(region)
    shelves.client("us-west-2").delete_repository(repositoryName="skyline/mirror/charts/keda", force=True)
    assert shown(folder, shelves, record=True) == 2
    assert not (folder / "mirror.yaml").exists()
    assert "us-west-2: batch_get_image: RepositoryNotFoundException" in capsys.readouterr().out.replace("\n", "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"region": "us-west-3"}, "--region us-west-3: no such region is in this fleet; did you mean us-west-2?"),
        ({"region": "use1", "record": True}, "--record looks at every region"),
    ],
)
def test_what_cannot_be_meant_is_exit_code_2(folder, shelves, capsys, options, said):
    assert shown(folder, shelves, **options) == 2
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("values", "app", "source", "first"),
    [
        ({"image": {"repository": "x/pilot", "tag": "v9"}}, "1.0.0", "gcr:istio-release/pilot", "v9"),
        ({"image": {"repository": "x/other", "tag": "v9"}}, "1.0.0", "gcr:istio-release/pilot", "1.0.0"),
        ({"a": [], "image": {"repository": "pilot", "tag": "v9@sha256:12"}}, "1", "gcr:istio-release/pilot", "v9"),
        ({"global": {"tag": "1.30.3"}}, "1.0.0", "gcr:istio-release/pilot", "1.30.3"),
        ({}, "v3.5.0", "ecr-public:eks/lbc", "v3.5.0"),
    ],
)
def test_the_likeliest_tag_comes_first(values, app, source, first):
    found = tags(packed("chart", app, values), source)
    assert found[0] == first
    assert len(found) == len(set(found))


@pytest.mark.parametrize("broken", [b"no gzip", gzip.compress(b"no tar", mtime=0), packed("a", "1", {})[:-20]])
def test_what_is_no_chart_is_told(broken: bytes):
    with pytest.raises(Unusable):
        tags(broken, "gcr:a/b")


def test_every_source_has_a_host_or_an_address():
    sources = {source for images in mirror.IMAGES.values() for source in images.values()} | set(mirror.CHARTS.values())
    for source in sources:
        registry, _, path = source.partition(":")
        assert registry in mirror.REGISTRIES or path.partition("/")[0] in mirror.HELM, source
