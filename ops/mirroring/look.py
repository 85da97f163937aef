"""What each region's mirror has of what the releases want. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fleet import mirror, names
from fleet.model import Fleet
from fleet.region import Region
from ops.mirroring.chart import tags
from ops.promotion.image import Unusable
from ops.promotion.registry import Refused, Registry

RegistryOf = Callable[[Region, str], Registry]
"""Region and repository to what stands there."""


@dataclass(frozen=True)
class Item:
    """One chart of a version, or one image that it runs, in one region."""

    region: str
    chart: str
    version: str
    image: str | None
    """None: the chart itself."""
    repository: str
    source: str
    tag: str
    """The tag it stands under, or should; empty while the chart that knows it is not there."""
    digest: str
    """Empty: it is not there."""
    fault: str = ""
    """Why it could not be looked at."""

    @property
    def name(self) -> str:
        return self.image or self.chart


def look(fleet: Fleet, regions: list[Region], registry_of: RegistryOf) -> Iterator[Item]:
    """Every chart of every release with its images, region by region."""
    wanted = sorted(
        {(chart, version) for release in fleet.releases.values() for chart, version in release.charts.items()}
    )
    for region in regions:
        for chart, version in wanted:
            yield from _chart(fleet, region, chart, version, registry_of)


def _chart(fleet: Fleet, region: Region, chart: str, version: str, registry_of: RegistryOf) -> Iterator[Item]:
    repository = names.chart_repository(fleet, chart)
    source = mirror.CHARTS.get(chart, f"helm:{chart}/{chart}")

    def item(digest: str, fault: str = "") -> Item:
        return Item(region.name, chart, version, None, repository, source, version, digest, fault)

    layer: bytes | None = None
    try:
        registry = registry_of(region, repository)
        found = registry.tagged(version)
        if found is not None:
            layer = registry.blob(found.layer)
        yield item(found.digest if found else "")
    except (Refused, Unusable) as error:
        yield item("", str(error))
    for image, published in mirror.IMAGES.get(chart, {}).items():
        yield _image(fleet, region, chart, version, (image, published), layer, registry_of)


def _image(
    fleet: Fleet,
    region: Region,
    chart: str,
    version: str,
    image: tuple[str, str],
    layer: bytes | None,
    registry_of: RegistryOf,
) -> Item:
    name, source = image
    repository = names.image_repository(fleet, name)

    def item(tag: str, digest: str, fault: str = "") -> Item:
        return Item(region.name, chart, version, name, repository, source, tag, digest, fault)

    if layer is None:
        return item("", "")
    try:
        likely = tags(layer, source)
        registry = registry_of(region, repository)
        for tag in likely:
            digest = registry.digest_of(tag)
            if digest is not None:
                return item(tag, digest)
    except (Refused, Unusable) as error:
        return item("", "", str(error))
    return item(likely[0] if likely else "", "")
