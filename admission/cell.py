"""What is wrong with the objects of one cell together: each may be right, and the whole not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from admission.finding import NOTHING, Finding
from admission.judge import Judged
from admission.podsecurity import ENFORCE, EXCEPTION

OWN_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that a cluster has by itself. Nothing is known here of their pods."""

PLATFORM = "platform"
"""The folder of the bundle that may declare exceptions from Pod Security."""


@dataclass(frozen=True)
class Stands:
    """A judged document at its place."""

    file: Path
    line: int
    """Of the document's first line."""
    judged: Judged


@dataclass(frozen=True)
class Exempt:
    """A namespace that its platform declares not to be `restricted`."""

    namespace: str
    level: str
    reason: str


def together(standing: Iterable[Stands]) -> tuple[list[tuple[Stands, Finding]], list[Exempt]]:
    """Findings beyond those of the single documents, and the exceptions from Pod Security that are declared."""
    objects = list(standing)
    spaces = {one.judged.name: one for one in objects if _is_namespace(one.judged)}
    found = [*_twice(objects), *_nowhere(objects, spaces), *_levels(spaces), *_pods(objects, spaces)]
    exempt = [
        Exempt(name, one.judged.security.enforce, one.judged.security.reason)
        for name, one in spaces.items()
        if one.judged.security is not None and one.judged.security.enforce != "restricted"
    ]
    return found, exempt


def _is_namespace(judged: Judged) -> bool:
    return (judged.api_version, judged.kind) == ("v1", "Namespace")


def _twice(objects: list[Stands]) -> Iterator[tuple[Stands, Finding]]:
    first: dict[tuple[str, str, str, str], Stands] = {}
    for one in objects:
        if not one.judged.name:
            continue
        before = first.setdefault(one.judged.identity, one)
        if before is not one:
            text = f"stands twice in this cell, first in {before.file.as_posix()}:{before.line}; remove one"
            yield one, Finding(("metadata", "name"), one.judged.name, text)


def _nowhere(objects: list[Stands], spaces: dict[str, Stands]) -> Iterator[tuple[Stands, Finding]]:
    for one in objects:
        space = one.judged.namespace
        if space and space not in spaces and space not in OWN_NAMESPACES:
            text = "no bundle of this cell makes that namespace; add a Namespace, or name one that is there"
            yield one, Finding(("metadata", "namespace"), space, text)


def _levels(spaces: dict[str, Stands]) -> Iterator[tuple[Stands, Finding]]:
    place = ("metadata", "labels", ENFORCE)
    for one in spaces.values():
        levels = one.judged.security
        if levels is None or levels.enforce == "restricted":
            continue
        if not levels.enforce:
            yield one, Finding(place, NOTHING, "is missing; every namespace says its Pod Security: restricted")
        elif one.file.parent.name != PLATFORM:
            text = "only the platform has namespaces that are not restricted; write restricted"
            yield one, Finding(place, levels.enforce, text)
        elif not levels.reason:
            text = f"is not restricted and does not say why; annotate it with {EXCEPTION}, or write restricted"
            yield one, Finding(place, levels.enforce, text)


def _pods(objects: list[Stands], spaces: dict[str, Stands]) -> Iterator[tuple[Stands, Finding]]:
    for one in objects:
        space = spaces.get(one.judged.namespace)
        levels = space.judged.security if space else None
        level = "privileged" if levels is None else levels.enforce or "restricted"
        refused = {"restricted": one.judged.unrestricted, "baseline": one.judged.above_baseline}.get(level, ())
        for finding in refused:
            text = f"{finding.message} (Pod Security {level})"
            yield one, Finding(finding.place, finding.value, text)
