"""A bundle as an OCI image: what its manifest says, and the objects in its layer. Wherever it came from, it is checked."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from ops.delta.objects import Files, Object


class Unusable(Exception):
    """Something cannot be read, or is not what it should be. One sentence: what, where, what to do."""


@dataclass(frozen=True)
class Image:
    """A bundle's manifest, byte for byte."""

    manifest: bytes

    @property
    def digest(self) -> str:
        return digest(self.manifest)

    @cached_property
    def _said(self) -> dict[str, Any]:
        try:
            said: dict[str, Any] = json.loads(self.manifest)
            _ = (said["mediaType"], said["config"]["digest"], [layer["digest"] for layer in said["layers"]])
        except (ValueError, KeyError, TypeError):
            raise Unusable(f"{self.digest} is no image manifest") from None
        return said

    @property
    def media_type(self) -> str:
        found: str = self._said["mediaType"]
        return found

    @property
    def blobs(self) -> tuple[str, ...]:
        """Digests of what it is made of: the configuration, then the layer."""
        return (self._said["config"]["digest"], *(layer["digest"] for layer in self._said["layers"]))

    @property
    def layer(self) -> str:
        """Digest of the layer with the objects.

        Raises:
            Unusable: it has none, or several: Argo CD takes one.
        """
        layers = self._said["layers"]
        if len(layers) != 1:
            raise Unusable(f"{self.digest} has {len(layers)} layers; a bundle has one")
        found: str = layers[0]["digest"]
        return found

    @property
    def cell(self) -> str:
        """The cell it was made for; empty when it does not say so."""
        return str(self._said.get("annotations", {}).get("fleet/cell", ""))

    @property
    def channel(self) -> str:
        """The tag it was made for; empty when it does not say so."""
        return str(self._said.get("annotations", {}).get("fleet/channel", ""))


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def checked(content: bytes, name: str, where: str) -> bytes:
    """The content, if it is what its digest says.

    Raises:
        Unusable: it is not.
    """
    if digest(content) != name:
        raise Unusable(f"{where}: {name} is not what its digest says; something damaged it on the way")
    return content


def texts(layer: bytes) -> dict[str, bytes]:
    """The files of a layer.

    Raises:
        Unusable: it is no gzip of a tar.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer))) as archive:
            opened = {member.name: archive.extractfile(member) for member in archive}
            return {name: file.read() for name, file in opened.items() if file is not None}
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise _unopened(layer, error) from None


def files(layer: bytes) -> Files:
    """The files of a layer by their names without the ending, each with its objects in order.

    Raises:
        Unusable: it is no gzip of a tar of YAML files with objects in them.
    """
    try:
        return {Path(name).stem: documents(text) for name, text in texts(layer).items()}
    except (yaml.YAMLError, ValueError) as error:
        raise _unopened(layer, error) from None


def _unopened(layer: bytes, error: Exception) -> Unusable:
    return Unusable(f"{digest(layer)} cannot be opened as a bundle: {error}")


def documents(text: bytes) -> list[Object]:
    """The objects of a file.

    Raises:
        yaml.YAMLError: it is no YAML.
        ValueError: something in it is no object.
    """
    found = [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one is not None]
    if not all(isinstance(one, Mapping) for one in found):
        raise ValueError("a document is no object")
    return found
