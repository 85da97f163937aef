"""Charts and their images by digest, as far as mirror.yaml has recorded them.

Charts write an image as `<repository>:<tag>`. A tag that ends with a digest makes that a reference by digest: whoever
pulls it looks at nothing else, and the tag is there for people.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from k8s.documents import Body

VERSION = "fleet/chart"
"""Annotation of an Application: chart and version, which a digest does not tell."""


def chart_source(cell: Cell, chart: str) -> Body:
    """Where Argo CD takes a chart of the cell's release from: by its digest, or by its version while none is recorded.

    By digest it is any OCI artifact, which Argo CD opens by its media type; by version it is asked of a Helm repository.
    """
    version = cell.release.charts[chart]
    pinned = cell.fleet.mirror.pinned(chart, version)
    repository = f"{names.registry(cell.region)}/{names.chart_repository(cell.fleet, chart)}"
    if pinned is not None:
        return {"repoURL": f"oci://{repository}", "targetRevision": pinned.digest, "path": "."}
    folder, _, name = repository.rpartition("/")
    return {"repoURL": folder, "chart": name, "targetRevision": version}


def tag(cell: Cell, chart: str, image: str) -> dict[str, str]:
    """`tag` of an image, for values beside its `repository`; nothing while none is recorded: the chart has its own."""
    found = _recorded(cell, chart, image)
    return {"tag": found} if found else {}


def tag_and_digest(cell: Cell, chart: str, image: str) -> dict[str, str]:
    """The same for a chart that asks for the digest apart."""
    found = _recorded(cell, chart, image)
    if not found:
        return {}
    name, _, digest = found.partition("@")
    return {"tag": name, "digest": digest}


def reference(cell: Cell, chart: str, image: str) -> str | None:
    """The whole reference, for a chart that takes one in place of a name; None while none is recorded."""
    found = _recorded(cell, chart, image)
    return f"{names.registry(cell.region)}/{names.image_repository(cell.fleet, image)}:{found}" if found else None


def _recorded(cell: Cell, chart: str, image: str) -> str | None:
    pinned = cell.fleet.mirror.pinned(chart, cell.release.charts.get(chart, ""))
    return pinned.images.get(image) if pinned else None
