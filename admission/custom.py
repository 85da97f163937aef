"""Custom kinds: CustomResourceDefinitions from files, and what they make of an object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from admission.builtin import META
from admission.structural import Fill, Schema, closed, filler
from admission.yamlstream import Unreadable, load, split


class DefinitionsUnreadable(Exception):
    """A file of definitions cannot be used. One sentence, with the file and what to do."""


@dataclass(frozen=True)
class Definition:
    """One served version of a custom kind."""

    group: str
    version: str
    kind: str
    namespaced: bool
    schema: Schema
    """Its structural schema, as written."""

    @cached_property
    def closed(self) -> Schema:
        return closed(self.schema, META, whole=True)

    @cached_property
    def fill(self) -> Fill | None:
        return filler(self.schema)


@dataclass(frozen=True)
class Definitions:
    """The custom kinds at hand."""

    kinds: Mapping[tuple[str, str], Definition] = field(default_factory=dict)
    """apiVersion and kind to the definition."""

    def served(self, group: str, kind: str) -> list[str]:
        """The versions of a kind that are served."""
        return sorted(one.version for one in self.kinds.values() if (one.group, one.kind) == (group, kind))


def files(folders: Iterable[Path]) -> list[Path]:
    """The files below some folders that may hold definitions, sorted; a file stands for itself.

    Raises:
        DefinitionsUnreadable: there is no such folder or file.
    """
    found: set[Path] = set()
    for folder in folders:
        if folder.is_file():
            found.add(folder)
        elif folder.is_dir():
            found.update(file for file in folder.rglob("*") if file.suffix in (".json", ".yaml", ".yml"))
        else:
            raise DefinitionsUnreadable(f"{folder}: there is no such folder; name one with CustomResourceDefinitions")
    return sorted(found)


def read(found: Iterable[Path]) -> Definitions:
    """The definitions in some files. Other objects in them are passed over; of equal kinds the last file counts.

    Raises:
        DefinitionsUnreadable: a file is neither YAML nor JSON, or a definition in it has no schema.
    """
    kinds: dict[tuple[str, str], Definition] = {}
    for file in found:
        for document in _documents(file):
            if isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition":
                for one in _served(document, file):
                    kinds[f"{one.group}/{one.version}", one.kind] = one
    return Definitions(kinds)


def _documents(file: Path) -> list[Any]:
    try:
        text = file.read_text("utf-8")
        if file.suffix == ".json":
            found = json.loads(text)
            return found.get("items", [found]) if isinstance(found, dict) else [found]
        return [load(part) for _, part in split(text)]
    except (OSError, ValueError, Unreadable) as error:
        why = " ".join(str(error).split())
        raise DefinitionsUnreadable(f"{file}: cannot be read as definitions: {why}; mend it, or move it away") from None


def _without_prose(schema: Any) -> Any:
    """A schema without its descriptions: most of what a definition says, and nothing that is judged by."""
    if isinstance(schema, dict):
        return {
            key: _without_prose(part)
            for key, part in schema.items()
            if not (key == "description" and isinstance(part, str))
        }
    return [_without_prose(part) for part in schema] if isinstance(schema, list) else schema


def _served(document: Mapping[str, Any], file: Path) -> list[Definition]:
    try:
        spec = document["spec"]
        return [
            Definition(
                spec["group"],
                version["name"],
                spec["names"]["kind"],
                spec["scope"] == "Namespaced",
                _without_prose(version["schema"]["openAPIV3Schema"]),
            )
            for version in spec["versions"]
            if version.get("served")
        ]
    except (KeyError, TypeError) as error:
        text = f"{file}: a CustomResourceDefinition has no {error}; bring it as apiextensions.k8s.io/v1 has it"
        raise DefinitionsUnreadable(text) from None
