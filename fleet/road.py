"""The road from one blueprint to the next: edits of its files, each a change that somebody would review.

`blueprints/road/NN-title.yaml` is one step. Its `changes` are merged one after the other into the files that stand:
a mapping into a mapping, anything else in place of what was there, and nothing (`null`) takes away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from fleet import yamlfile

Files = Mapping[str, Any]
"""Path below a blueprint to what the file says."""


@dataclass(frozen=True)
class Sign:
    """What a step lets pass by `exceptions/<id>.yaml`: written here by patterns, there name by name."""

    action: str
    of: tuple[str, ...]
    """Patterns of what the guard names, `skyline-account-*/Boundary*`."""
    reason: str


@dataclass(frozen=True)
class Step:
    """One step: a few changes that belong together, in their order."""

    number: int
    title: str
    why: str
    changes: tuple[Files, ...]
    arrives: str | None = None
    """The blueprint whose files stand after it."""
    signs: tuple[Sign, ...] = ()
    """What is refused and meant."""

    @property
    def numbered(self) -> tuple[tuple[str, Files], ...]:
        """Its changes with their numbers, `10.2`."""
        return tuple((f"{self.number}.{place}", change) for place, change in enumerate(self.changes, 1))


def steps(folder: Path) -> tuple[Step, ...]:
    """The road, from its first step to its last."""
    return tuple(_step(file) for file in sorted(folder.glob("*.yaml")))


def _step(file: Path) -> Step:
    said = yamlfile.read(file, shown_as=file.as_posix()).content
    signs = tuple(Sign(one["action"], tuple(one["of"]), one["reason"]) for one in said.get("signs", ()))
    number = int(file.name.partition("-")[0])
    return Step(number, said["title"], said["why"].strip(), tuple(said["changes"]), said.get("arrives"), signs)


def files(blueprint: Path) -> dict[str, Any]:
    """What the files of a blueprint say."""
    return {
        file.relative_to(blueprint).as_posix(): yamlfile.read(file, shown_as=file.as_posix()).content
        for file in sorted(blueprint.rglob("*.yaml"))
    }


def changed(before: Files, change: Files) -> dict[str, Any]:
    """The files after a change."""
    merged: dict[str, Any] = _merged(before, change)
    return merged


def _merged(before: Any, change: Any) -> Any:
    if not isinstance(change, Mapping):
        return change
    after = dict(before) if isinstance(before, Mapping) else {}
    for key, value in change.items():
        if value is None:
            after.pop(key, None)
        else:
            after[key] = _merged(after.get(key), value)
    return after


def edits(change: Files, above: str = "") -> Iterator[tuple[str, Any]]:
    """Each field that a change sets, as the errors of a fleet name it, and what it is set to; None: it goes."""
    for key, value in change.items():
        place = f"{above}.{key}" if above else str(key)
        if isinstance(value, Mapping) and value:
            yield from edits(value, place)
        else:
            yield place, value


def write(said: Files, blueprint: Path) -> None:
    """Write the files of a blueprint."""
    for path, content in said.items():
        file = blueprint / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True), encoding="utf-8")
