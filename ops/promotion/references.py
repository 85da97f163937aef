"""What a bundle pulls from the region's registry: images and charts, each by its digest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ops.delta.objects import Object

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pulled(objects: Iterable[Object], registry: str) -> set[tuple[str, str]]:
    """Repository and digest of everything that objects name in a registry.

    Whole references anywhere; in a chart's values a repository with its tag or digest beside it; and the charts.
    """
    return {(name.removeprefix(f"{registry}/"), digest) for one in objects for name, digest in _named(one, registry)}


def _named(value: Any, registry: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        whole = rf"{re.escape(registry)}/([a-z0-9._/-]+)(?::[\w.-]+)?@({_DIGEST.pattern})"
        yield from re.findall(whole, value)
    elif isinstance(value, list):
        for one in value:
            yield from _named(one, registry)
    elif isinstance(value, Mapping):
        repository, chart = str(value.get("repository") or ""), str(value.get("repoURL") or "")
        beside = _DIGEST.search(f"{value.get('tag') or ''} {value.get('digest') or ''}")
        # A chart may name the registry apart; a host of another one is none of ours.
        if beside and repository and (repository.startswith(f"{registry}/") or "." not in repository.partition("/")[0]):
            yield repository, beside[0]
        if chart.startswith(f"oci://{registry}/") and _DIGEST.fullmatch(str(value.get("targetRevision"))):
            yield chart.removeprefix("oci://"), str(value["targetRevision"])
        for one in value.values():
            yield from _named(one, registry)


def by_version(objects: Iterable[Object]) -> list[str]:
    """Charts that are named by version, which is a promise and no content."""
    found = []
    for one in objects:
        source = (one.get("spec") or {}).get("source") or {}
        if one.get("kind") == "Application" and source.get("chart"):
            found.append(f"{source['chart']} {source.get('targetRevision')}")
    return sorted(found)
