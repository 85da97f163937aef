"""Bundles on this machine: the OCI layout that `hypercell bundle` wrote for a cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.promotion.image import Image, Unusable, checked

_AGAIN = "make it again with `hypercell bundle --fresh`"


@dataclass(frozen=True)
class Layout:
    """The layout of one cell."""

    folder: Path

    @property
    def channels(self) -> tuple[str, ...]:
        """Tags of the bundles.

        Raises:
            Unusable: there is no layout, or it is damaged.
        """
        return tuple(self._tags())

    def image(self, channel: str) -> Image:
        """The bundle of a channel.

        Raises:
            Unusable: there is no such bundle, or it is damaged.
        """
        tags = self._tags()
        if channel not in tags:
            raise Unusable(f"{self.folder} holds no {channel}: the cell neither hosts the service nor knows it")
        return Image(self.blob(tags[channel]))

    def _tags(self) -> dict[str, str]:
        try:
            index: dict[str, Any] = json.loads((self.folder / "index.json").read_text("utf-8"))
            return {
                one["annotations"]["org.opencontainers.image.ref.name"]: one["digest"] for one in index["manifests"]
            }
        except FileNotFoundError:
            raise Unusable(f"{self.folder} holds no bundles; make them with `hypercell bundle`") from None
        except (OSError, ValueError, KeyError, TypeError):
            raise Unusable(f"{self.folder} is no layout of bundles; {_AGAIN}") from None

    def blob(self, name: str) -> bytes:
        """What has this digest.

        Raises:
            Unusable: it is not there, or not what its name says.
        """
        file = self.folder / "blobs" / Path(*name.split(":"))
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Unusable(f"{file}: {error.strerror}; {_AGAIN}") from None
        try:
            return checked(content, name, str(self.folder))
        except Unusable as error:
            raise Unusable(f"{error}; {_AGAIN}") from None
