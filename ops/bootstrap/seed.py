"""What a new cell is given by hand, all of it from its own platform bundle: the same objects that Argo CD applies later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from ops.delta.objects import Object
from ops.promotion.image import Unusable

ARGO_CD = "argo-cd"
"""Name of the Application, and of the release, that Argo CD takes itself over by."""
PLATFORM = "platform"
"""Name of the Application that brings everything else."""


@dataclass(frozen=True)
class Seed:
    """Files of a cell's first hour: name to text."""

    files: Mapping[str, str]
    chart: str
    """Where helm finds Argo CD's chart: `oci://…`."""
    version: str
    """Version of the chart, or the digest that it stands under."""


FIRST = ("guard.yaml", "foundations.yaml")
"""Layers without a kind that a chart would have to define first, in the order of their waves."""


def seed(layers: Mapping[str, bytes]) -> Seed:
    """The seed of a platform bundle.

    Args:
        layers: the files of its layer.

    Raises:
        Unusable: the bundle lacks what a cell begins with.
    """
    gitops, addons = _objects(layers, "gitops.yaml"), _objects(layers, "add-ons.yaml")
    projects = [one for one in gitops if one["kind"] == "AppProject"]
    source = _application(addons, ARGO_CD)["spec"]["source"]
    chart = f"{source['repoURL'].removeprefix('oci://')}/{source.get('chart', '')}".rstrip("/")
    files = {name: _text(layers, name) for name in FIRST}
    files["argo-cd-values.yaml"] = _yaml(_first_values(source["helm"]["valuesObject"]))
    files["projects.yaml"] = "".join(map(_yaml, projects))
    files["platform.yaml"] = _yaml(_application(gitops, PLATFORM))
    return Seed(files, f"oci://{chart}", source["targetRevision"])


def _first_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Argo CD's own values, but for the job that draws Redis' password: it runs once, now, and never in a sync."""
    return {**values, "redisSecretInit": {"enabled": True}}


def _application(objects: list[Object], name: str) -> Object:
    for one in objects:
        if one["kind"] == "Application" and one["metadata"]["name"] == name:
            return one
    raise Unusable(f"the platform's bundle has no Application {name}; the release names no chart for it")


def _objects(layers: Mapping[str, bytes], name: str) -> list[Object]:
    return [one for one in yaml.load_all(_text(layers, name), Loader=yaml.CSafeLoader) if one is not None]


def _text(layers: Mapping[str, bytes], name: str) -> str:
    if name not in layers:
        raise Unusable(f"the platform's bundle has no {name}")
    return layers[name].decode()


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False, explicit_start=True, allow_unicode=True)
