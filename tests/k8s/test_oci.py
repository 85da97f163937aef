"""A bundle is an OCI artifact that any tool opens, and follows from its files alone."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from k8s import oci

ROOT = Path(__file__).parents[2]
FILES = {"mesh.yaml": "kind: B\n", "guard.yaml": "kind: A\n"}


def members(layer: bytes) -> list[tarfile.TarInfo]:
    return tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer))).getmembers()


def content(layer: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(layer), mode="r:gz") as archive:
        return {member.name: archive.extractfile(member).read().decode() for member in archive}  # type: ignore[union-attr]


def test_the_order_of_files_and_the_clock_decide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = oci.bundle(FILES, cell="use1-a", channel="platform")
    monkeypatch.setattr(time, "time", lambda: 2e9)
    again = oci.bundle(dict(reversed(FILES.items())), cell="use1-a", channel="platform")
    assert again == made


def test_another_process_on_another_day_makes_the_same_digest() -> None:
    code = "from k8s import oci; print(oci.bundle({'a.yaml': 'x'}, cell='c', channel='platform').digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_a_layer_tells_nothing_of_when_where_and_by_whom() -> None:
    layer = oci.layer(FILES)
    assert [member.name for member in members(layer)] == ["guard.yaml", "mesh.yaml"]
    for member in members(layer):
        assert (member.mtime, member.uid, member.gid, member.uname, member.gname) == (0, 0, 0, "", "")
        assert (member.mode, member.type) == (0o644, tarfile.REGTYPE)
    flags, mtime, system = layer[3], layer[4:8], layer[9]
    assert (flags, mtime, system) == (0, bytes(4), 255)


def test_the_bytes_do_not_depend_on_what_squeezes_them() -> None:
    """Stored blocks are the one form of deflate that every version of every library writes alike."""
    layer = oci.layer({"a.yaml": "a" * 200_000})
    assert len(layer) > 200_000
    assert gzip.decompress(layer)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9-]{0,60}\.yaml", fullmatch=True),
        st.text(st.characters(codec="utf-8"), max_size=400).map(lambda text: text * 300),
        min_size=1,
        max_size=4,
    )
)
def test_what_goes_in_comes_out(files: dict[str, str]) -> None:
    assert content(oci.layer(files)) == files


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 0xFFFF - 512 - 1024, 0xFFFF, 0x10000, 3 * 0xFFFF])
def test_blocks_end_where_they_should(size: int) -> None:
    files = {"a.yaml": "x" * size}
    assert content(oci.layer(files)) == files


def test_the_manifest_is_what_argo_cd_takes() -> None:
    """One content layer of a type it takes as it comes, and a configuration that is none (OCI image 1.1)."""
    made = oci.bundle(FILES, cell="use1-a", channel="platform")
    manifest = json.loads(made.manifest)
    assert made.digest == f"sha256:{hashlib.sha256(made.manifest).hexdigest()}"
    assert (manifest["schemaVersion"], manifest["mediaType"]) == (2, "application/vnd.oci.image.manifest.v1+json")
    assert manifest["artifactType"]
    assert manifest["config"] == {
        "mediaType": "application/vnd.oci.empty.v1+json",
        "digest": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        "size": 2,
    }
    [layer] = manifest["layers"]
    assert layer == {
        "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
        "digest": f"sha256:{hashlib.sha256(made.layer).hexdigest()}",
        "size": len(made.layer),
    }
    assert "org.opencontainers.image.created" not in manifest["annotations"]


def differing() -> Iterator[oci.Bundle]:
    yield oci.bundle(FILES, cell="use1-a", channel="platform")
    yield oci.bundle(FILES, cell="use1-b", channel="platform")
    yield oci.bundle(FILES, cell="use1-a", channel="service-mesh")
    yield oci.bundle(FILES | {"mesh.yaml": "kind: C\n"}, cell="use1-a", channel="platform")
    yield oci.bundle({"guard.yaml": FILES["guard.yaml"]}, cell="use1-a", channel="platform")


def test_a_bundle_is_of_one_cell_and_one_channel() -> None:
    digests = [made.digest for made in differing()]
    assert len(set(digests)) == len(digests)
