"""What passed before: documents by a hash of all that a verdict depends on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from admission import custom
from admission.custom import Definition, Definitions
from admission.judge import Judged
from admission.podsecurity import Levels

FILE = ".admission.json"
"""In the folder of the bundles: what passed."""
DEFINITIONS_FILE = ".admission-definitions.json"
"""Beside it: definitions that were read from YAML."""

_ROOM = Path(__file__).parent
_DEPENDENCIES = ("kubernetes-validate", "jsonschema-rs", "common-expression-language", "PyYAML")


def key(definitions: Iterable[Path]) -> str:
    """Of everything beside a document and its version: this room's code and tables, its libraries, definitions."""
    digest = blake2b(digest_size=16)
    for file in (*sorted(_ROOM.glob("*.py")), *sorted(_ROOM.glob("tables/*")), *definitions):
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    for name in _DEPENDENCIES:
        digest.update(f"{name} {version(name)}\n".encode())
    return digest.hexdigest()


def named(text: str, kubernetes: str) -> str:
    """The hash of a document for a version."""
    return blake2b(f"{kubernetes}\n{text}".encode(), digest_size=16).hexdigest()


@dataclass
class Remembered:
    """Documents that passed, by `named`. Those with findings are judged again: there are few, and they are read."""

    passed: dict[str, Judged] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, key: str) -> Remembered:
        """What a folder remembers; nothing where it was judged by other rules, or not at all."""
        try:
            found = json.loads((folder / FILE).read_bytes())
            if found["key"] != key:
                return cls()
            return cls({name: _unpacked(packed) for name, packed in found["passed"].items()})
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, folder: Path, key: str) -> None:
        """Replace what the folder remembers."""
        passed = {name: _packed(judged) for name, judged in self.passed.items()}
        _replace(folder / FILE, {"key": key, "passed": passed})


def definitions(found: Sequence[Path], folder: Path | None, key: str) -> Definitions:
    """The definitions in some files, as a folder remembers them: YAML with all its prose takes seconds to read.

    Raises:
        DefinitionsUnreadable: they cannot be used.
    """
    if folder is None or all(file.suffix == ".json" for file in found):
        return custom.read(found)
    memory = folder / DEFINITIONS_FILE
    try:
        known = json.loads(memory.read_bytes())
        if known["key"] == key:
            listed = [Definition(**one) for one in known["definitions"]]
            return Definitions({(f"{one.group}/{one.version}", one.kind): one for one in listed})
    except (OSError, ValueError, KeyError, TypeError):
        pass
    fresh = custom.read(found)
    _replace(memory, {"key": key, "definitions": [asdict(one) for one in fresh.kinds.values()]})
    return fresh


def _replace(file: Path, content: object) -> None:
    """Written beside and renamed. A folder that cannot be written remembers nothing."""
    partial = file.with_name(f"{file.name}.partial-{os.getpid()}")
    with suppress(OSError):
        partial.write_text(json.dumps(content, separators=(",", ":")), "utf-8")
        partial.replace(file)


def _packed(judged: Judged) -> list[Any]:
    levels = judged.security
    where = [judged.api_version, judged.kind, judged.namespace, judged.name]
    return [*where, judged.unchecked, judged.pods, levels and [levels.enforce, levels.version, levels.reason]]


def _unpacked(packed: list[Any]) -> Judged:
    api_version, kind, namespace, name, unchecked, pods, levels = packed
    return Judged(
        api_version, kind, namespace, name, unchecked=unchecked, pods=pods, security=Levels(*levels) if levels else None
    )
