"""Bundles that lie in a folder: the layouts of `hypercell bundle`, or the plain manifests that synthesis writes to dist/."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ops.delta.objects import Files, Object

_MARK = ".hypercell"
"""File that synthesis leaves in a cell's folder; its text is the fleet and the cell."""

Bundles = Mapping[tuple[str, str], Files]
"""Cell and channel to the bundle."""


class Unreadable(Exception):
    """A folder holds no bundles, or one of them is damaged. One sentence: what, where, what to do."""


def read(folder: Path) -> Bundles:
    """Every bundle below a folder.

    Raises:
        Unreadable: there is none, or one cannot be read.
    """
    found: dict[tuple[str, str], Files] = {}
    for index in sorted(folder.glob("*/*/index.json")):
        found |= _layout(index)
    for mark in sorted(folder.glob(f"*/*/{_MARK}")):
        found |= _plain(mark)
    if not found:
        raise Unreadable(f"{folder} holds no bundles; make them with `hypercell bundle --out {folder}`")
    return found


def _layout(index: Path) -> dict[tuple[str, str], Files]:
    blobs = index.parent / "blobs"
    try:
        said = json.loads(index.read_text("utf-8"))
        cell = said["annotations"]["fleet/cell"]
        found: dict[tuple[str, str], Files] = {}
        for one in said["manifests"]:
            manifest = json.loads(_blob(blobs, one["digest"]))
            layers = [_blob(blobs, layer["digest"]) for layer in manifest["layers"]]
            files = [unpacked(layer) for layer in layers]
            found[cell, one["annotations"]["org.opencontainers.image.ref.name"]] = {
                name: objects for part in files for name, objects in part.items()
            }
    except (OSError, ValueError, KeyError, TypeError, EOFError, zlib.error, tarfile.TarError, yaml.YAMLError) as error:
        again = "make it again with `hypercell bundle --fresh`"
        raise Unreadable(f"{index.parent} cannot be read as bundles ({error}); {again}") from None
    return found


def _blob(blobs: Path, digest: str) -> bytes:
    return (blobs / Path(*digest.split(":"))).read_bytes()


def unpacked(layer: bytes) -> Files:
    """The files of a layer, a gzip of a tar, by their names without the ending."""
    found: dict[str, list[Object]] = {}
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer))) as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file is not None:
                found[Path(member.name).stem] = _documents(file.read())
    return found


def _plain(mark: Path) -> dict[tuple[str, str], Files]:
    folder = mark.parent
    try:
        cell = mark.read_text("utf-8").split()[1]
        platform = {file.stem: _documents(file.read_bytes()) for file in sorted((folder / "platform").glob("*.yaml"))}
        services = {
            (cell, f"service-{file.stem}"): {file.stem: _documents(file.read_bytes())}
            for file in sorted((folder / "services").glob("*.yaml"))
        }
    except (OSError, ValueError, IndexError, yaml.YAMLError) as error:
        raise Unreadable(f"{folder} cannot be read as manifests ({error}); write them again") from None
    return {(cell, "platform"): platform, **services}


def _documents(text: bytes) -> list[Object]:
    documents: list[Any] = [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one is not None]
    if not all(isinstance(one, Mapping) for one in documents):
        raise ValueError("a document is no object")
    return documents
