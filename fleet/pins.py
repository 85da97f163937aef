"""What the mirrors of the regions hold, by digest: a chart of a version is these bytes, and runs those images."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from fleet.document import Document

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
TaggedDigest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}@sha256:[0-9a-f]{64}$")]


class PinnedChart(Document):
    """One version of a chart in the mirror."""

    digest: Digest
    """Digest of the chart's manifest, the same in every region."""
    images: dict[str, TaggedDigest] = Field(default_factory=dict)
    """The images it runs, as `hypercell mirror` lists them: tag and digest, e.g. `v3.5.0@sha256:…`."""


class Mirror(Document):
    """mirror.yaml: written by `hypercell mirror --record`, reviewed, then read."""

    charts: dict[str, dict[str, PinnedChart]] = Field(default_factory=dict)
    """Chart, then version, as releases name them."""

    def pinned(self, chart: str, version: str) -> PinnedChart | None:
        """What is recorded of a version of a chart."""
        return self.charts.get(chart, {}).get(version)
