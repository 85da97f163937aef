"""What a chart says of its images: the tags to look for in the mirror, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ops.promotion.image import Unusable, texts


def tags(layer: bytes, source: str) -> list[str]:
    """Tags of one of a chart's images.

    Args:
        layer: the chart as helm packs it, a folder with Chart.yaml and values.yaml.
        source: where the image is published, `<registry>:<path>`; its last part is what charts call it.

    Raises:
        Unusable: it is no chart.
    """
    files = {name.partition("/")[2]: text for name, text in texts(layer).items()}
    chart, values = _read(files, "Chart.yaml"), _read(files, "values.yaml")
    name = source.rpartition("/")[2]
    found = [*_beside(values, name), *_of_all(values)]
    version = str(chart.get("appVersion") or "")
    found += [version, f"v{version.removeprefix('v')}", version.removeprefix("v")] if version else []
    return list(dict.fromkeys(tag.partition("@")[0] for tag in found if tag.partition("@")[0]))


def _read(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        content = yaml.load(files[name], Loader=yaml.CSafeLoader)
    except (KeyError, yaml.YAMLError):
        raise Unusable(f"no chart: its {name} is missing or no YAML") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise Unusable(f"no chart: its {name} is no mapping")
    return content


def _beside(value: Any, name: str) -> Iterator[str]:
    """Tags beside a repository of this name, anywhere in the values."""
    if isinstance(value, dict):
        if str(value.get("repository") or "").rpartition("/")[2] == name and value.get("tag"):
            yield str(value["tag"])
        for inner in value.values():
            yield from _beside(inner, name)


def _of_all(value: Any) -> Iterator[str]:
    """The one tag of all images, as Istio's charts have it: `global.tag`, wherever that stands."""
    if isinstance(value, dict):
        shared = value.get("global")
        if isinstance(shared, dict) and shared.get("tag"):
            yield str(shared["tag"])
        for inner in value.values():
            yield from _of_all(inner)
