"""One YAML file, read with the line of every value, and without the surprises of YAML 1.1.

`on`, `yes` and `no` are words here, not booleans; `1:30` is no sexagesimal number; duplicate keys are refused;
aliases are allowed but may not explode.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from fleet.problem import FleetUnreadable, Path, Problem

MOST_BYTES = 4 << 20
MOST_VALUES = 200_000
MOST_DEPTH = 40

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Document:
    """A file's content and where each part of it stands."""

    file: str
    content: Any
    lines: dict[Path, int] = field(default_factory=dict)


def read(file: FilePath, shown_as: str | None = None) -> Document:
    """Read a file.

    Raises:
        FleetUnreadable: missing, unreadable, empty, too large, no YAML, duplicate keys, or aliases that explode.
    """
    name = shown_as or str(file)
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise _unreadable(name, 0, f"{size} bytes is more than the {MOST_BYTES} a fleet file may have; split it")
        text = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise _unreadable(name, 0, "there is no such file") from None
    except (PermissionError, IsADirectoryError, NotADirectoryError) as error:
        raise _unreadable(name, 0, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise _unreadable(name, 0, f"is not UTF-8: byte {error.start} is no text; save it as UTF-8") from None
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Read YAML from a string; `name` is how messages call it.

    Raises:
        FleetUnreadable: as for `read`.
    """
    try:
        loader = yaml.CSafeLoader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _unreadable(name, line, f"is not YAML: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        raise _unreadable(name, 0, f"is not YAML: {error.reason} at position {error.position}") from None
    if root is None:
        raise _unreadable(name, 0, "is empty; `hypercell init` writes a fleet to start from")
    document = Document(name, None)
    document.content = _Builder(document).build(root, ())
    return document


def _unreadable(name: str, line: int, message: str) -> FleetUnreadable:
    return FleetUnreadable([Problem(name, line, "", message)])


class _Builder:
    """Turns nodes into plain values, counting what it makes: an alias is expanded each time it is used."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._made += 1
        if self._made > MOST_VALUES:
            raise _unreadable(
                self._document.file, line, f"has more than {MOST_VALUES} values; aliases that repeat aliases explode"
            )
        if len(path) > MOST_DEPTH:
            raise _unreadable(
                self._document.file, line, f"is nested more than {MOST_DEPTH} deep, or an alias holds itself"
            )
        self._document.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise _unreadable(self._document.file, line, "has a key that is not a plain word")
            key = _scalar(key_node)
            if not isinstance(key, int) or isinstance(key, bool):
                key = key_node.value
            if key in result:
                first = self._document.lines[(*path, key)]
                raise _unreadable(self._document.file, line, f"{key!r} stands twice; it is already in line {first}")
            # The line of a field is where its name stands, also when its value begins below.
            self._document.lines[(*path, key)] = line
            result[key] = self.build(value_node, (*path, key))
        return result


def _scalar(node: yaml.ScalarNode) -> Any:
    if node.style in ("'", '"', "|", ">"):
        return node.value
    text = node.value
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
