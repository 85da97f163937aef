"""The bundles of one cell on disk: an OCI image layout, one tag a bundle, which any registry tool reads.

Blobs are called by their digest and never change; the index is swapped when all of a run's blobs are there. So a
layout is that of the run before or that of this one, and never between.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from k8s import oci
from k8s.oci import Bundle

INPUTS, LAYER = "fleet/inputs", "fleet/layer"
"""Annotations of an entry of the index: the hash of what the bundle was made from, and the digest of its layer."""
FLEET = "fleet/name"
"""Annotation of the index: whose layout it is, and so ours to replace or to remove."""


class LayoutUnusable(OSError):
    """A layout cannot be read or written, or is not ours. One sentence, with the path and what to do."""


@dataclass(frozen=True)
class Entry:
    """One bundle of a layout."""

    channel: str
    digest: str
    size: int
    """Bytes of the manifest."""
    layer: str
    """Digest of the layer."""
    inputs: str
    """Hash of what it was made from."""

    def described(self) -> dict[str, Any]:
        """The entry as the index has it."""
        return {
            "mediaType": oci.MANIFEST,
            "artifactType": oci.ARTIFACT,
            "digest": self.digest,
            "size": self.size,
            "annotations": {oci.REFERENCE: self.channel, INPUTS: self.inputs, LAYER: self.layer},
        }


class Layout:
    """The layout of a cell, opened.

    Attributes:
        entries: channel to what the index on disk says.

    Raises:
        LayoutUnusable: another fleet's layout, or something else, stands in the way.
    """

    def __init__(self, folder: Path, *, fleet: str, cell: str, trusted: bool = True) -> None:
        """
        Args:
            trusted: blobs are taken for what their names say. Otherwise each is read before it is kept.
        """
        self.folder, self._fleet, self._cell, self._trusted = folder, fleet, cell, trusted
        self._blobs = folder / "blobs" / "sha256"
        self._index, self.entries = self._read()
        try:
            self._there = {file.name for file in self._blobs.iterdir()}
        except FileNotFoundError:
            self._there = set()

    def _read(self) -> tuple[str, dict[str, Entry]]:
        file = self.folder / "index.json"
        try:
            text = file.read_text("utf-8")
        except FileNotFoundError:
            if self.folder.exists() and any(file.name != "blobs" for file in self.folder.iterdir()):
                raise self._foreign() from None
            return "", {}
        try:
            index = json.loads(text)
            if index["annotations"][FLEET] != self._fleet:
                raise self._foreign()
            return text, {entry.channel: entry for entry in map(_entry, index["manifests"])}
        except (KeyError, TypeError, ValueError):
            raise LayoutUnusable(f"{file} is no index of bundles; remove {self.folder}, and bundle again") from None

    def _foreign(self) -> LayoutUnusable:
        return LayoutUnusable(
            f"{self.folder} was not written by the fleet {self._fleet}; move it away, or choose another folder with --out"
        )

    def kept(self, channel: str, inputs: str) -> Entry | None:
        """The bundle made from these inputs, if it is there with all its parts."""
        entry = self.entries.get(channel)
        if entry is None or entry.inputs != inputs:
            return None
        parts = {entry.digest.removeprefix("sha256:"), entry.layer.removeprefix("sha256:")}
        return entry if parts <= self._there else None

    def put(self, channel: str, made: Bundle, inputs: str) -> tuple[Entry, bool]:
        """Store a bundle; the index does not know it yet.

        Returns:
            its entry, and whether anything was written: the same bundle may come of other inputs.
        """
        written = [self._store(blob) for blob in (oci.NOTHING, made.layer, made.manifest)]
        return Entry(channel, made.digest, len(made.manifest), oci.digest(made.layer), inputs), any(written[1:])

    def _store(self, blob: bytes) -> bool:
        name = oci.digest(blob).removeprefix("sha256:")
        if name in self._there and (self._trusted or (self._blobs / name).read_bytes() == blob):
            return False
        self._blobs.mkdir(parents=True, exist_ok=True)
        _write(self._blobs / name, blob)
        self._there.add(name)
        return True

    def commit(self, entries: dict[str, Entry]) -> None:
        """Make the index say this and nothing else, then remove what it no longer names."""
        index = {
            "schemaVersion": 2,
            "mediaType": oci.INDEX,
            "manifests": [entries[channel].described() for channel in sorted(entries)],
            "annotations": {FLEET: self._fleet, oci.CELL: self._cell},
        }
        text = json.dumps(index, indent=1) + "\n"
        if text != self._index:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write(self.folder / "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
            _write(self.folder / "index.json", text.encode())
        named = {one.removeprefix("sha256:") for entry in entries.values() for one in (entry.digest, entry.layer)}
        for name in self._there - named - {oci.digest(oci.NOTHING).removeprefix("sha256:")}:
            (self._blobs / name).unlink(missing_ok=True)
        self._index, self.entries = text, entries


def owner(folder: Path) -> str | None:
    """The fleet whose layout stands in a folder; None when that cannot be told."""
    try:
        found: str = json.loads((folder / "index.json").read_text("utf-8"))["annotations"][FLEET]
    except (OSError, KeyError, TypeError, ValueError):
        return None
    return found


def _entry(described: dict[str, Any]) -> Entry:
    said = described["annotations"]
    return Entry(said[oci.REFERENCE], described["digest"], described["size"], said[LAYER], said[INPUTS])


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all."""
    partial = file.with_name(f".{file.name}.partial")
    partial.write_bytes(content)
    partial.replace(file)
