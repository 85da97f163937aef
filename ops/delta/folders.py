"""Bundles that lie in a folder: the layouts of `hypercell bundle`, or the plain manifests that synthesis writes to dist/."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from ops.delta.objects import Files
from ops.promotion.image import Unusable, documents, files
from ops.promotion.layout import Layout

_MARK = ".hypercell"
"""File that synthesis leaves in a cell's folder; its text is the fleet and the cell."""

Bundles = Mapping[tuple[str, str], Files]
"""Cell and channel to the bundle."""


def read(folder: Path) -> Bundles:
    """Every bundle below a folder.

    Raises:
        Unusable: there is none, or one cannot be read.
    """
    found: dict[tuple[str, str], Files] = {}
    for index in sorted(folder.glob("*/*/index.json")):
        found |= _layout(index.parent)
    for mark in sorted(folder.glob(f"*/*/{_MARK}")):
        found |= _plain(mark)
    if not found:
        raise Unusable(f"{folder} holds no bundles; make them with `hypercell bundle --out {folder}`")
    return found


def _layout(folder: Path) -> dict[tuple[str, str], Files]:
    layout = Layout(folder)
    images = [layout.image(channel) for channel in layout.channels]
    return {(image.cell, image.channel): files(layout.blob(image.layer)) for image in images}


def _plain(mark: Path) -> dict[tuple[str, str], Files]:
    folder = mark.parent
    try:
        cell = mark.read_text("utf-8").split()[1]
        platform = {file.stem: documents(file.read_bytes()) for file in sorted((folder / "platform").glob("*.yaml"))}
        services = {
            (cell, f"service-{file.stem}"): {file.stem: documents(file.read_bytes())}
            for file in sorted((folder / "services").glob("*.yaml"))
        }
    except (OSError, ValueError, IndexError, yaml.YAMLError) as error:
        raise Unusable(f"{folder} cannot be read as manifests ({error}); write them again") from None
    return {(cell, "platform"): platform, **services}
