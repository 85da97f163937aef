"""From what was found to mirror.yaml, and to the commands that fill what is lacking."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fleet import mirror, names
from fleet.model import Fleet
from ops.mirroring.look import Item

HEAD = """\
# yaml-language-server: $schema={schema}
# What the regions' mirrors hold, by digest. Written by `hypercell mirror --record`, reviewed, then read.
charts:
"""
SCHEMA = "../../schemas/mirror.schema.json"


@dataclass(frozen=True)
class Line:
    """One chart of a version, or one of its images, over all regions."""

    chart: str
    version: str
    image: str | None
    tag: str
    digest: str
    """What all regions have; empty when one has it not, or they differ."""
    lacking: tuple[str, ...] = ()
    """Regions that have it not."""
    differing: tuple[str, ...] = ()
    """`region digest` of each, when not all have the same."""
    faults: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        return bool(self.digest)


def lines(items: Iterable[Item]) -> list[Line]:
    """The items of all regions together."""
    grouped: dict[tuple[str, str, str | None], list[Item]] = {}
    for item in items:
        grouped.setdefault((item.chart, item.version, item.image), []).append(item)
    return [_line(*key, found) for key, found in grouped.items()]


def _line(chart: str, version: str, image: str | None, found: Sequence[Item]) -> Line:
    digests = {item.digest for item in found if item.digest}
    lacking = tuple(item.region for item in found if not item.digest and not item.fault)
    whole = len(digests) == 1 and all(item.digest for item in found)
    return Line(
        chart,
        version,
        image,
        next((item.tag for item in found if item.tag), ""),
        digests.pop() if whole else "",
        lacking,
        tuple(f"{item.region} {item.digest}" for item in found if item.digest) if len(digests) > 1 else (),
        tuple(dict.fromkeys(f"{item.region}: {item.fault}" for item in found if item.fault)),
    )


def written(found: Sequence[Line]) -> str:
    """mirror.yaml with every chart that is there whole, with all its images."""
    text = HEAD.format(schema=SCHEMA)
    last = ""
    for one in sorted((one for one in found if one.image is None), key=lambda one: (one.chart, one.version)):
        images = [other for other in found if (other.chart, other.version) == (one.chart, one.version) and other.image]
        if not one.well or not all(image.well for image in images):
            continue
        text += f"  {one.chart}:\n" if one.chart != last else ""
        text += f"    {one.version}:\n      digest: {one.digest}\n"
        text += "      images:\n" if images else ""
        for image in sorted(images, key=lambda image: image.image or ""):
            text += f"        {image.image}: {image.tag}@{image.digest}\n"
        last = one.chart
    return text if last else text.removesuffix("charts:\n") + "charts: {}\n"


def commands(fleet: Fleet, items: Sequence[Item]) -> list[str]:
    """What copies that which is lacking and whose tag is known: from another region that has it, or from where it is
    published. A chart of a Helm repository gets its digest when it is pushed, so it is pushed once and copied on."""
    found: list[str] = []
    stands = {(item.chart, item.version, item.image): item for item in reversed(items) if item.digest}
    for item in items:
        key = (item.chart, item.version, item.image)
        if item.digest or item.fault or not item.tag:
            continue
        target = f"{_host(fleet, item.region)}/{item.repository}:{item.tag}"
        if key in stands:
            origin = stands[key]
            found.append(
                shlex.join(["crane", "copy", f"{_host(fleet, origin.region)}/{item.repository}:{item.tag}", target])
            )
            continue
        registry, _, path = item.source.partition(":")
        if registry == "helm":
            repository, _, name = path.partition("/")
            folder = f"oci://{_host(fleet, item.region)}/{item.repository.rpartition('/')[0]}"
            pull = ["helm", "pull", name, "--repo", mirror.HELM.get(repository, repository), "--version", item.version]
            found.append(f"{shlex.join(pull)} && {shlex.join(['helm', 'push', f'{name}-{item.version}.tgz', folder])}")
        else:
            found.append(shlex.join(["crane", "copy", f"{mirror.REGISTRIES[registry]}/{path}:{item.tag}", target]))
        stands[key] = item
    return found


def _host(fleet: Fleet, region: str) -> str:
    return names.registry(fleet.regions[region])
