"""A bundle as an OCI artifact: bytes that follow from its files alone.

One layer, a tar in a gzip, as Argo CD's OCI source takes it. Nothing tells when, where or by whom it was made: names are
sorted, times are zero, owners are nobody, and the gzip is written by hand. Its blocks are stored, not squeezed: what
a squeezer makes of the same bytes is its own affair and changes with its version, and with it every digest of a
fleet that nobody touched.
"""

from __future__ import annotations

import hashlib
import json
import struct
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
"""Argo CD takes this type as it comes; others want a setting of its repository server."""
EMPTY = "application/vnd.oci.empty.v1+json"
ARTIFACT = "application/vnd.hypercell.bundle.v1"
"""What kind of artifact it is: the specification wants a name where the configuration is empty."""
REFERENCE = "org.opencontainers.image.ref.name"
"""Annotation of a layout's index: the tag."""
TITLE = "org.opencontainers.image.title"
"""Annotation of a manifest that Argo CD shows."""
CELL, CHANNEL = "fleet/cell", "fleet/channel"
"""Annotations of a manifest: the cell it is made for, and the only tag that may name it."""

NOTHING = b"{}"
"""The empty configuration, byte for byte as the specification has it."""

_BLOCK = 0xFFFF
"""Most bytes of a stored block (RFC 1951, 3.2.4)."""
_GZIP = b"\x1f\x8b\x08\x00" + b"\x00\x00\x00\x00" + b"\x00\xff"
"""Header of RFC 1952: deflate, no name, no time, no hint, no operating system."""


@dataclass(frozen=True)
class Bundle:
    """One bundle of one cell, ready to be stored or sent."""

    layer: bytes
    manifest: bytes

    @property
    def digest(self) -> str:
        """What the bundle is called for ever."""
        return digest(self.manifest)


def bundle(files: Mapping[str, str], *, cell: str, channel: str) -> Bundle:
    """The bundle of these files, each a path to its text.

    Args:
        channel: tag the bundle is released by, and part of what it is: a bundle is of one channel.
    """
    packed = layer(files)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": ARTIFACT,
        "config": {"mediaType": EMPTY, "digest": digest(NOTHING), "size": len(NOTHING)},
        "layers": [{"mediaType": LAYER, "digest": digest(packed), "size": len(packed)}],
        "annotations": {CELL: cell, CHANNEL: channel, TITLE: f"{cell} {channel}"},
    }
    return Bundle(packed, json.dumps(manifest, separators=(",", ":")).encode())


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def layer(files: Mapping[str, str]) -> bytes:
    """A gzip of a tar of the files, sorted by name."""
    parts: list[bytes] = []
    for name in sorted(files):
        content = files[name].encode()
        header = tarfile.TarInfo(name)
        header.size, header.mode = len(content), 0o644
        parts += [header.tobuf(tarfile.USTAR_FORMAT), content, bytes(-len(content) % tarfile.BLOCKSIZE)]
    parts.append(bytes(2 * tarfile.BLOCKSIZE))
    return _stored(b"".join(parts))


def _stored(content: bytes) -> bytes:
    parts = [_GZIP]
    for start in range(0, len(content), _BLOCK):
        block = content[start : start + _BLOCK]
        last = start + _BLOCK >= len(content)
        parts += [struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF), block]
    parts.append(struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF))
    return b"".join(parts)
